/**
 * Periodic maintenance in bounded batches: makes the next signing key, removes expired records, and corrects sessions that
 * a clock ahead of ours created. Each replica does it; each step may be repeated.
 */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import type { Stores } from './domain/ports.ts'
import { REFRESH_TOKEN_TTL_SECONDS_DEFAULT } from './domain/sessions.ts'
import { type KeyPorts, maintainKeys } from './domain/signing_keys.ts'

export const INTERVAL_MS = 60_000
/** Records in one transaction, which takes a few milliseconds of the thread that serves all requests. */
export const BATCH = 50
/** Batches of one kind in one round. */
export const BATCHES_MAX = 200
/** Between two batches other writes get their turn. */
export const PAUSE_MS = 20
const DAY_MS = 24 * 60 * 60_000

export type MaintenanceDeps = {
  readonly stores: Pick<Stores, 'sessions' | 'throttle'> & {
    readonly credentials: Pick<Stores['credentials'], 'purge'>
    readonly mails: Pick<Stores['mails'], 'purge'>
  }
  readonly keyPorts: KeyPorts
  readonly rotationDays: number
  readonly refreshTokenTtlSeconds?: number
  readonly runtime: Pick<Runtime, 'now' | 'sleep'>
  /** Ends a round after the current batch. */
  readonly signal?: AbortSignal
}

/** One round. Rejects if a store cannot be used; the next round continues the work. */
export async function maintain(deps: MaintenanceDeps): Promise<void> {
  const { stores, keyPorts, rotationDays, refreshTokenTtlSeconds = REFRESH_TOKEN_TTL_SECONDS_DEFAULT } = deps
  const { sessions, throttle, credentials, mails } = stores
  await maintainKeys(keyPorts, rotationDays * DAY_MS)
  const endsAfter = (now: Date) => new Date(now.getTime() + refreshTokenTtlSeconds * 1000)
  await inBatches(deps, (now) => sessions.clampFutureStarts(now, endsAfter(now), BATCH))
  await inBatches(deps, (now) => sessions.purge(now, BATCH))
  await inBatches(deps, () => throttle.purge(deps.runtime.now, BATCH))
  await inBatches(deps, (now) => credentials.purge(now, BATCH))
  await inBatches(deps, (now) => mails.purge(now, BATCH))
}

async function inBatches(
  { runtime, signal }: MaintenanceDeps,
  work: (now: Date) => Promise<number>,
): Promise<void> {
  for (let batch = 0; batch < BATCHES_MAX && !signal?.aborted; batch++) {
    if ((await work(runtime.now())) < BATCH) return
    await runtime.sleep(PAUSE_MS)
  }
}

/** Repeats rounds until the returned function is called, which resolves when the current round has ended. */
export function startMaintenance(deps: MaintenanceDeps, logger: Logger): () => Promise<void> {
  const stopping = new AbortController()
  const { signal } = stopping
  const rounds = async () => {
    while (!signal.aborted) {
      await maintain({ ...deps, signal }).catch((err) =>
        logger.warn({ err }, 'maintenance failed and will be retried'),
      )
      await deps.runtime.sleep(INTERVAL_MS, signal, { background: true }).catch(() => {})
    }
  }
  const ended = rounds()
  return () => {
    stopping.abort()
    return ended
  }
}
