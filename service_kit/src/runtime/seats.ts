/** Seats for what stays long, such as an open stream: so many in all, and so many for each of their holders. */

export type Holder = { readonly key: string; readonly max: number }

export type Seats = {
  /** What gives the seat back (once); or why there is none: the key of a holder that has its share, or `ALL_TAKEN`. */
  take(...holders: readonly Holder[]): (() => void) | string
  taken(): number
}

export const ALL_TAKEN = 'all'

export function createSeats(max: number): Seats {
  /** Only of holders that have a seat, so that it is bounded by `max`. */
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
      let given = false
      return () => {
        if (given) return
        given = true
        taken -= 1
        for (const { key } of holders) add(key, -1)
      }
    },
    taken: () => taken,
  }
}
