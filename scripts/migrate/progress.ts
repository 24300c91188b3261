/** What was carried, and how far it is. */
export type Carried = { readonly what: string; readonly source: number; readonly target: number }

export type Progress = {
  /** Carries `items` some at a time through `carry`, which may meet any of them again. */
  each<T>(
    what: string,
    items: Iterable<T> | AsyncIterable<T>,
    carry: (item: T) => Promise<unknown>,
  ): Promise<number>
}

/** Travelling together: enough that the database is busy. */
const AT_ONCE = 500
const SAY_EVERY_MS = 1_000

export function createProgress(out: NodeJS.WritableStream): Progress {
  return {
    async each(what, items, carry) {
      let count = 0
      let saidAt = Date.now()
      let group: Promise<unknown>[] = []
      for await (const item of items) {
        group.push(carry(item))
        count++
        if (group.length < AT_ONCE) continue
        await Promise.all(group)
        group = []
        if (Date.now() - saidAt < SAY_EVERY_MS) continue
        saidAt = Date.now()
        out.write(`${what}: ${count} …\n`)
      }
      await Promise.all(group)
      out.write(`${what}: ${count}\n`)
      return count
    },
  }
}
