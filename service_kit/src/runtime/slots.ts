/** Slots for what lasts long, such as an open stream: a limit for all, and one for each holder. */

export type Holder = { readonly key: string; readonly max: number }

export type Slots = {
  /** The function that frees the slot (once); or why there is none: the key of the holder at its limit, or `ALL_TAKEN`. */
  take(...holders: readonly Holder[]): (() => void) | string
  taken(): number
}

export const ALL_TAKEN = 'all'

export function createSlots(max: number): Slots {
  /** Only holders with a slot, so its size is bounded by `max`. */
  const takenBy = new Map<string, number>()
  let taken = 0

  const add = (key: string, change: 1 | -1) => {
    const left = (takenBy.get(key) ?? 0) + change
    if (left === 0) takenBy.delete(key)
    else takenBy.set(key, left)
  }

  return {
    take(...holders) {
      const full = holders.find((holder) => (takenBy.get(holder.key) ?? 0) >= holder.max)
      if (full) return full.key
      if (taken >= max) return ALL_TAKEN
      taken += 1
      for (const { key } of holders) add(key, 1)
      let isFreed = false
      return () => {
        if (isFreed) return
        isFreed = true
        taken -= 1
        for (const { key } of holders) add(key, -1)
      }
    },
    taken: () => taken,
  }
}
