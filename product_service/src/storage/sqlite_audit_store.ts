/**
 * Reading a whole SQLite store to compare it, in steps so small that requests never wait for it: at most
 * ROWS_MAX rows, then everything else gets its turn.
 *
 * Movements up to a version never change, so their sum may be read in steps. Held lines do change; their sum
 * counts only if the product's version stayed the same meanwhile, and is read again otherwise.
 */
import { setImmediate as otherWork } from 'node:timers/promises'
import type { SqliteStore } from '@shop/service_kit/sqlite'
import type { Audit, LedgerMismatch } from '../domain/ports.ts'
import { prepareQuery, RESERVATION_COLUMNS, reservationOf } from './sqlite_rows.ts'

const ROWS_MAX = 5_000
/** Tries to read a product nobody changes meanwhile; after them one statement reads it whole. */
const TRIES_MAX = 3

export function createSqliteAuditStore({ reader }: SqliteStore): Audit {
  const ids = prepareQuery(reader, 'SELECT id, seq FROM products WHERE id > ? ORDER BY id LIMIT ?')
  const numbers = prepareQuery(reader, 'SELECT stock, reserved, version FROM products WHERE seq = ?')
  const movements = prepareQuery(
    reader,
    `SELECT count(*), sum(delta), max(version) FROM (SELECT delta, version FROM movements
      WHERE product_seq = ?1 AND version > ?2 AND version <= ?3 ORDER BY version LIMIT ${ROWS_MAX})`,
  )
  const heldLines = prepareQuery(
    reader,
    `SELECT count(*), sum(quantity), max(reservation_seq) FROM (SELECT quantity, reservation_seq FROM held_lines
      WHERE product_seq = ?1 AND reservation_seq > ?2 AND reservation_seq <= ?3
      ORDER BY reservation_seq LIMIT ${ROWS_MAX})`,
  )
  const whole = prepareQuery(
    reader,
    `SELECT stock, (SELECT total(delta) FROM movements WHERE product_seq = p.seq),
            reserved, (SELECT total(quantity) FROM held_lines WHERE product_seq = p.seq)
       FROM products p WHERE seq = ?`,
  )
  const reservations = prepareQuery(
    reader,
    `SELECT ${RESERVATION_COLUMNS} FROM reservations r WHERE r.order_id > ? ORDER BY r.order_id LIMIT ?`,
  )

  const sum = async (steps: typeof movements, seq: number, last: number): Promise<number> => {
    let total = 0
    for (let after = 0; ; await otherWork()) {
      const [count, part, end] = steps.get(seq, after, last) as [number, number | null, number | null]
      total += part ?? 0
      if (count < ROWS_MAX) return total
      after = end!
    }
  }

  const compare = async (productId: string, seq: number): Promise<LedgerMismatch> => {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const [stock, reserved, version] = numbers.get(seq) as [number, number, number]
      const movementsSum = await sum(movements, seq, version)
      const heldUnits = await sum(heldLines, seq, Number.MAX_SAFE_INTEGER)
      if (numbers.get(seq)?.[2] === version) return { productId, stock, movementsSum, reserved, heldUnits }
    }
    const row = whole.get(seq) as [number, number, number, number]
    return { productId, stock: row[0], movementsSum: row[1], reserved: row[2], heldUnits: row[3] }
  }

  return {
    async ledgerMismatches(after = '', limit) {
      const rows = ids.all(after, limit) as readonly [string, number][]
      const mismatches: LedgerMismatch[] = []
      for (const [id, seq] of rows) {
        const found = await compare(id, seq)
        if (found.stock !== found.movementsSum || found.reserved !== found.heldUnits) mismatches.push(found)
      }
      return { mismatches, checked: rows.length, next: rows.length < limit ? undefined : rows.at(-1)?.[0] }
    },
    async heldReservations(after = '', limit) {
      const found = reservations.all(after, limit).map(reservationOf)
      return {
        reservations: found.filter(({ status }) => status === 'held'),
        next: found.length < limit ? undefined : found.at(-1)?.orderId,
      }
    },
  }
}
