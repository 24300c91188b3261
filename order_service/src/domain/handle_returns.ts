/**
 * What people do with returns: owners and admins ask for one, admins accept or refuse it, and record goods that arrived. What a
 * receipt owes is recorded with it, and done afterwards (drive_returns.ts). A request that is repeated under its key changes nothing.
 */
import { type AuditRecord, returnChanged } from './audit.ts'
import { changeCase } from './case_changes.ts'
import type { Case, Cases } from './cases.ts'
import { type Actor, visibleTo } from './change_order.ts'
import { DomainError } from './errors.ts'
import { ownerOf } from './guests.ts'
import { isPaid, type Order, type RequestedLine } from './order.ts'
import type { Audited, CrashPointHook, OrderStore } from './ports.ts'
import { type Arrival, decideReturn, receiveGoods, requestReturn } from './return_changes.ts'
import {
  isUnpayable,
  NO_RETURNS,
  owedIn,
  type Receipt,
  type Return,
  type ReturnsBody,
  returnIn,
  stateOf,
} from './returns.ts'

export type ReturnPorts = {
  readonly orders: Pick<OrderStore, 'find'>
  readonly cases: Cases
  readonly now: () => Date
  readonly newId: () => string
  readonly reached: CrashPointHook
}

export type Admin = Actor & { readonly userId: string }

export type Returns = { readonly order: Order; readonly body: ReturnsBody }

/** Fails with `order_not_found`. */
export async function returnsOf(ports: ReturnPorts, actor: Actor, orderId: string): Promise<Returns> {
  const { order } = visibleTo(actor, await ports.orders.find(orderId))
  return { order, body: (await ports.cases.find('return', orderId))?.body ?? NO_RETURNS }
}

type Made<Thing> = Returns & { readonly made: Thing; readonly replayed: boolean }

export type NewReturn = {
  readonly orderId: string
  readonly lines: readonly RequestedLine[]
  readonly reason: string | undefined
  readonly key: string | undefined
}

/** What an admin opens is accepted. Fails as requestReturn does, or with `idempotency_key_reused`. */
export async function addReturn(ports: ReturnPorts, actor: Actor, wanted: NewReturn): Promise<Made<Return>> {
  const { order } = visibleTo(actor, await ports.orders.find(wanted.orderId))
  // Who has the token of a guest's order acts as that guest.
  const by = actor.userId ?? ownerOf(order)
  const isOwner = !actor.admin || ownerOf(order) === by
  return openReturn(ports, order, {
    ...wanted,
    by,
    withdrawalId: undefined,
    state: isOwner ? 'requested' : 'accepted',
  })
}

type Opened = NewReturn & Pick<Return, 'by' | 'withdrawalId' | 'state'>

/** An order that is erased takes no text of a person any more. */
const textFor = ({ erasedAt }: Order, text: string | undefined) => (erasedAt === undefined ? text : undefined)

export async function openReturn(ports: ReturnPorts, order: Order, asked: Opened): Promise<Made<Return>> {
  const wanted = { ...asked, reason: textFor(order, asked.reason) }
  const { orderId, key, by, withdrawalId } = wanted
  const at = ports.now().toISOString()
  const id = ports.newId()
  const known = ({ returns }: ReturnsBody) =>
    returns.find((each) =>
      withdrawalId === undefined
        ? key !== undefined && each.key === key && each.by === by
        : each.withdrawalId === withdrawalId,
    )
  let replayed = false
  const stored = await changeReturns(ports, orderId, at, (body) => {
    const before = known(body)
    replayed = before !== undefined
    if (!before) {
      const { lines, reason, state } = wanted
      const next = requestReturn(order, body, { id, key, state, lines, reason, withdrawalId, by, at })
      return { next, record: state === 'accepted' ? returnChanged(orderId, id, null, state) : undefined, by }
    }
    if (isSame(before, wanted)) return undefined
    throw keyReused(orderId)
  })
  const made = known(stored.body) ?? returnIn(stored.body, id)
  return { order, body: stored.body, made, replayed }
}

export type Decision = {
  readonly orderId: string
  readonly id: string
  readonly to: 'accepted' | 'refused'
  readonly note: string | undefined
}

export async function decideOnReturn(
  ports: ReturnPorts,
  admin: Admin,
  decision: Decision,
): Promise<Made<Return>> {
  const { orderId, id } = decision
  const { order } = visibleTo(admin, await ports.orders.find(orderId))
  const at = ports.now().toISOString()
  const by = admin.userId
  const stored = await changeReturns(ports, orderId, at, (body) => {
    const before = returnIn(body, id)
    const next = decideReturn(body, { ...decision, note: textFor(order, decision.note), by, at })
    return next && { next, record: returnChanged(orderId, id, before.state, returnIn(next, id).state), by }
  })
  return { order, body: stored.body, made: returnIn(stored.body, id), replayed: false }
}

export type Arrived = Pick<Arrival, 'lines' | 'refundsShipping' | 'setsOff' | 'refund' | 'key'> & {
  readonly orderId: string
  readonly id: string
}

/** Fails as receiveGoods does, or with `idempotency_key_reused`. */
export async function recordReceipt(
  ports: ReturnPorts,
  admin: Admin,
  arrived: Arrived,
): Promise<Made<Receipt>> {
  const { orderId, id, key, lines, refundsShipping, setsOff, refund } = arrived
  const { order } = visibleTo(admin, await ports.orders.find(orderId))
  const at = ports.now().toISOString()
  const by = admin.userId
  const receiptId = ports.newId()
  const known = (body: ReturnsBody) =>
    key === undefined
      ? undefined
      : returnIn(body, id).receipts.find((each) => each.key === key && each.by === by)
  let replayed = false
  const stored = await changeReturns(ports, orderId, at, (body) => {
    const before = known(body)
    replayed = before !== undefined
    if (before) {
      if (isSameReceipt(before, arrived)) return undefined
      throw keyReused(orderId)
    }
    const arrival = { id: receiptId, key, at, by, lines, refundsShipping, setsOff, refund }
    const next = receiveGoods(body, id, arrival, isPaid(order))
    return { next, record: returnChanged(orderId, id, returnIn(body, id).state, 'received'), by }
  })
  if (!replayed) ports.reached('receipt_recorded')
  const { receipts } = returnIn(stored.body, id)
  const made = known(stored.body) ?? receipts.find((each) => each.id === receiptId)!
  return { order, body: stored.body, made, replayed }
}

type Decided = { readonly next: ReturnsBody; readonly record: AuditRecord | undefined; readonly by: string }

async function changeReturns(
  { cases }: ReturnPorts,
  orderId: string,
  at: string,
  decide: (body: ReturnsBody) => Decided | undefined,
): Promise<Case<'return'>> {
  const stored = await changeCase(cases, 'return', orderId, at, (before) => {
    const decided = decide(before?.body ?? NO_RETURNS)
    if (decided === undefined) return undefined
    const { next, record, by } = decided
    return {
      ...{ body: next, state: stateOf(next) },
      dueAt: owedIn(next).length > 0 ? at : undefined,
      audited: record && ({ by, record } satisfies Audited),
    }
  })
  return stored ?? never(orderId)
}

function never(orderId: string): never {
  throw new DomainError('return_not_found', `Order ${orderId} has no returns.`)
}

const keyReused = (orderId: string) =>
  new DomainError('idempotency_key_reused', 'This Idempotency-Key was used for something else.', { orderId })

const sameLines = <Line extends RequestedLine>(a: readonly Line[], b: readonly Line[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b)

const isSame = (made: Return, wanted: NewReturn): boolean =>
  sameLines(made.lines, wanted.lines) && made.reason === wanted.reason

const isSameReceipt = (made: Receipt, wanted: Arrived): boolean =>
  sameLines(made.lines, wanted.lines) &&
  (isUnpayable(made)
    ? wanted.refund
    : (made.refund !== 'none') === wanted.refund &&
      made.refundsShipping === (wanted.refund && wanted.refundsShipping) &&
      made.setsOff === (wanted.refund && wanted.setsOff))
