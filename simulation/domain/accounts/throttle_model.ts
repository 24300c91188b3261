/**
 * The store of counted attempts as its port promises it (auth_service/src/domain/ports.ts): each method is one atomic step. What
 * was counted is kept, so that an oracle can check it.
 */
import type { Attempts, ThrottleStore } from '../../../auth_service/src/domain/ports.ts'
import { countAttempt, retentionRange } from '../../../auth_service/src/domain/throttling.ts'
import type { Synchronous } from '../store_access.ts'

export type ThrottleChange = {
  readonly how: 'counted' | 'paused' | 'refunded' | 'cleared' | 'remembered'
  readonly key: string
  /** The keys of the attempt. */
  readonly of?: readonly string[]
}

export type ThrottleModel = {
  readonly store: Synchronous<ThrottleStore>
  /** All, in their order. An entry that expired is removed without one. */
  readonly changes: readonly ThrottleChange[]
}

export function createThrottleModel(): ThrottleModel {
  const entries = new Map<string, Attempts>()
  const changes: ThrottleChange[] = []
  const clear = (keys: readonly string[]) => {
    for (const key of keys) if (entries.delete(key)) changes.push({ how: 'cleared', key })
  }
  const isIn = (time: string, { after, until }: { after: Date; until: Date }) =>
    Date.parse(time) > after.getTime() && Date.parse(time) <= until.getTime()

  const store: Synchronous<ThrottleStore> = {
    take(taken, now) {
      const of = taken.map(({ key }) => key)
      for (const { key, limits } of taken) {
        const next = countAttempt(entries.get(key), limits, now())
        if ('pausedUntil' in next) {
          changes.push({ how: 'paused', key, of })
          return next.pausedUntil
        }
        entries.set(key, next.attempts)
        changes.push({ how: 'counted', key, of })
      }
      return undefined
    },
    refund(keys) {
      for (const key of keys) {
        const attempts = entries.get(key)
        if (!attempts) continue
        entries.set(key, { ...attempts, count: Math.max(0, attempts.count - 1), pausedUntil: undefined })
        changes.push({ how: 'refunded', key })
      }
    },
    clear,
    unlock: (keys) => clear(keys),
    remember(key, until) {
      entries.set(key, { count: 0, pausedUntil: undefined, forgetAt: until })
      changes.push({ how: 'remembered', key })
    },
    remembers(key, now) {
      const entry = entries.get(key)
      return entry !== undefined && isIn(entry.forgetAt, retentionRange(now))
    },
    startingWith: (prefix, { after = '', limit }) =>
      [...entries]
        .filter(([key]) => key.startsWith(prefix) && key > after)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([key, attempts]) => ({ key, attempts })),
    purge(now, limit) {
      const expired = [...entries].filter(([, { forgetAt }]) => !isIn(forgetAt, retentionRange(now())))
      for (const [key] of expired.slice(0, limit)) entries.delete(key)
      return Math.min(expired.length, limit)
    },
  }
  return { store, changes }
}
