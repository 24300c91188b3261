/** What was copied, and how far it is. */
export type Copied = { readonly what: string; readonly source: number; readonly target: number }

export type Progress = {
  /** Carries `items` some at a time through `copy`, which may meet any of them again. */
  each<T>(
    what: string,
    items: Iterable<T> | AsyncIterable<T>,
    copy: (item: T) => Promise<unknown>,
  ): Promise<number>
}

/** Travelling together: enough that the database is busy. */
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
