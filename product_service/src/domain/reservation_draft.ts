/**
 * The state while a batch of reservations is decided: the loaded state, overlaid with the changes of the batch so far.
 *
 * Invariant 2, the ledger balances: each unit that leaves or re-enters `stock` has its movement, and `reserved` is the
 * sum of units in `held` reservations. Each reservation, release and shipment of a product raises its version by one, so
 * a batch of 30 raises it by 30, in one write.
 */
import { createMovement, type Movement, type Product } from './product.ts'
import type { Held, RequestedLine, Reservation } from './reservation.ts'

export type Products = ReadonlyMap<string, Product>
export type Reservations = ReadonlyMap<string, Reservation>

export type Decision<Answer = Reservation> = {
  /** One for each request or order id, in their order. */
  readonly answers: readonly Answer[]
  /** Products that changed, as they are afterwards. */
  readonly products: readonly Product[]
  readonly movements: readonly Movement[]
  /** Reservations to add or to replace. */
  readonly reservations: readonly Reservation[]
}

/** Lines of one product are added up: otherwise each would count on the same free units. */
export function unitsByProduct(lines: readonly RequestedLine[]): ReadonlyMap<string, number> {
  const units = new Map<string, number>()
  for (const { productId, quantity } of lines) units.set(productId, (units.get(productId) ?? 0) + quantity)
  return units
}

export function createDraft(products: Products, existing: Reservations) {
  const changedProducts = new Map<string, Product>()
  const changedReservations = new Map<string, Reservation>()
  const movements: Movement[] = []
  const product = (id: string) => changedProducts.get(id) ?? products.get(id)

  const change = (id: string, by: { stock: number; reserved: number }, orderId: string, at: string) => {
    const before = product(id)
    if (!before) throw new Error(`order ${orderId} holds ${id}, which was not loaded`)
    const after = {
      ...before,
      stock: before.stock + by.stock,
      reserved: before.reserved + by.reserved,
      version: before.version + 1,
      updatedAt: at,
    }
    changedProducts.set(id, after)
    return after
  }
  const addMovement = (
    reason: 'sale' | 'release' | 'return',
    after: Product,
    delta: number,
    orderId: string,
  ) => movements.push(createMovement(after, delta, { reason, note: null, orderId, by: null }))

  return {
    product,
    find: (orderId: string) => changedReservations.get(orderId) ?? existing.get(orderId),
    save<Recorded extends Reservation>(reservation: Recorded): Recorded {
      changedReservations.set(reservation.orderId, reservation)
      return reservation
    },
    /** Its units go from `stock` to `reserved`. */
    hold({ orderId, lines, updatedAt }: Held) {
      for (const [id, units] of unitsByProduct(lines)) {
        const after = change(id, { stock: -units, reserved: units }, orderId, updatedAt)
        addMovement('sale', after, -units, orderId)
      }
    },
    /** Its units go from `reserved` back to `stock`. */
    release({ orderId, lines }: Held, at: string) {
      for (const [id, units] of unitsByProduct(lines)) {
        const after = change(id, { stock: units, reserved: -units }, orderId, at)
        addMovement('release', after, units, orderId)
      }
    },
    /** Its units leave `reserved`. They left `stock` when they were held, so there is no movement. */
    ship({ orderId, lines }: Held, at: string) {
      for (const [id, units] of unitsByProduct(lines)) {
        change(id, { stock: 0, reserved: -units }, orderId, at)
      }
    },
    /** Units that had left come back to `stock`. */
    restock(orderId: string, lines: readonly RequestedLine[], at: string) {
      for (const [id, units] of unitsByProduct(lines)) {
        const after = change(id, { stock: units, reserved: 0 }, orderId, at)
        addMovement('return', after, units, orderId)
      }
    },
    finish: <Answer>(answers: readonly Answer[]): Decision<Answer> => ({
      answers,
      products: [...changedProducts.values()],
      movements,
      reservations: [...changedReservations.values()],
    }),
  }
}
