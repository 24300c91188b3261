/**
 * Payments by card are at the payment provider what they are here (M5), an order that is paid has its payment (M2), and no money is held
 * for one that has ended (M3).
 *
 * Bounded: those of orders of the last COMPARED_DAYS days, of these the newest COMPARED_MAX, because each costs a few calls to the
 * provider. While the shop runs, a payment may be ahead at the provider for a moment: a difference counts if it is found twice.
 */
import { grandTotalMinor, isPaid } from '@shop/order_service/domain/order'
import type { OrderStore } from '@shop/order_service/domain/ports'
import { Refused } from '@shop/payment_service/domain/errors'
import { type Entry, entryByHand, isManual, type Payment, sumsOf } from '@shop/payment_service/domain/payment'
import type { PaymentProvider, PaymentStore } from '@shop/payment_service/domain/ports'
import type { Stored } from '@shop/payment_service/domain/schedule'
import { formatMoney } from '@shop/service_kit/money/money'
import { foundTwice, type KeyedFinding } from './consistency.ts'
import type { Check } from './findings.ts'

export const COMPARED_DAYS = 30
export const COMPARED_MAX = 1_000
const PAGE = 500
const CALLS_AT_ONCE = 8
const DAY_MS = 24 * 60 * 60_000

type Orders = Pick<OrderStore, 'find' | 'listByStatus'>

export type PaymentsChecked = {
  readonly payments: PaymentStore
  readonly digits: number
  /** Ids of orders whose payments cannot be read, with the reason; filled while they are read. */
  readonly unreadable: ReadonlyMap<string, string>
  /** Undefined if there is none, or it does not run. */
  readonly provider: Pick<PaymentProvider, 'read'> | undefined
  readonly orders: Orders | undefined
  readonly running: boolean
  readonly now: () => Date
}

export async function checkPayments(checked: PaymentsChecked): Promise<Check> {
  const { payments, unreadable, provider, orders, running, now } = checked
  const counts = { all: 0, compared: 0 }
  const compare = async () => {
    const all = await newest(payments, now())
    const atProvider = all.filter(({ payment }) => !isManual(payment) && payment.sessionId !== undefined)
    Object.assign(counts, { all: all.length, compared: provider ? atProvider.length : 0 })
    const found: KeyedFinding[] = []
    if (orders) {
      found.push(...(await inBatches(all, (stored) => withOrder(stored, orders, checked))))
      found.push(...(await ordersWithoutPayment(orders, checked)))
    }
    if (provider)
      found.push(...(await inBatches(atProvider, (stored) => withProvider(stored, provider, checked))))
    return found
  }
  const findings = [...(await foundTwice(compare, running))]
  for (const [id, why] of unreadable)
    findings.push({
      problem: `The payment of order ${id} is in the store and cannot be read: ${why}.`,
      remedy:
        'The shop never writes such a record, so another program changed the store: copy the record from the last backup.',
    })
  const { all, compared } = counts
  return {
    name: 'Payments',
    findings,
    summary: `${all} of the last ${COMPARED_DAYS} days fit their orders; ${compared} by card were compared with the payment provider`,
  }
}

const PAID: readonly string[] = ['awaiting_payment', 'confirmed', 'capturing', 'shipped', 'delivered']

/** Of the newest orders of the last days. The payment of an order that awaits it is asked for at once. */
async function ordersWithoutPayment(
  orders: Orders,
  { payments, unreadable, now }: PaymentsChecked,
): Promise<readonly KeyedFinding[]> {
  const since = new Date(now().getTime() - COMPARED_DAYS * DAY_MS).toISOString()
  const found: KeyedFinding[] = []
  let checked = 0
  for (let before: string | undefined, more = true; more && checked < COMPARED_MAX; ) {
    const page = await orders.listByStatus(undefined, { limit: PAGE, before })
    const recent = page.filter(({ order }) => order.createdAt >= since)
    for (const { order } of recent) {
      const { id: key, status } = order
      if (!isPaid(order) || !PAID.includes(status) || unreadable.has(key)) continue
      if ((await payments.find(key)) !== undefined) continue
      found.push({
        key,
        problem: `Order ${key} is ${status} and to be paid, but has no payment.`,
        remedy:
          status === 'awaiting_payment'
            ? 'Check that order_service reaches payment_service; its log says why not.'
            : 'Restore the store of payments; do not ship the order before it is paid.',
      })
    }
    checked += page.length
    before = page.at(-1)?.order.id
    more = page.length === PAGE && recent.length === PAGE
  }
  return found
}

/** Ids of orders begin with their time (UUIDv7). */
async function newest(payments: PaymentStore, now: Date): Promise<readonly Stored[]> {
  const hex = Math.max(0, now.getTime() - COMPARED_DAYS * DAY_MS)
    .toString(16)
    .padStart(12, '0')
  const found: Stored[] = []
  for (let after = `${hex.slice(0, 8)}-${hex.slice(8)}`, more = true; more; ) {
    const page = await payments.list(after, PAGE)
    found.push(...page)
    found.splice(0, found.length - COMPARED_MAX)
    after = page.at(-1)?.payment.orderId ?? after
    more = page.length === PAGE
  }
  return found
}

async function inBatches(
  all: readonly Stored[],
  work: (stored: Stored) => Promise<readonly KeyedFinding[]>,
): Promise<readonly KeyedFinding[]> {
  const found: KeyedFinding[] = []
  for (let from = 0; from < all.length; from += CALLS_AT_ONCE)
    found.push(...(await Promise.all(all.slice(from, from + CALLS_AT_ONCE).map(work))).flat())
  return found
}

const BY_KIND = {
  authorisation: 'an authorisation',
  void: 'the end of an authorisation',
  capture: 'a capture',
  refund: 'a refund',
  refund_failed: 'a refund that failed',
  dispute: 'a dispute',
} as const

async function withProvider(
  { payment }: Stored,
  provider: Pick<PaymentProvider, 'read'>,
  { payments, digits, now }: PaymentsChecked,
): Promise<readonly KeyedFinding[]> {
  const { orderId: key, currency } = payment
  const what = ({ kind, amountMinor, id }: Entry) =>
    `${BY_KIND[kind]} of ${formatMoney(amountMinor, digits)} ${currency} (${id})`
  const readAgain = {
    remedy:
      'The shop reads the payment again by itself, at the latest a day later; `npm run doctor -- --fix` makes it due now, for the running shop.',
    async fix() {
      await payments.makeDue(key, now().toISOString())
      return `The payment of order ${key} is due now.`
    },
  }
  const byHand = { remedy: 'Compare it in the dashboard of the provider, and with the last backup.' }
  let seen: Awaited<ReturnType<PaymentProvider['read']>>
  try {
    seen = await provider.read(payment, now())
  } catch (error) {
    const why = (error as Error).message
    return error instanceof Refused
      ? [
          {
            key,
            problem: `The payment provider does not know the payment of order ${key}: ${why}`,
            ...byHand,
          },
        ]
      : [
          {
            key: 'provider',
            problem: `The payment provider cannot be asked about the payment of order ${key}: ${why}`,
            remedy: 'Correct its key or the network, and check again.',
          },
        ]
  }
  const ours = new Map(payment.entries.map((entry) => [entry.id, entry]))
  const theirs = new Map(seen.entries.map((entry) => [entry.id, entry]))
  const found: KeyedFinding[] = []
  for (const entry of seen.entries) {
    const known = ours.get(entry.id)
    if (known?.amountMinor === entry.amountMinor) continue
    const problem = known
      ? `The payment of order ${key} has ${what(known)}, but at the provider it is of ${formatMoney(entry.amountMinor, digits)} ${currency}.`
      : `The payment of order ${key} lacks ${what(entry)}, which the provider has.`
    found.push({ key, problem, ...(known ? byHand : readAgain) })
  }
  for (const entry of payment.entries) {
    // A refund that failed later is none at the provider, a dispute that ended may not be listed, and what was paid back by hand is ours alone.
    const isPast =
      entry.kind === 'dispute' ||
      entry.id.startsWith(entryByHand(payment, '')) ||
      entry.kind === 'refund_failed' ||
      ours.has(`${entry.id}#failed`)
    if (theirs.has(entry.id) || isPast) continue
    found.push({
      key,
      problem: `The payment of order ${key} has ${what(entry)}, which the provider does not have.`,
      ...byHand,
    })
  }
  if (payment.state === 'cancelled' && (seen.phase === 'open' || seen.phase === 'authorised'))
    found.push({
      key,
      problem: `The payment of order ${key} is cancelled, but is ${seen.phase} at the provider, so money may still be taken.`,
      remedy: 'Cancel it in the dashboard of the provider.',
    })
  return found
}

/** What is held or kept of the buyer's money. */
const keptOf = (payment: Payment): number => {
  const { authorised, captured, refunded } = sumsOf(payment)
  return authorised + captured - refunded
}
const UNPAID: readonly string[] = ['open', 'cancelled', 'failed']

async function withOrder(
  { payment }: Stored,
  orders: Orders,
  { digits }: PaymentsChecked,
): Promise<readonly KeyedFinding[]> {
  const { orderId: key, amountMinor, currency, state } = payment
  const money = (minor: number) => `${formatMoney(minor, digits)} ${currency}`
  const order = (await orders.find(key))?.order
  const kept = keptOf(payment)
  if (!order) {
    if (kept === 0) return []
    const problem = `There is no order ${key}, though ${money(kept)} of its payment are held or captured.`
    return [{ key, problem, remedy: 'Restore the store of orders, or give the money back at the provider.' }]
  }
  const status: string = order.status
  const found: KeyedFinding[] = []
  const total = grandTotalMinor(order)
  if (total !== amountMinor || order.currency !== currency)
    found.push({
      key,
      problem: `Order ${key} costs ${formatMoney(total, digits)} ${order.currency}, but its payment is of ${money(amountMinor)}.`,
      remedy:
        'The shop asks for exactly the total, so another program changed a store: compare with the last backup.',
    })
  if ((status === 'cancelled' || status === 'rejected') && kept > 0)
    found.push({
      key,
      problem: `Order ${key} is ${status}, but ${money(kept)} of its payment are held or captured.`,
      remedy: 'Refund it (POST /payments/:order_id/refunds), or void it in the dashboard of the provider.',
    })
  if (['confirmed', 'shipped', 'delivered'].includes(status) && UNPAID.includes(state))
    found.push({
      key,
      problem: `Order ${key} is ${status}, but its payment is ${state}.`,
      remedy: 'Do not ship it before the buyer has paid; a shipped one is paid by another way.',
    })
  if (['shipped', 'delivered'].includes(status) && state === 'authorised' && !isManual(payment))
    found.push({
      key,
      problem: `Order ${key} is ${status}, but its payment was not captured.`,
      remedy: 'Capture it in the dashboard of the provider before its authorisation ends.',
    })
  return found
}
