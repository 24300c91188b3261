/** Old movements and reservations on SQLite (domain/compaction.ts, domain/ports.ts). */
import { isDeepStrictEqual } from 'node:util'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { openingBalance } from '../domain/compaction.ts'
import type { Retained } from '../domain/ports.ts'
import type { Movement } from '../domain/product.ts'
import type { Reservation } from '../domain/reservation.ts'
import { validateStoredMovement } from '../domain/stored_records.ts'
import { createOldMovements, untilUnreadable } from './old_movements.ts'
import { MOVEMENT_COLUMNS, movementOf } from './sqlite_movements.ts'
import {
  prepareAnyNumbers,
  prepareQuery,
  prepareWrites,
  RESERVATION_COLUMNS,
  type Row,
  reservationOf,
} from './sqlite_rows.ts'

/** Reservations in one write. A run of movements is one write; RECORDS_AT_ONCE of the kit limits it. */
export const WRITE_BATCH_MAX = 16

/** With the idempotency key of an adjustment, which goes with it. */
type KeptMovement = Movement & {
  readonly attempt: { readonly key: string; readonly fingerprint: string } | null
}

const keptMovement = (row: Row): KeptMovement => ({
  ...validateStoredMovement(movementOf(row)),
  attempt: row[10] === null ? null : { key: row[10] as string, fingerprint: row[9] as string },
})

export function createSqliteOldMovements(
  { reader, writer, write }: SqliteStore,
  unreadableOf: UnreadableOf,
): Retained<Movement> {
  const reading = createReading(
    keptMovement,
    ([productId, version]: Row) => `${productId} ${version}`,
    unreadableOf('a movement of stock'),
  )
  const product = prepareQuery(reader, 'SELECT id FROM products WHERE id > ? ORDER BY id LIMIT 1')
  const select = `SELECT ${MOVEMENT_COLUMNS}, m.idempotency_key FROM movements m JOIN products p ON p.seq = m.product_seq`
  const ledger = prepareAnyNumbers(
    reader,
    `${select} WHERE p.id = ? AND m.version > ? ORDER BY m.version LIMIT ?`,
  )
  const held = prepareQuery(
    reader,
    `SELECT order_id FROM reservations WHERE order_id IN (SELECT value FROM json_each(?)) AND status = 'held'`,
  )
  const writes = prepareWrites(writer)
  const seqOf = prepareQuery(writer, 'SELECT seq FROM products WHERE id = ?')
  const range = prepareAnyNumbers(
    writer,
    `${select} WHERE m.product_seq = ? AND m.version BETWEEN ? AND ? ORDER BY m.version LIMIT ?`,
  )
  const begin = writer.prepare('INSERT INTO compactions VALUES (?, ?, ?, ?, ?)')
  const remove = writer.prepare('DELETE FROM movements WHERE product_seq = ? AND version BETWEEN ? AND ?')
  const end = writer.prepare('DELETE FROM compactions WHERE product_seq = ?')

  return createOldMovements<KeptMovement>({
    productAfter: async (id) => product.get(id)?.[0] as string | undefined,
    movementsAfter: async (productId, version, limit) =>
      untilUnreadable(ledger.all(productId, version, limit), reading.one),
    holding: async (orderIds) =>
      new Set(held.all(JSON.stringify(orderIds)).map(([orderId]) => orderId as string)),
    compact: (run) =>
      write(() => {
        const opening = openingBalance(run)
        const [first, last] = [run[0]!.version, opening.version]
        const seq = seqOf.get(opening.productId)![0]!
        const stored = untilUnreadable(range.all(seq, first, last, run.length + 1), reading.one)
        if (!isDeepStrictEqual(stored, run)) return 0
        begin.run(seq, first, last, opening.delta, opening.stockAfter)
        remove.run(seq, first, last)
        writes.addMovement(Number(seq), opening)
        end.run(seq)
        return run.length
      }),
  })
}

/** Reservations that never held anything. */
export function createSqliteOldReservations(
  { reader, writer, write }: SqliteStore,
  unreadableOf: UnreadableOf,
): Retained<Reservation> {
  const reading = createReading(
    reservationOf,
    ([orderId]: Row) => String(orderId),
    unreadableOf('a reservation'),
  )
  const page = prepareAnyNumbers(
    reader,
    `SELECT ${RESERVATION_COLUMNS} FROM reservations r WHERE r.lines = '[]' AND r.updated_at < ?
       AND (r.updated_at, r.order_id) > (?, ?) ORDER BY r.updated_at, r.order_id LIMIT ?`,
  )
  const remove = writer.prepare(
    `DELETE FROM reservations WHERE order_id = ? AND status = ? AND updated_at = ? AND lines = '[]'`,
  )
  return {
    kind: 'reservation',
    async due(before, after = ' ', limit) {
      const [updatedAt = '', orderId = ''] = after.split(' ')
      const rows = page.all(before, updatedAt, orderId, limit)
      const [lastId, , , , , , , , lastAt] = rows.at(-1) ?? []
      return { items: reading.many(rows), next: rows.length < limit ? undefined : `${lastAt} ${lastId}` }
    },
    async remove(reservations) {
      let removed = 0
      for (let from = 0; from < reservations.length; from += WRITE_BATCH_MAX) {
        const some = reservations.slice(from, from + WRITE_BATCH_MAX)
        removed += await write(() =>
          some.reduce(
            (sum, { orderId, status, updatedAt }) =>
              sum + Number(remove.run(orderId, status, updatedAt).changes),
            0,
          ),
        )
      }
      return removed
    },
  }
}
