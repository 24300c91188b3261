/** Pauses that a signal ends. It imports nothing, because it runs in browsers too. */

/** Calls `run` after `ms`, unless the result is called before. */
export type StartTimer = (ms: number, run: () => void) => () => void

/** A pause by that timer. Rejects with the reason of `signal` if that is aborted first. */
export function sleepBy(startTimer: StartTimer, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const abort = () => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = startTimer(ms, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** For pages, the client and scripts. Services use the `sleep` of their Runtime. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  sleepBy(
    (delayMs, run) => {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
    ms,
    signal,
  )
