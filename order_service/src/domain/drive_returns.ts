/**
 * Does what receipts of goods owe: restocks them in product_service and gives their money back through payment_service, in any order, until
 * both have ended. Each call has the id of the receipt, so it may be made again after any fault: what was done is answered once more.
 * What is refused for good is recorded and shown, and not tried again. A refund of what is not paid yet is asked for at a slow pace, and
 * whenever the payment has changed (`Cases.hurry`), until the payment has money or has ended without (R5).
 */
import { changeCase } from './case_changes.ts'
import type { Case } from './cases.ts'
import { OutcomeUnknown } from './errors.ts'
import type { ReturnPorts } from './handle_returns.ts'
import { type Outcome, recordOutcome } from './return_changes.ts'
import type { Refunding, Restocking } from './return_ports.ts'
import { givesShippingBack, isRefundOwed, NEVER_PAID, owedIn, type ReceiptOf, stateOf } from './returns.ts'

export type DriveReturnPorts = Pick<ReturnPorts, 'cases' | 'now' | 'reached'> & {
  readonly restock: Restocking
  readonly refund: Refunding
  /** Nothing more is done about this part by itself: a person decides. */
  readonly refused: (part: 'restock' | 'refund') => void
  readonly report: (fault: unknown, id: string) => void
}

/** Resolves the case as it is stored afterwards. */
export async function driveReturns(
  ports: DriveReturnPorts,
  claimed: Case<'return'>,
): Promise<Case<'return'>> {
  let stored = claimed
  for (const owed of owedIn(claimed.body)) {
    for (const step of [restocked, refunded]) {
      try {
        const outcome = await step(ports, claimed.id, owed)
        if (outcome) stored = await record(ports, stored, owed.receipt.id, outcome)
      } catch (fault) {
        ports.report(fault, claimed.id)
      }
    }
  }
  return stored
}

async function restocked(
  { restock, reached }: DriveReturnPorts,
  orderId: string,
  { receipt }: ReceiptOf,
): Promise<Outcome | undefined> {
  if (receipt.restock !== 'owed') return undefined
  const lines = receipt.lines.flatMap(({ productId, quantity, restock }) =>
    restock ? [{ productId, quantity }] : [],
  )
  const answer = await restock({ receiptId: receipt.id, orderId, lines })
  reached('restock_answered')
  if (answer === 'not_shipped') {
    throw new OutcomeUnknown(`product_service does not have order ${orderId} as shipped yet`, { alone: true })
  }
  return { restock: answer === 'restocked' ? 'done' : 'refused' }
}

async function refunded(
  { refund, reached }: DriveReturnPorts,
  orderId: string,
  { found, receipt }: ReceiptOf,
): Promise<Outcome | undefined> {
  if (!isRefundOwed(receipt)) return undefined
  const answer = await refund({
    ...{ receiptId: receipt.id, orderId, by: receipt.by, shipping: givesShippingBack(receipt) },
    setsOff: receipt.setsOff,
    lines: receipt.lines.map(({ productId, quantity }) => ({ productId, quantity })),
    reason: `Return ${found.id}`,
  })
  reached('refund_answered')
  if (answer.state === 'without_shipping') return { shippingLeftOut: true }
  if (answer.state === 'unpaid') return { refund: 'unpaid' }
  if (answer.state === 'never_paid') return { refund: 'none', refusal: NEVER_PAID }
  return answer.state === 'refused'
    ? { refund: 'refused', refusal: answer.code }
    : { refund: answer.state, refundMinor: answer.amountMinor, setOffMinor: answer.setOffMinor }
}

async function record(
  { cases, now, reached, refused }: DriveReturnPorts,
  known: Case<'return'>,
  receiptId: string,
  outcome: Outcome,
): Promise<Case<'return'>> {
  const at = now().toISOString()
  let isNew = false
  const stored = await changeCase(cases, 'return', known.id, at, (before) => {
    const body = before && recordOutcome(before.body, receiptId, outcome, at)
    isNew = body !== undefined
    if (body === undefined) return undefined
    return { body, state: stateOf(body), dueAt: owedIn(body).length > 0 ? before!.dueAt : undefined }
  })
  if (isNew && 'restock' in outcome && outcome.restock === 'refused') refused('restock')
  if (isNew && 'refund' in outcome && outcome.refund === 'refused') refused('refund')
  reached('outcome_recorded')
  return stored ?? known
}
