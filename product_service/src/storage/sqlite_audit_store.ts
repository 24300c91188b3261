/**
 * Reads a whole SQLite store to compare it, in small steps, so that requests do not wait: after at most ROWS_MAX rows the
 * event loop continues.
 *
 * The movement of a sale has its order id, so the held units of a product are those of its sales whose reservation is
 * held. Movements up to a version have the same sum for ever. A change of a reservation raises the version, so the sums are
 * valid only if the version stayed the same; otherwise they are read again. Old movements may be replaced by an opening balance
 * (domain/compaction.ts) between two steps, and be counted twice or not at all: so a mismatch found in several steps counts
 * only if it is found again, the same.
 */
import { isDeepStrictEqual } from 'node:util'
import { nextTurn, type Runtime } from '@shop/service_kit/runtime/runtime'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import { type Audit, balances, type LedgerMismatch } from '../domain/ports.ts'
import { isHeld } from '../domain/reservation.ts'
import { prepareAnyNumbers, prepareQuery, RESERVATION_COLUMNS, reservationOf } from './sqlite_rows.ts'

const ROWS_MAX = 250
/** Attempts to compare a product without a change meanwhile. After that it is left to the next pass. */
const ATTEMPTS_MAX = 3

export function createSqliteAuditStore({ reader }: SqliteStore, runtime: Pick<Runtime, 'defer'>): Audit {
  const ids = prepareQuery(reader, 'SELECT id, seq FROM products WHERE id > ? ORDER BY id LIMIT ?')
  const numbers = prepareAnyNumbers(reader, 'SELECT stock, reserved, version FROM products WHERE seq = ?')
  const history = prepareAnyNumbers(
    reader,
    `SELECT count(*), sum(delta), sum(iif(r.status = 'held', -delta, 0)), max(version)
       FROM (SELECT delta, version, iif(reason = 'sale', order_id, NULL) AS sold_to FROM movements
              WHERE product_seq = ?1 AND version > ?2 ORDER BY version LIMIT ?3)
       LEFT JOIN reservations r ON r.order_id = sold_to`,
  )
  const reservations = prepareAnyNumbers(
    reader,
    `SELECT ${RESERVATION_COLUMNS} FROM reservations r WHERE r.order_id > ? ORDER BY r.order_id LIMIT ?`,
  )
  const reservation = prepareAnyNumbers(
    reader,
    `SELECT ${RESERVATION_COLUMNS} FROM reservations r WHERE r.order_id = ?`,
  )

  /** Reads the history of a product in steps. Resolves undefined if the product changed meanwhile. */
  const compare = async (productId: string, seq: number) => {
    const [stock, reserved, version] = numbers.get(seq) as [number, number, number]
    const sums = { productId, stock, movementsSum: 0, reserved, heldUnits: 0 }
    let steps = 1
    for (let after = 0; ; steps++, await nextTurn(runtime)) {
      const [count, delta, held, last] = history.get(seq, after, ROWS_MAX) as (number | null)[]
      sums.movementsSum += delta ?? 0
      sums.heldUnits += held ?? 0
      if (count! < ROWS_MAX) break
      after = last!
    }
    return numbers.get(seq)?.[2] === version ? { sums, steps } : undefined
  }

  const compareUntilStable = async (productId: string, seq: number): Promise<LedgerMismatch | undefined> => {
    let before: LedgerMismatch | undefined
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const found = await compare(productId, seq)
      if (!found) continue
      const { sums, steps } = found
      if (steps === 1 || balances(sums) || isDeepStrictEqual(sums, before)) return sums
      before = sums
    }
    return undefined
  }

  return {
    async ledgerMismatches(after = '', limit) {
      const rows = ids.all(after, limit) as readonly [string, number][]
      const mismatches: LedgerMismatch[] = []
      let checked = 0
      for (const [id, seq] of rows) {
        const found = await compareUntilStable(id, seq)
        if (found === undefined) continue
        checked++
        if (!balances(found)) mismatches.push(found)
      }
      return { mismatches, checked, next: rows.length < limit ? undefined : rows.at(-1)?.[0] }
    },
    async reservationsOf(orderIds) {
      const reading = createReading(
        reservationOf,
        ([orderId]) => String(orderId),
        IGNORE_UNREADABLE('a reservation'),
      )
      const rows = orderIds.flatMap((orderId) => {
        const row = reservation.get(orderId)
        return row ? [row] : []
      })
      return new Map(reading.many(rows).map((each) => [each.orderId, each]))
    },
    async heldReservations(after = '', limit) {
      const rows = reservations.all(after, limit)
      const unreadable: string[] = []
      const reading = createReading(
        reservationOf,
        ([orderId]) => String(orderId),
        (orderId) => unreadable.push(orderId),
      )
      return {
        reservations: reading.many(rows).filter(isHeld),
        unreadable,
        next: rows.length < limit ? undefined : String(rows.at(-1)![0]),
      }
    },
  }
}
