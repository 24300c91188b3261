/**
 * Payments in SQLite. Every save is one write whose condition is the revision and the fence that were read (M7); its entries are
 * added in the same transaction, and an entry of another payment fails it (M5).
 */
import type { SqliteAudit } from '@shop/service_kit/audit/sqlite_log'
import { prepareRows, type Row } from '@shop/service_kit/sqlite/rows'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import { DomainError } from '../domain/errors.ts'
import type { Method } from '../domain/payment.ts'
import type { PaymentStore } from '../domain/ports.ts'
import { nextRevision, type Stored } from '../domain/schedule.ts'
import {
  CHANGED_COLUMNS,
  COLUMNS,
  changedValues,
  columnsOf,
  OWN_COLUMNS,
  toStored,
} from './sqlite_payment_rows.ts'

/** Sorts after every time. */
const LAST = '~'

export function createSqlitePaymentStore(
  store: SqliteStore,
  audit: SqliteAudit,
  onUnreadable: OnUnreadable,
): PaymentStore {
  const reading = createReading(toStored, ([id]: Row) => String(id), onUnreadable)
  const optional = (row: Row | undefined) => (row === undefined ? undefined : reading.one(row))
  const { reader, writer } = store
  const select = `SELECT ${COLUMNS} FROM payments`
  const marks = OWN_COLUMNS.split(',').map(() => '?')
  const insert = writer.prepare(
    `INSERT INTO payments (${OWN_COLUMNS}) VALUES (${marks}) ON CONFLICT (order_id) DO NOTHING`,
  )
  const findInWrite = prepareRows(writer, `${select} WHERE order_id = ?`)
  const update = writer.prepare(
    `UPDATE payments SET ${CHANGED_COLUMNS}, revision = revision + 1 WHERE order_id = ? AND revision = ? AND fence = ?`,
  )
  const addEntry = writer.prepare(
    'INSERT INTO entries (id, order_id, position, kind, amount_minor, at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const countEntries = writer.prepare('SELECT count(*) AS count FROM entries WHERE order_id = ?')
  const dueIds = writer.prepare('SELECT order_id FROM payments WHERE due_at <= ? ORDER BY due_at LIMIT ?')
  const claim = writer.prepare(
    'UPDATE payments SET due_at = ?, fence = fence + 1, attempts = attempts + 1 WHERE order_id = ?',
  )
  const anyDue = reader.prepare('SELECT 1 FROM payments WHERE due_at <= ? LIMIT 1')
  const setDue =
    writer.prepare(`UPDATE payments SET due_at = ?, attempts = CASE WHEN ? THEN 0 ELSE attempts END
    WHERE order_id = ? AND revision = ? AND fence = ?`)
  const makeDue = writer.prepare(
    'UPDATE payments SET due_at = min(coalesce(due_at, ?1), ?1) WHERE order_id = ?2 RETURNING 1',
  )
  const find = prepareRows(reader, `${select} WHERE order_id = ?`)
  const byIntent = prepareRows(reader, `${select} WHERE intent_id = ?`)
  const page = prepareRows(reader, `${select} WHERE order_id > ? ORDER BY order_id LIMIT ?`)
  const unhinted = reader.prepare(
    'SELECT order_id AS orderId, version FROM payments WHERE hinted_version < version ORDER BY order_id LIMIT ?',
  )
  const setHinted = writer.prepare(
    'UPDATE payments SET hinted_version = max(hinted_version, ?) WHERE order_id = ?',
  )
  const findEvent = reader.prepare('SELECT 1 FROM inbox WHERE event_id = ?')
  const addEvent = writer.prepare('INSERT INTO inbox (event_id, at) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const forget = writer.prepare(
    'DELETE FROM inbox WHERE event_id IN (SELECT event_id FROM inbox WHERE at < ? ORDER BY at LIMIT ?)',
  )
  const backlog = reader.prepare(
    'SELECT count(*) AS count, min(updated_at) AS oldest, min(due_at) AS due FROM payments INDEXED BY payments_due WHERE due_at <= ?',
  )
  const ending = reader.prepare(`SELECT order_id AS orderId, capture_before AS captureBefore FROM payments
    WHERE capture_before < ? ORDER BY capture_before LIMIT ?`)

  const capturing =
    reader.prepare(`SELECT order_id AS orderId, updated_at AS since FROM payments INDEXED BY payments_capturing
    WHERE method = 'card' AND state = 'authorised' AND json_extract(place, '$.wish.kind') = 'capture' ORDER BY updated_at LIMIT ?`)

  const owed =
    reader.prepare(`SELECT order_id AS orderId, owed_since AS since, method FROM payments INDEXED BY payments_owed
    WHERE owed_since IS NOT NULL ORDER BY owed_since LIMIT ?`)

  const addEntries = ({ payment: { orderId, entries } }: Stored) => {
    const known = Number(countEntries.get(orderId)!.count)
    for (const [i, { id, kind, amountMinor, at }] of entries.entries()) {
      if (i >= known) addEntry.run(id, orderId, i, kind, amountMinor, at)
    }
  }

  return {
    addOnce: (stored) =>
      store.write(() => {
        const added = insert.run(...columnsOf(stored)).changes === 1
        return { stored: reading.one(findInWrite.get(stored.payment.orderId)!), added }
      }),
    find: async (orderId) => optional(find.get(orderId)),
    findByIntent: async (intentId) => optional(byIntent.get(intentId)),
    async save({ orderId, revision, fence }, stored, audited) {
      const isSaved = await audit.write(audited?.by, stored.payment.updatedAt, (record) => {
        const { changes } = update.run(...changedValues(stored), orderId, revision, fence)
        if (changes !== 1) return false
        addEntries(stored)
        if (audited) record(audited.record)
        return true
      })
      if (!isSaved)
        throw new DomainError('version_conflict', `The payment of ${orderId} was changed meanwhile.`)
      return nextRevision(stored)
    },
    async claimDue(now, leaseUntil, limit) {
      // Most rounds have nothing to do; they take no lock.
      if (!anyDue.get(now)) return []
      const rows = await store.write(() =>
        dueIds.all(now, limit).map(({ order_id }) => {
          claim.run(leaseUntil, order_id!)
          return findInWrite.get(order_id!)!
        }),
      )
      return reading.many(rows)
    },
    async reschedule(changes) {
      if (changes.length === 0) return
      await store.write(() => {
        for (const { orderId, revision, fence, dueAt, done } of changes)
          setDue.run(dueAt ?? null, Number(done), orderId, revision, fence)
      })
    },
    makeDue: (orderId, now) => store.write(() => makeDue.get(now, orderId) !== undefined),
    unhinted: async (limit) =>
      unhinted
        .all(limit)
        .map(({ orderId, version }) => ({ orderId: String(orderId), version: Number(version) })),
    async hinted(changes) {
      await store.write(() => {
        for (const { orderId, version } of changes) setHinted.run(version, orderId)
      })
    },
    isReceived: async (eventId) => findEvent.get(eventId) !== undefined,
    async received(eventId, now) {
      await store.write(() => void addEvent.run(eventId, now))
    },
    forgetEvents: (before, limit) => store.write(() => Number(forget.run(before, limit).changes)),
    async backlog() {
      const found = backlog.get(LAST) as { count: number; oldest: string | null; due: string | null }
      return {
        count: found.count,
        oldestUpdatedAt: found.oldest ?? undefined,
        firstDueAt: found.due ?? undefined,
      }
    },
    endingBefore: async (time, limit) =>
      ending
        .all(time, limit)
        .map((row) => ({ orderId: String(row.orderId), captureBefore: String(row.captureBefore) })),
    capturesWaiting: async (limit) =>
      capturing.all(limit).map((row) => ({ orderId: String(row.orderId), since: String(row.since) })),
    refundsWaiting: async (limit) =>
      owed.all(limit).map(({ orderId, since, method }) => ({
        ...{ orderId: String(orderId), since: String(since), method: method as Method },
      })),
    list: async (after, limit) => reading.page(limit, after, (count, at) => page.all(at, count)),
    check: () => store.check(),
    close: () => store.close(),
  }
}
