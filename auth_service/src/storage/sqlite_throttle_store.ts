/**
 * ThrottleStore on SQLite: an attempt reads and writes its rows in one transaction. An unreadable row counts as no attempts
 * and is replaced, because many people may share an address.
 */
import type { SqliteAudit } from '@shop/service_kit/audit/sqlite_log'
import { readBigInts, type SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { unlocked } from '../domain/audit.ts'
import type { Attempts, ThrottleStore } from '../domain/ports.ts'
import { validateStoredAttempts } from '../domain/stored_records.ts'
import { countAttempt, retentionRange } from '../domain/throttling.ts'
import { fromMs, toMs } from './stored_times.ts'

type Row = { key: string; tries: bigint; paused_until: bigint | null; forget_at: bigint }

export function createSqliteThrottleStore(
  { reader, writer, write }: SqliteStore,
  audit: SqliteAudit,
  unreadableOf: UnreadableOf,
): ThrottleStore {
  // Only the kind of the key is reported, because a key contains personal data.
  const reading = createReading(attemptsOf, ({ key }: Row) => key.split(' ')[0]!, unreadableOf('a throttle'))
  const current = readBigInts(
    writer.prepare('SELECT key, tries, paused_until, forget_at FROM throttle WHERE key = ?'),
  )
  const put = writer.prepare(`
    INSERT INTO throttle (key, tries, paused_until, forget_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE
      SET tries = excluded.tries, paused_until = excluded.paused_until, forget_at = excluded.forget_at`)
  const refund = writer.prepare(
    'UPDATE throttle SET tries = max(0, tries - 1), paused_until = NULL WHERE key = ?',
  )
  const clear = writer.prepare('DELETE FROM throttle WHERE key = ?')
  const remembered = reader.prepare(
    'SELECT 1 FROM throttle WHERE key = ? AND forget_at > ? AND forget_at <= ?',
  )
  const startingWith = readBigInts(
    reader.prepare(`
    SELECT key, tries, paused_until, forget_at FROM throttle 
     WHERE key >= :prefix AND key > :after AND key < :end ORDER BY key LIMIT :limit`),
  )
  const purge = writer.prepare(`
    DELETE FROM throttle WHERE key IN (
      SELECT key FROM throttle WHERE forget_at <= ? OR forget_at > ? LIMIT ?)`)

  return {
    take: (entries, now) =>
      write(() => {
        for (const { key, limits } of entries) {
          const next = countAttempt(reading.many(current.all(key) as Row[])[0], limits, now())
          if ('pausedUntil' in next) return next.pausedUntil
          const { count, pausedUntil, forgetAt } = next.attempts
          put.run(key, count, pausedUntil === undefined ? null : toMs(pausedUntil), toMs(forgetAt))
        }
        return undefined
      }),
    refund: (keys) =>
      write(() => {
        for (const key of keys) refund.run(key)
      }),
    clear: (keys) =>
      write(() => {
        for (const key of keys) clear.run(key)
      }),
    unlock: (keys, { accountId, at, by }) =>
      audit.write(by, at.toISOString(), (record) => {
        const removed = keys.filter((key) => clear.run(key).changes === 1).length
        if (removed > 0) record(unlocked(accountId, removed))
      }),
    remember: (key, until) => write(() => void put.run(key, 0, null, toMs(until))),
    async remembers(key, now) {
      const { after, until } = retentionRange(now)
      return remembered.get(key, after.getTime(), until.getTime()) !== undefined
    },
    async startingWith(prefix, { after = '', limit }) {
      const rows = startingWith.all({ prefix, after, end: `${prefix}\u{10FFFF}`, limit }) as Row[]
      return rows.map((row) => ({ key: row.key, attempts: reading.many([row])[0] }))
    },
    purge: (now, limit) =>
      write(() => {
        const { after, until } = retentionRange(now())
        return Number(purge.run(after.getTime(), until.getTime(), limit).changes)
      }),
  }
}

const attemptsOf = ({ tries: count, paused_until, forget_at }: Row): Attempts =>
  validateStoredAttempts({
    count: Number(count),
    pausedUntil: paused_until === null ? undefined : fromMs(paused_until),
    forgetAt: fromMs(forget_at),
  })
