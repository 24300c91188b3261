/**
 * What must have happened before anyone can log in: a signing key, and the admin the operator named. While the
 * store can't be reached the service listens all the same (its answers say why, /readyz too), and the steps are
 * taken as soon as it can: a database that is down must not keep its services from starting.
 */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'

export const RETRY_DELAY_MS = 500

/**
 * Resolves once the steps were taken, or the store turned out to be unavailable; rejects as they do otherwise.
 * Call the function it resolves to when leaving: no further try is begun.
 */
export async function runStartupTasks(
  tasks: () => Promise<void>,
  { logger, runtime }: { readonly logger: Logger; readonly runtime: Pick<Runtime, 'sleep'> },
): Promise<() => void> {
  const stopping = new AbortController()
  const { signal } = stopping
  const attempt = async (): Promise<boolean> => {
    try {
      await tasks()
      return true
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'store_unavailable') throw error
      logger.warn({ err: error }, 'starting without the store, which is tried again until it answers')
      return false
    }
  }
  const retry = async () => {
    do await runtime.sleep(RETRY_DELAY_MS, signal, { background: true }).catch(() => {})
    while (!signal.aborted && !(await attempt()))
  }
  if (!(await attempt())) retry()
  return () => stopping.abort()
}
