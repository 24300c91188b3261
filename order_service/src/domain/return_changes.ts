/** How returns change (returns.ts has the invariants): each function makes the next record, or refuses. */
import { DomainError } from './errors.ts'
import type { Order } from './order.ts'
import {
  givesShippingBack,
  isRefundOwed,
  NO_PAYMENT,
  owedIn,
  RECEIPTS_MAX,
  RETURNS_MAX,
  type Receipt,
  type RefundState,
  type Return,
  type ReturnChange,
  type ReturnEntry,
  type ReturnsBody,
  returnable,
  returnIn,
  unitsOf,
} from './returns.ts'

export type ReturnRequest = Pick<
  Return,
  'id' | 'key' | 'state' | 'lines' | 'reason' | 'withdrawalId' | 'by' | 'at'
>

/** Fails with `order_not_shipped`, `return_exceeds_shipped` or `too_many_returns`. */
export function requestReturn(order: Order, body: ReturnsBody, request: ReturnRequest): ReturnsBody {
  if (order.status !== 'shipped' && order.status !== 'delivered')
    throw new DomainError(
      'order_not_shipped',
      'Only what was shipped can be returned; cancel the order instead.',
    )
  if (body.returns.length >= RETURNS_MAX)
    throw new DomainError('too_many_returns', `An order has at most ${RETURNS_MAX} returns.`)
  const left = returnable(order, body)
  for (const { productId, quantity } of request.lines) {
    const leftQuantity = unitsOf(left, productId)
    if (quantity > leftQuantity)
      throw new DomainError(
        'return_exceeds_shipped',
        'More units than were shipped and are not returned yet.',
        {
          productId,
          leftQuantity,
        },
      )
  }
  const added: Return = { ...request, note: undefined, receipts: [] }
  const { id: returnId, lines, by, at } = request
  return {
    returns: [...body.returns, added],
    history: [...body.history, entry('requested', { returnId, lines, by, at })],
  }
}

/** Undefined if it is so already. Fails with `return_not_found` or `return_is_over`. */
export function decideReturn(
  body: ReturnsBody,
  {
    id,
    to,
    note,
    by,
    at,
  }: { id: string; to: 'accepted' | 'refused'; note: string | undefined; by: string; at: string },
): ReturnsBody | undefined {
  const found = returnIn(body, id)
  // What was received stays: what did not come is given up.
  const isPart = to === 'refused' && found.receipts.length > 0
  const state = isPart ? 'received' : to
  if (found.state === state) return undefined
  const isOpen = found.state === 'requested' || (found.state === 'accepted' && to === 'refused')
  if (!isOpen) throw isOver(found)
  return changed(
    body,
    { ...found, state, note: note ?? found.note },
    entry(to, { returnId: id, lines: found.lines, by, at }),
  )
}

export type Arrival = Pick<Receipt, 'id' | 'key' | 'at' | 'by' | 'lines' | 'refundsShipping' | 'setsOff'> & {
  readonly refund: boolean
}

/**
 * Records goods that came back, also of a return that was not accepted yet. `isPaid`: the order has a payment. Fails with
 * `return_not_found`, `return_is_over`, `receipt_exceeds_return` or `too_many_returns`.
 */
export function receiveGoods(
  body: ReturnsBody,
  returnId: string,
  arrival: Arrival,
  isPaid: boolean,
): ReturnsBody {
  const found = returnIn(body, returnId)
  if (found.state !== 'requested' && found.state !== 'accepted') throw isOver(found)
  if (found.receipts.length >= RECEIPTS_MAX)
    throw new DomainError('too_many_returns', `A return has at most ${RECEIPTS_MAX} receipts.`)
  const before = found.receipts.flatMap(({ lines }) => lines)
  for (const { productId, quantity } of arrival.lines) {
    const leftQuantity = unitsOf(found.lines, productId) - unitsOf(before, productId)
    if (quantity > leftQuantity)
      throw new DomainError('receipt_exceeds_return', 'More units than this return still expects.', {
        productId,
        leftQuantity,
      })
  }
  const { refund, ...facts } = arrival
  const receipt: Receipt = {
    ...facts,
    refundsShipping: refund && isPaid && facts.refundsShipping,
    setsOff: refund && isPaid && facts.setsOff,
    restock: arrival.lines.some(({ restock }) => restock) ? 'owed' : 'none',
    refund: refund && isPaid ? 'owed' : 'none',
    ...{ shippingLeftOut: false, refundMinor: undefined, setOffMinor: undefined },
    refusal: refund && !isPaid ? NO_PAYMENT : undefined,
  }
  const receipts = [...found.receipts, receipt]
  const all = receipts.flatMap(({ lines }) => lines)
  const isComplete = found.lines.every(({ productId, quantity }) => unitsOf(all, productId) === quantity)
  return changed(
    body,
    { ...found, receipts, state: isComplete ? 'received' : 'accepted' },
    entry('received', {
      ...{ returnId, receiptId: arrival.id, by: arrival.by, at: arrival.at },
      lines: arrival.lines.map(({ productId, quantity }) => ({ productId, quantity })),
    }),
  )
}

export type Outcome =
  | { readonly restock: 'done' | 'refused' }
  | { readonly refund: 'done' | 'pending'; readonly refundMinor: number; readonly setOffMinor: number }
  | { readonly refund: 'refused' | 'none'; readonly refusal: string }
  | { readonly refund: 'unpaid' }
  | { readonly shippingLeftOut: true }

const REFUND_CHANGES = {
  ...{ done: 'refunded', pending: 'refund_pending', unpaid: 'refund_unpaid', refused: 'refund_refused' },
  none: 'refund_not_owed',
} as const satisfies Partial<Record<RefundState, ReturnChange>>

/** Records what became of it; undefined if that is known already. */
export function recordOutcome(
  body: ReturnsBody,
  receiptId: string,
  outcome: Outcome,
  at: string,
): ReturnsBody | undefined {
  const of = owedIn(body).find(({ receipt }) => receipt.id === receiptId)
  if (!of) return undefined
  const { found, receipt } = of
  const withReceipt = (after: Receipt, added: ReturnEntry) =>
    changed(
      body,
      { ...found, receipts: found.receipts.map((each) => (each === receipt ? after : each)) },
      added,
    )
  const facts = { returnId: found.id, receiptId, by: 'system', at }
  if ('shippingLeftOut' in outcome) {
    if ((receipt.refund !== 'owed' && receipt.refund !== 'unpaid') || !givesShippingBack(receipt))
      return undefined
    return withReceipt({ ...receipt, ...outcome }, entry('shipping_left_out', { ...facts, lines: [] }))
  }
  const [part, now] =
    'restock' in outcome ? (['restock', outcome.restock] as const) : (['refund', outcome.refund] as const)
  const before = receipt[part]
  const isOpen = part === 'restock' ? before === 'owed' : isRefundOwed(receipt)
  if (before === now || !isOpen || (before === 'pending' && now === 'unpaid')) return undefined
  const type = part === 'restock' ? (now === 'done' ? 'restocked' : 'restock_refused') : REFUND_CHANGES[now]
  // One that was under way and failed gave nothing back.
  const nothing = 'refusal' in outcome ? { refundMinor: undefined, setOffMinor: undefined } : {}
  const after: Receipt = { ...receipt, ...nothing, ...outcome }
  return withReceipt(
    after,
    entry(type, {
      ...facts,
      lines: receipt.lines.flatMap(({ productId, quantity, restock }) =>
        part === 'restock' && !restock ? [] : [{ productId, quantity }],
      ),
      amountMinor: 'refundMinor' in outcome ? outcome.refundMinor : undefined,
    }),
  )
}

const isOver = ({ state }: Return) =>
  new DomainError('return_is_over', `The return is ${state}; it does not change any more.`)

const changed = (body: ReturnsBody, after: Return, added: ReturnEntry): ReturnsBody => ({
  returns: body.returns.map((each) => (each.id === after.id ? after : each)),
  history: [...body.history, added],
})

const entry = (
  type: ReturnChange,
  facts: Pick<ReturnEntry, 'returnId' | 'lines' | 'by' | 'at'> & Partial<ReturnEntry>,
): ReturnEntry => ({ receiptId: undefined, amountMinor: undefined, ...facts, type })
