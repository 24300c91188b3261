/** Copying many records with progress lines. */

/** How many records of a kind the source has, and how many of them the target has. */
export type Copied = { readonly what: string; readonly source: number; readonly target: number }

export type Progress = {
  /** Calls `copy` for each of `items`, some at once; resolves to their number. In a repeated run, `copy` gets them again. */
  each<T>(
    what: string,
    items: Iterable<T> | AsyncIterable<T>,
    copy: (item: T) => Promise<unknown>,
  ): Promise<number>
}

/** Enough to keep the database busy. */
const CONCURRENCY = 500
const REPORT_INTERVAL_MS = 1_000

export function createProgress(out: NodeJS.WritableStream): Progress {
  return {
    async each(what, items, copy) {
      let count = 0
      let reportedAt = Date.now()
      let group: Promise<unknown>[] = []
      for await (const item of items) {
        group.push(copy(item))
        count++
        if (group.length < CONCURRENCY) continue
        await Promise.all(group)
        group = []
        if (Date.now() - reportedAt < REPORT_INTERVAL_MS) continue
        reportedAt = Date.now()
        out.write(`${what}: ${count} …\n`)
      }
      await Promise.all(group)
      out.write(`${what}: ${count}\n`)
      return count
    },
  }
}
