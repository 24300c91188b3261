/**
 * Stock, its ledger and the reservations on SQLite: load, let the domain decide, apply, all in one transaction. A batch
 * writes each product once, for any number of reservations.
 */
import type { SqliteAudit } from '@shop/service_kit/audit/sqlite_log'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { OPERATOR, reservationRecovered, stockAdjusted } from '../domain/audit.ts'
import { adjustStock, isRemoved } from '../domain/change_product.ts'
import { DomainError } from '../domain/errors.ts'
import type { Stock } from '../domain/ports.ts'
import type { Product } from '../domain/product.ts'
import { recoverReservations } from '../domain/recovering.ts'
import { isHeld, type Reservation } from '../domain/reservation.ts'
import type { Decision } from '../domain/reservation_draft.ts'
import { recordOf } from '../domain/reservation_record.ts'
import { decideReservations, releaseReservations, shipReservations } from '../domain/reserving.ts'
import {
  MOVEMENT_COLUMNS,
  movementOf,
  prepareQuery,
  prepareWrites,
  productOf,
  RESERVATION_COLUMNS,
  reservationOf,
  seqOf,
  text,
} from './sqlite_rows.ts'

export function createSqliteStockStore(store: SqliteStore, audit: SqliteAudit): Stock {
  const { reader, writer } = store
  const writes = prepareWrites(writer)
  const seq = prepareQuery(reader, 'SELECT seq FROM products WHERE id = ?')
  const ledger = prepareQuery(
    reader,
    `SELECT ${MOVEMENT_COLUMNS} FROM movements m JOIN products p ON p.seq = m.product_seq
      WHERE m.product_seq = ? AND m.version < ? ORDER BY m.version DESC LIMIT ?`,
  )
  const attempted = prepareQuery(
    writer,
    `SELECT ${MOVEMENT_COLUMNS} FROM movements m JOIN products p ON p.seq = m.product_seq
      WHERE m.made_by = ? AND m.idempotency_key = ?`,
  )
  const reservation = prepareQuery(
    writer,
    `SELECT ${RESERVATION_COLUMNS} FROM reservations r WHERE r.order_id = ?`,
  )
  const addReservation = writer.prepare(
    `INSERT INTO reservations (order_id, status, lines, total_minor, reason, shortages, unknown_products,
       created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const endReservation = writer.prepare(
    `UPDATE reservations SET status = ?, updated_at = ? WHERE seq = ? AND status = 'held'`,
  )

  const offSale = prepareQuery(
    writer,
    'SELECT 1 FROM groups WHERE id = ? AND (draft = 1 OR deleted_at IS NOT NULL)',
  )
  const isOffSale = (groupId: string) => offSale.get(groupId) !== undefined

  /** The records that a batch loaded, and their row numbers. */
  const startBatch = () => {
    const products = new Map<string, Product>()
    const productSeqs = new Map<string, number>()
    const reservations = new Map<string, Reservation>()
    const reservationSeqs = new Map<string, number>()
    return {
      products,
      reservations,
      loadProduct(id: string) {
        if (products.has(id)) return
        const row = writes.product.get(id)
        if (!row) return
        products.set(id, productOf(row))
        productSeqs.set(id, seqOf(row))
      },
      loadReservation(orderId: string): Reservation | undefined {
        const row = reservation.get(orderId)
        if (!row) return undefined
        const found = reservationOf(row)
        reservations.set(orderId, found)
        reservationSeqs.set(orderId, row[9] as number)
        return found
      },
      apply<Answer>(decision: Decision<Answer>): readonly Answer[] {
        for (const product of decision.products) {
          writes.replaceProduct(productSeqs.get(product.id)!, products.get(product.id)!, product)
        }
        for (const movement of decision.movements) {
          writes.addMovement(productSeqs.get(movement.productId)!, movement)
        }
        for (const decided of decision.reservations) save(decided)
        return decision.answers
      },
    }

    function save(reservation: Reservation) {
      const decided = recordOf(reservation)
      const { orderId, status, lines, totalMinor, reason, shortages, unknownProducts } = decided
      const known = reservationSeqs.get(orderId)
      if (known !== undefined) {
        if (endReservation.run(status, decided.updatedAt, known).changes !== 1) {
          throw new Error(`the reservation of ${orderId} is not held`)
        }
        return
      }
      addReservation.run(
        orderId,
        status,
        text(lines),
        totalMinor,
        reason,
        text(shortages),
        text(unknownProducts),
        decided.createdAt,
        decided.updatedAt,
      )
    }
  }

  /** Loads reservations, and the products of those that are held. */
  const loadHeld = (orderIds: readonly string[]) => {
    const batch = startBatch()
    for (const orderId of orderIds) {
      const recorded = batch.loadReservation(orderId)
      if (!recorded || !isHeld(recorded)) continue
      for (const { productId } of recorded.lines) batch.loadProduct(productId)
    }
    return batch
  }

  return {
    adjust(adjustment, stamp) {
      const { productId, note, attempt } = adjustment
      return audit.write(stamp.by, stamp.at, (record) => {
        const recorded = attempt && attempted.get(stamp.by, attempt.key)
        if (recorded) {
          if (recorded[9] !== attempt.fingerprint) throw new DomainError('idempotency_key_reused', KEY_REUSED)
          return { movement: movementOf(recorded), replayed: true }
        }
        const row = writes.product.get(productId)
        const before = row && productOf(row)
        if (!before || isRemoved(before)) throw new DomainError('product_not_found', NOT_FOUND)
        const { product, movement } = adjustStock(before, adjustment, stamp)
        writes.replaceProduct(seqOf(row), before, product)
        writes.addMovement(seqOf(row), movement, attempt)
        record(stockAdjusted(before, product, note))
        return { movement, replayed: false }
      })
    },
    async movements(productId, { after, limit }) {
      const row = seq.get(productId)
      if (!row) return undefined
      const before = after?.[0] ?? Number.MAX_SAFE_INTEGER
      const found = ledger.all(row[0]!, before, limit + 1).map(movementOf)
      if (found.length <= limit) return { items: found, next: undefined }
      const items = found.slice(0, limit)
      return { items, next: [items[limit - 1]!.version] }
    },
    reserve(requests, at) {
      return store.write(() => {
        const batch = startBatch()
        for (const { orderId, lines } of requests) {
          if (batch.loadReservation(orderId)) continue
          for (const { productId } of lines) batch.loadProduct(productId)
        }
        return batch.apply(decideReservations(batch.products, batch.reservations, requests, at, isOffSale))
      })
    },
    recover(lost, at) {
      return audit.write(OPERATOR, at, (record) => {
        const batch = startBatch()
        for (const { orderId, lines } of lost) {
          const recorded = batch.loadReservation(orderId)
          const loaded = recorded && isHeld(recorded) ? recorded.lines : lines
          for (const { productId } of loaded) batch.loadProduct(productId)
        }
        const decision = recoverReservations(batch.products, batch.reservations, lost, at)
        for (const each of decision.reservations)
          record(reservationRecovered(batch.reservations.get(each.orderId), each))
        return batch.apply(decision)
      })
    },
    release(orderIds, at) {
      return store.write(() => {
        const batch = loadHeld(orderIds)
        return batch.apply(releaseReservations(batch.products, batch.reservations, orderIds, at))
      })
    },
    ship(orderIds, at) {
      return store.write(() => {
        const batch = loadHeld(orderIds)
        return batch.apply(shipReservations(batch.products, batch.reservations, orderIds, at))
      })
    },
  }
}

const NOT_FOUND = 'There is no product of this id, or it has left the catalogue.'
const KEY_REUSED = 'This Idempotency-Key was used for another adjustment; use a new key.'
