/**
 * Tasks that must be done before anyone can log in: a signing key, and the configured admin. If the store cannot be
 * reached, the service starts anyway (its answers and /readyz give the reason), and the tasks are retried until they
 * succeed.
 */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'

export const RETRY_DELAY_MS = 500

/**
 * Resolves when the tasks are done or the store is unavailable; rejects with any other error of the tasks. The function
 * that it resolves stops the retries.
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
      logger.warn(
        { err: error },
        'starting without the store; the startup tasks will be retried until it answers',
      )
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
