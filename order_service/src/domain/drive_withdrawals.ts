/**
 * Looks at a statement of withdrawal once it is recorded, and hands over its receipt (W2, W3). Each step is recorded by itself and may be made
 * again: an order is cancelled once, and a withdrawal opens one return.
 *
 * A statement that changes its order gets its receipt, however many were sent to this address. Others get it up to RECEIPTS_OF_BUYER_MAX a day:
 * else who orders with the address of a stranger could have any number sent there.
 */
import { changeCase } from './case_changes.ts'
import type { Case, Cases } from './cases.ts'
import { OutcomeUnknown } from './errors.ts'
import { ownerOf } from './guests.ts'
import { openReturn, type ReturnPorts } from './handle_returns.ts'
import { firstIdOfDay, RECEIPTS_OF_BUYER_MAX, STATEMENTS_OF_ADDRESS_MAX } from './handle_withdrawals.ts'
import type { Order } from './order.ts'
import type { Receipts } from './return_ports.ts'
import { NO_RETURNS, RETURNS_MAX, returnable } from './returns.ts'
import type { StoredOrder } from './schedule.ts'
import { matches, numberIn, type WithdrawalBody, type WithdrawalChange, withEntry } from './withdrawals.ts'

export type DriveWithdrawalPorts = ReturnPorts & {
  readonly findByNumber: (number: number) => Promise<StoredOrder | undefined>
  /** As its buyer. Resolves it as it is afterwards. */
  readonly cancel: (order: Order) => Promise<Order>
  /** Undefined: no mail is sent. */
  readonly receipts: Receipts | undefined
  readonly report: (fault: unknown, id: string) => void
}

export async function driveWithdrawal(
  ports: DriveWithdrawalPorts,
  claimed: Case<'withdrawal'>,
): Promise<Case<'withdrawal'>> {
  let stored = claimed
  for (const step of [examined, receiptSent]) {
    try {
      stored = await step(ports, stored)
    } catch (fault) {
      ports.report(fault, claimed.id)
    }
  }
  return stored
}

const isOwed = ({ mail }: WithdrawalBody, state: string) => state === 'received' || mail === 'owed'

async function examined(
  ports: DriveWithdrawalPorts,
  claimed: Case<'withdrawal'>,
): Promise<Case<'withdrawal'>> {
  if (claimed.state !== 'received') return claimed
  const found = await outcomeOf(ports, claimed)
  return record(
    ports,
    claimed,
    (before) => before.state === 'received',
    found.type,
    found.changes,
    found.state,
  )
}

type Found = {
  readonly type: WithdrawalChange
  readonly state: 'open' | 'done'
  readonly changes: Partial<WithdrawalBody>
}

/** Statements with this address within a day, this one among them. */
const recentOf = ({ cases, now }: DriveWithdrawalPorts, { subject }: Case<'withdrawal'>) =>
  cases.count('withdrawal', subject, firstIdOfDay(now()), RECEIPTS_OF_BUYER_MAX)

async function outcomeOf(ports: DriveWithdrawalPorts, claimed: Case<'withdrawal'>): Promise<Found> {
  const { id, body } = claimed
  const { statement } = body
  const number = numberIn(statement.orderNumber)
  const order = number === undefined ? undefined : (await ports.findByNumber(number))?.order
  if (!order || !matches(statement, order)) {
    return { type: 'unmatched', state: 'open', changes: { orderId: order?.id } }
  }
  const mail = body.mail === 'withheld' ? ('owed' as const) : body.mail
  const effective = { orderId: order.id, isMatched: true, mail }
  const recent = await recentOf(ports, claimed)
  const changes = recent >= RECEIPTS_OF_BUYER_MAX ? { ...effective, mail: body.mail } : effective
  // Which goods are meant is free text, which a person reads. Of many statements one may have the number by chance.
  if (statement.goods !== undefined || recent > STATEMENTS_OF_ADDRESS_MAX)
    return { type: 'needs_admin', state: 'open', changes }
  switch (order.status) {
    case 'rejected':
      return { type: 'nothing_left', state: 'done', changes }
    case 'shipped':
    case 'delivered':
      return returnOpened(ports, order, id, changes, effective)
    case 'capturing':
      // It is shipped in a moment, or is confirmed again.
      throw new OutcomeUnknown(`order ${order.id} is being shipped`, { alone: true })
    case 'cancelling':
    case 'cancelled':
      return { type: 'order_cancelled', state: 'done', changes }
    default:
      await ports.cancel(order)
      return { type: 'order_cancelled', state: 'done', changes: effective }
  }
}

async function returnOpened(
  ports: DriveWithdrawalPorts,
  order: Order,
  withdrawalId: string,
  changes: Partial<WithdrawalBody>,
  effective: Partial<WithdrawalBody>,
): Promise<Found> {
  const { body = NO_RETURNS } = (await ports.cases.find('return', order.id)) ?? {}
  const opened = body.returns.find((each) => each.withdrawalId === withdrawalId)
  const lines = returnable(order, body).filter(({ quantity }) => quantity > 0)
  // What an admin may still refuse is no answer to a withdrawal.
  const isUndecided = body.returns.some(({ state }) => state === 'requested')
  if (!opened && lines.length === 0)
    return isUndecided
      ? { type: 'needs_admin', state: 'open', changes }
      : { type: 'nothing_left', state: 'done', changes }
  if (!opened && body.returns.length >= RETURNS_MAX) return { type: 'needs_admin', state: 'open', changes }
  const { made } = opened
    ? { made: opened }
    : await openReturn(ports, order, {
        ...{ orderId: order.id, lines, reason: undefined, key: undefined },
        ...{ by: ownerOf(order), withdrawalId, state: 'accepted' },
      })
  ports.reached('withdrawal_done')
  const state = isUndecided ? 'open' : 'done'
  return { type: 'return_opened', state, changes: { ...effective, returnId: made.id } }
}

async function receiptSent(
  ports: DriveWithdrawalPorts,
  claimed: Case<'withdrawal'>,
): Promise<Case<'withdrawal'>> {
  const { id, body, createdAt: receivedAt } = claimed
  if (body.mail !== 'owed') return claimed
  const { email: to, ...said } = body.statement
  const answer = await ports.receipts?.({ ...said, withdrawalId: id, to, receivedAt })
  ports.reached('receipt_mailed')
  const isMailOwed = (before: Case<'withdrawal'>) => before.body.mail === 'owed'
  return answer === 'accepted'
    ? record(ports, claimed, isMailOwed, 'receipt_sent', { mail: 'sent' })
    : record(ports, claimed, isMailOwed, 'receipt_not_sent', { mail: 'refused' })
}

/** What an admin closed meanwhile stays closed, and a receipt is recorded once. */
async function record(
  { cases, now }: { readonly cases: Cases; readonly now: () => Date },
  claimed: Case<'withdrawal'>,
  isStillSo: (before: Case<'withdrawal'>) => boolean,
  type: WithdrawalChange,
  changes: Partial<WithdrawalBody>,
  to?: string,
): Promise<Case<'withdrawal'>> {
  const at = now().toISOString()
  const stored = await changeCase(cases, 'withdrawal', claimed.id, at, (before) => {
    if (!before || !isStillSo(before)) return undefined
    const body = withEntry(before.body, type, { at, ...changes })
    const state = to ?? before.state
    return { body, state, dueAt: isOwed(body, state) ? before.dueAt : undefined }
  })
  return stored ?? claimed
}
