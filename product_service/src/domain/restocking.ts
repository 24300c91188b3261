/**
 * Returned goods go back to stock: a pure function, as reserving.ts.
 *
 * Invariants
 *  2. The ledger balances: what comes back has a movement of its own kind, `return`, with its order.
 *  a. A receipt is restocked once: it is recorded in the reservation of its order, in the step that changes the stock, and stays there.
 *  b. Of each product of an order at most as many units come back as were shipped.
 *  - A product that was removed meanwhile takes its units back, as it does when they are released. It stays off sale.
 */
import {
  RESTOCKS_MAX,
  type RequestedLine,
  type Reservation,
  type Restock,
  type Shipped,
} from './reservation.ts'
import {
  createDraft,
  type Decision,
  type Products,
  type Reservations,
  unitsByProduct,
} from './reservation_draft.ts'

export type RestockRequest = {
  readonly receiptId: string
  readonly orderId: string
  readonly lines: readonly RequestedLine[]
}

/**
 * `restocked`: now or before. `not_shipped`: the order is not recorded as shipped here, so ask again. `refused`: more units than were
 * shipped, for good.
 */
export const RESTOCK_ANSWERS = ['restocked', 'not_shipped', 'refused'] as const
export type RestockAnswer = (typeof RESTOCK_ANSWERS)[number]

export function restockReturns(
  products: Products,
  existing: Reservations,
  requests: readonly RestockRequest[],
  at: string,
): Decision<RestockAnswer> {
  const draft = createDraft(products, existing)
  const answers = requests.map(({ receiptId, orderId, lines }): RestockAnswer => {
    const reservation = draft.find(orderId)
    if (!reservation || !isShipped(reservation)) return 'not_shipped'
    const { restocks = [] } = reservation
    if (restocks.some((each) => each.receiptId === receiptId)) return 'restocked'
    if (restocks.length >= RESTOCKS_MAX || !wereShipped(reservation, restocks, lines)) return 'refused'
    draft.restock(orderId, lines, at)
    draft.save({ ...reservation, restocks: [...restocks, { receiptId, lines, at }] })
    return 'restocked'
  })
  return draft.finish(answers)
}

export const isShipped = (reservation: Reservation): reservation is Shipped =>
  reservation.status === 'shipped'

function wereShipped(
  { lines: shipped }: Shipped,
  restocks: readonly Restock[],
  lines: readonly RequestedLine[],
): boolean {
  const left = new Map(unitsByProduct(shipped))
  for (const [id, units] of unitsByProduct([...restocks.flatMap((each) => each.lines), ...lines])) {
    if ((left.get(id) ?? 0) < units) return false
  }
  return true
}
