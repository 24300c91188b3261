/**
 * The returns of an order: pure functions of the record that holds all of them (cases.ts), so no two can take the same units.
 *
 * Invariants
 *  R1. Of each line at most as many units are asked back as were shipped: those of all returns, without what was refused.
 *  R2. A return receives at most what it asked for.
 *  R3. Each receipt of goods owes its restocking and its refund at most once, under its own id, until both have ended. What ended stays.
 *  R4. Shipping that cannot be given back keeps back no money for goods.
 *  R5. While a payment may still be captured, its refund is owed. If it has ended without money, there is none.
 *  R6. Every change adds one entry to the history: its number is the version.
 *  R7. What was given back as an amount before is taken off once, unless the admin says that it was for something else.
 */
import { DomainError } from './errors.ts'
import type { Order, RequestedLine } from './order.ts'

export const RETURNS_MAX = 30
export const RECEIPTS_MAX = 20
export const RETURN_REASON_LENGTH_MAX = 1_000

export const RETURN_STATES = ['requested', 'accepted', 'refused', 'received'] as const
export type ReturnState = (typeof RETURN_STATES)[number]
/** `owed` ends by itself, and so do, of a refund, `pending` (it is under way) and `unpaid` (the buyer has not paid yet). */
export const RESTOCK_STATES = ['none', 'owed', 'done', 'refused'] as const
export type RestockState = (typeof RESTOCK_STATES)[number]
export const REFUND_STATES = ['none', 'owed', 'unpaid', 'pending', 'done', 'refused'] as const
export type RefundState = (typeof REFUND_STATES)[number]

/** As `refusal`: why there is nothing to give back. */
export const NO_PAYMENT = 'no_payment'
export const NEVER_PAID = 'never_paid'
export const isUnpayable = ({ refusal }: Pick<Receipt, 'refusal'>): boolean =>
  refusal === NO_PAYMENT || refusal === NEVER_PAID

export type ReceivedLine = RequestedLine & { readonly restock: boolean }

export type Receipt = {
  /** Under it it is restocked and refunded. */
  readonly id: string
  readonly key: string | undefined
  readonly at: string
  readonly by: string
  readonly lines: readonly ReceivedLine[]
  /** As the admin said. */
  readonly refundsShipping: boolean
  /** There was no shipping left to give back: it was before, for another receipt or by hand. */
  readonly shippingLeftOut: boolean
  /** What was given back before as an amount is taken off (R7). */
  readonly setsOff: boolean
  readonly restock: RestockState
  readonly refund: RefundState
  /** Of a refund that was made. */
  readonly refundMinor: number | undefined
  /** Taken off of it. */
  readonly setOffMinor: number | undefined
  /** Why there is none: a code. */
  readonly refusal: string | undefined
}

export type Return = {
  readonly id: string
  /** Of the request that made it. */
  readonly key: string | undefined
  readonly state: ReturnState
  readonly lines: readonly RequestedLine[]
  readonly reason: string | undefined
  /** What the shop says when it accepts or refuses it. */
  readonly note: string | undefined
  /** The withdrawal that opened it. */
  readonly withdrawalId: string | undefined
  readonly by: string
  readonly at: string
  readonly receipts: readonly Receipt[]
}

export const RETURN_CHANGES = [
  ...(['requested', 'accepted', 'refused', 'received'] as const),
  ...(['restocked', 'restock_refused', 'refunded', 'refund_pending', 'refund_refused'] as const),
  ...(['shipping_left_out', 'refund_unpaid', 'refund_not_owed'] as const),
] as const
export type ReturnChange = (typeof RETURN_CHANGES)[number]

export type ReturnEntry = {
  readonly type: ReturnChange
  readonly at: string
  readonly by: string
  readonly returnId: string
  readonly receiptId: string | undefined
  readonly lines: readonly RequestedLine[]
  readonly amountMinor: number | undefined
}

export type ReturnsBody = { readonly returns: readonly Return[]; readonly history: readonly ReturnEntry[] }

export const NO_RETURNS: ReturnsBody = { returns: [], history: [] }

/** Units that a return takes of what was shipped. */
export const claimedOf = ({ state, lines, receipts }: Return): readonly RequestedLine[] =>
  state === 'requested' || state === 'accepted' ? lines : receipts.flatMap((each) => each.lines)

export const unitsOf = (lines: readonly RequestedLine[], productId: string): number =>
  lines.reduce((sum, line) => (line.productId === productId ? sum + line.quantity : sum), 0)

/** What may still be sent back (R1). */
export function returnable(
  order: Pick<Order, 'status' | 'lines'>,
  { returns }: ReturnsBody,
): RequestedLine[] {
  if (order.status !== 'shipped' && order.status !== 'delivered') return []
  const claimed = returns.flatMap(claimedOf)
  return order.lines.map(({ productId, quantity }) => ({
    productId,
    quantity: Math.max(0, quantity - unitsOf(claimed, productId)),
  }))
}

export type ReceiptOf = { readonly found: Return; readonly receipt: Receipt }

/** What is owed (R3). */
export const owedIn = ({ returns }: ReturnsBody): readonly ReceiptOf[] =>
  returns.flatMap((found) =>
    found.receipts.flatMap((receipt) => (isOwed(receipt) ? [{ found, receipt }] : [])),
  )

export const isRefundOwed = ({ refund }: Receipt): boolean =>
  refund === 'owed' || refund === 'unpaid' || refund === 'pending'

export const isOwed = (receipt: Receipt): boolean => receipt.restock === 'owed' || isRefundOwed(receipt)

/** Nothing more can be done before a buyer pays, or a payment ends. */
export const waitsForBuyer = (body: ReturnsBody): boolean =>
  owedIn(body).every(({ receipt: { restock, refund } }) => restock !== 'owed' && refund === 'unpaid')

/** Since when the oldest refund is owed that payment_service has not taken: what is under way, or not paid yet, waits there. */
export function refundOwedSince({ returns }: ReturnsBody): string | undefined {
  const since = returns.flatMap((found) =>
    found.receipts.flatMap(({ refund, at }) => (refund === 'owed' ? [at] : [])),
  )
  return since.toSorted()[0]
}

export const givesShippingBack = ({ refundsShipping, shippingLeftOut }: Receipt): boolean =>
  refundsShipping && !shippingLeftOut

/** Of the admins' list: the first that one of its returns has. */
export const stateOf = ({ returns }: ReturnsBody): ReturnState =>
  (['requested', 'accepted', 'received'] as const).find((state) =>
    returns.some((each) => each.state === state),
  ) ?? 'refused'

export function returnIn({ returns }: ReturnsBody, id: string): Return {
  const found = returns.find((each) => each.id === id)
  if (!found) throw new DomainError('return_not_found', 'The order has no return with this id.')
  return found
}
