/** What a batch of decisions loads and writes on SQLite: each record once, under its condition. */
import type { DatabaseSync } from 'node:sqlite'
import type { Product } from '../domain/product.ts'
import { isHeld, type Reservation, type Shipped } from '../domain/reservation.ts'
import type { Decision } from '../domain/reservation_draft.ts'
import { type ReservationRecord, recordOf } from '../domain/reservation_record.ts'
import {
  type Place,
  placeOf,
  prepareQuery,
  type prepareWrites,
  productOf,
  RESERVATION_COLUMNS,
  reservationOf,
  text,
} from './sqlite_rows.ts'

/** Call them only inside `SqliteStore.write`. */
export function prepareBatches(writer: DatabaseSync, writes: ReturnType<typeof prepareWrites>) {
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

  const addRestock = writer.prepare(
    `UPDATE reservations SET restocks = ? WHERE seq = ? AND status = 'shipped'
      AND json_array_length(coalesce(restocks, '[]')) = ?`,
  )

  /** The records that a batch loaded, and where they are. */
  const startBatch = () => {
    const products = new Map<string, Product>()
    const places = new Map<string, Place>()
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
        places.set(id, placeOf(row))
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
          writes.replaceProduct(places.get(product.id)!, products.get(product.id)!, product)
        }
        for (const movement of decision.movements) {
          writes.addMovement(places.get(movement.productId)!.seq, movement)
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
        const before = reservations.get(orderId)!
        if (before.status === 'shipped') {
          saveRestocks(before, decided, known)
          return
        }
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

  function saveRestocks(
    { orderId, restocks: before = [] }: Shipped,
    { restocks = [] }: ReservationRecord,
    seq: number,
  ) {
    if (addRestock.run(text(restocks), seq, before.length).changes !== 1) {
      throw new Error(`the reservation of ${orderId} has other restocks`)
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

  return { startBatch, loadHeld }
}
