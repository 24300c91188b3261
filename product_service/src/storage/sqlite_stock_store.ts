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
import { recoverReservations } from '../domain/recovering.ts'
import { isHeld } from '../domain/reservation.ts'
import { decideReservations, releaseReservations, shipReservations } from '../domain/reserving.ts'
import { restockReturns } from '../domain/restocking.ts'
import { prepareBatches } from './sqlite_batches.ts'
import { MOVEMENT_COLUMNS, movementOf } from './sqlite_movements.ts'
import { placeOf, prepareQuery, prepareWrites, productOf } from './sqlite_rows.ts'

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
  const offSale = prepareQuery(
    writer,
    'SELECT 1 FROM groups WHERE id = ? AND (draft = 1 OR deleted_at IS NOT NULL)',
  )
  const isOffSale = (groupId: string) => offSale.get(groupId) !== undefined

  const { startBatch, loadHeld } = prepareBatches(writer, writes)

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
        const place = placeOf(row)
        writes.replaceProduct(place, before, product)
        writes.addMovement(place.seq, movement, attempt)
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
    restock(requests, at) {
      return store.write(() => {
        const batch = startBatch()
        for (const { orderId, lines } of requests) {
          if (!batch.loadReservation(orderId)) continue
          for (const { productId } of lines) batch.loadProduct(productId)
        }
        return batch.apply(restockReturns(batch.products, batch.reservations, requests, at))
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
