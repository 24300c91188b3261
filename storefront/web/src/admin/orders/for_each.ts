/** Many calls with limited concurrency. */

export type Failure = { readonly id: string; readonly error: unknown }
export type Progress = {
  readonly total: number
  readonly done: number
  readonly failures: readonly Failure[]
}

/**
 * Runs `work` for each id, a few at a time. A failure does not stop the others; after `signal` aborts no more start.
 * `done` counts the successes.
 */
export async function forEach(
  ids: readonly string[],
  work: (id: string) => Promise<unknown>,
  options: { concurrency: number; signal: AbortSignal; onProgress: (progress: Progress) => void },
): Promise<Progress> {
  let progress: Progress = { total: ids.length, done: 0, failures: [] }
  const waiting = [...ids]
  const worker = async () => {
    for (let id = waiting.shift(); id !== undefined && !options.signal.aborted; id = waiting.shift()) {
      const name = id
      progress = await work(id).then(
        () => ({ ...progress, done: progress.done + 1 }),
        (error: unknown) => ({ ...progress, failures: [...progress.failures, { id: name, error }] }),
      )
      options.onProgress(progress)
    }
  }
  await Promise.all(Array.from({ length: options.concurrency }, worker))
  return progress
}
