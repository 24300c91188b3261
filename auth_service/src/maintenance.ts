/**
 * What has to happen now and then: the next signing key, what has ended removed from the stores, and what a clock
 * that was ahead began brought back to now, in bounded batches. Every replica does it; each step is safe to do twice.
 */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import type { Stores } from './domain/ports.ts'
import { REFRESH_TOKEN_TTL_SECONDS_DEFAULT } from './domain/sessions.ts'
import { type KeyPorts, maintainKeys } from './domain/signing_keys.ts'

export const INTERVAL_MS = 60_000
/** Of one transaction: a few milliseconds of the thread that serves everybody. */
export const BATCH = 50
/** Of one kind in one round. */
export const BATCHES_MAX = 200
/** Between two batches others may write. */
export const PAUSE_MS = 20
const DAY_MS = 24 * 60 * 60_000

export type MaintenanceDeps = {
  readonly stores: Stores
  readonly keyPorts: KeyPorts
  readonly rotationDays: number
  readonly refreshTokenTtlSeconds?: number
  readonly runtime: Pick<Runtime, 'now' | 'sleep'>
  /** Ends a round after the batch under way. */
  readonly signal?: AbortSignal
}

/** One round. Rejects when a store can't be used; the next round goes on from there. */
export async function maintain(deps: MaintenanceDeps): Promise<void> {
  const { stores, keyPorts, rotationDays, refreshTokenTtlSeconds = REFRESH_TOKEN_TTL_SECONDS_DEFAULT } = deps
  const { sessions, throttle } = stores
  await maintainKeys(keyPorts, rotationDays * DAY_MS)
  const endsAfter = (now: Date) => new Date(now.getTime() + refreshTokenTtlSeconds * 1000)
  await inBatches(deps, (now) => sessions.clampFutureStarts(now, endsAfter(now), BATCH))
  await inBatches(deps, (now) => sessions.purge(now, BATCH))
  await inBatches(deps, (now) => throttle.purge(now, BATCH))
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

/** Repeats it until the returned function is called; that resolves when a round under way has ended. */
export function startMaintenance(deps: MaintenanceDeps, logger: Logger): () => Promise<void> {
  const stopping = new AbortController()
  const { signal } = stopping
  const rounds = async () => {
    while (!signal.aborted) {
      await maintain({ ...deps, signal }).catch((err) =>
        logger.warn({ err }, 'maintenance failed and will be tried again'),
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
