/**
 * Compares returns with orders, with what product_service has restocked, and with what payment_service has refunded: of each line at most what
 * was shipped comes back, each receipt that says so is in stock, once, with its units, and its money was given back, as much as it says.
 */
import type { Case, Cases } from '@shop/order_service/domain/cases'
import type { OrderStore } from '@shop/order_service/domain/ports'
import { claimedOf, type RefundState, unitsOf } from '@shop/order_service/domain/returns'
import type { PaymentStore } from '@shop/payment_service/domain/ports'
import type { Audit } from '@shop/product_service/domain/ports'
import type { Reservation, Restock } from '@shop/product_service/domain/reservation'
import { formatMoney } from '@shop/service_kit/money/money'
import { foundTwice, type KeyedFinding } from './consistency.ts'
import type { Check } from './findings.ts'

export const RETURNS_PAGE = 100

export type ReturnsChecked = {
  readonly cases: Pick<Cases, 'list'>
  readonly orders: Pick<OrderStore, 'find'>
  readonly audit: Pick<Audit, 'reservationsOf'>
  /** Undefined if there is none. */
  readonly payments: Pick<PaymentStore, 'find'> | undefined
  readonly digits: () => number
  readonly running: boolean
}

export async function checkReturns(given: ReturnsChecked): Promise<Check> {
  const { cases, orders, audit, running } = given
  let checked = 0
  const compare = async () => {
    checked = 0
    const found: KeyedFinding[] = []
    for (let before: string | undefined, more = true; more; ) {
      const page = await cases.list('return', { before, limit: RETURNS_PAGE })
      const reservations = await audit.reservationsOf(page.map(({ id }) => id))
      for (const each of page) {
        found.push(...(await exceeded(each, orders)), ...notRestocked(each, reservations.get(each.id)))
        found.push(...(await otherwiseRefunded(each, given)))
      }
      checked += page.length
      before = page.at(-1)?.id
      more = page.length === RETURNS_PAGE
    }
    return found
  }
  const findings = await foundTwice(compare, running)
  return {
    name: 'Returns',
    findings,
    summary: `those of ${checked} orders are what was shipped, restocked and refunded`,
  }
}

async function exceeded(
  { id, body }: Case<'return'>,
  orders: Pick<OrderStore, 'find'>,
): Promise<KeyedFinding[]> {
  const order = (await orders.find(id))?.order
  const claimed = body.returns.flatMap(claimedOf)
  const products = [...new Set(claimed.map(({ productId }) => productId))]
  return products.flatMap((productId) => {
    const shipped = order === undefined ? 0 : unitsOf(order.lines, productId)
    const units = unitsOf(claimed, productId)
    if (units <= shipped) return []
    const problem = `Of product ${productId} order ${id} has ${shipped} units, and ${units} in its returns.`
    return [{ key: `${id} ${productId}`, problem, remedy: ANOTHER_PROGRAM }]
  })
}

function notRestocked({ id, body }: Case<'return'>, reservation: Reservation | undefined): KeyedFinding[] {
  const restocks = reservation?.status === 'shipped' ? (reservation.restocks ?? []) : []
  const receipts = body.returns.flatMap((each) => each.receipts)
  const said = receipts.filter(({ restock }) => restock === 'done')
  const missing = said.flatMap(({ id: receiptId, lines }) => {
    const wanted = lines.filter(({ restock }) => restock)
    const stored = restocks.find((each) => each.receiptId === receiptId)
    if (stored && isSame(stored, wanted)) return []
    const problem = `Receipt ${receiptId} of order ${id} is restocked, but product_service has other units or none for it.`
    return [{ key: receiptId, problem, remedy: RESTORED_ALONE }]
  })
  const known = new Set(receipts.map((receipt) => receipt.id))
  const unknown = restocks.flatMap(({ receiptId }) => {
    if (known.has(receiptId)) return []
    const problem = `Order ${id} has no receipt ${receiptId}, whose units are in stock.`
    return [{ key: receiptId, problem, remedy: RESTORED_ALONE }]
  })
  return [...missing, ...unknown]
}

/** While one is owed, payment_service may be ahead. */
async function otherwiseRefunded(
  { id, body }: Case<'return'>,
  { payments, digits }: ReturnsChecked,
): Promise<KeyedFinding[]> {
  const receipts = body.returns.flatMap((each) => each.receipts)
  if (payments === undefined || receipts.every(({ refund }) => !ENDED.includes(refund))) return []
  // What cannot be read is a finding of the check of payments.
  const payment = (await payments.find(id).catch(() => null))?.payment
  if (payment === undefined) return []
  return receipts.flatMap(({ id: receiptId, refund, refundMinor = 0 }) => {
    const made = payment.refunds.find((each) => each.id === receiptId)
    const money = (minor: number) => `${formatMoney(minor, digits())} ${payment.currency}`
    if (refund === 'done') {
      if (made?.state === 'succeeded' && made.amountMinor === refundMinor) return []
      const has =
        made === undefined ? 'has none for it' : `has one of ${money(made.amountMinor)} that ${made.state}`
      const problem = `Receipt ${receiptId} of order ${id} says that ${money(refundMinor)} were given back, but payment_service ${has}.`
      return [
        { key: `${receiptId} refund`, problem, remedy: made?.state === 'failed' ? FAILED_LATE : OTHER_MONEY },
      ]
    }
    if (!ENDED.includes(refund) || made === undefined || made.state === 'failed') return []
    const problem = `Receipt ${receiptId} of order ${id} says that nothing is given back, but payment_service has a refund of ${money(made.amountMinor)} for it.`
    return [{ key: `${receiptId} refund`, problem, remedy: OTHER_MONEY }]
  })
}

const ENDED: readonly string[] = ['none', 'done', 'refused'] satisfies RefundState[]

const isSame = ({ lines }: Restock, wanted: Restock['lines']): boolean =>
  lines.length === wanted.length &&
  wanted.every(({ productId, quantity }) => unitsOf(lines, productId) === quantity)

const ANOTHER_PROGRAM =
  'The shop never records more, so another program changed the store: compare it with the last backup.'
const RESTORED_ALONE =
  'One of the stores was restored alone, or changed by another program: count the units, and correct the stock by an adjustment.'
const OTHER_MONEY =
  'One of the stores was restored alone, or changed by another program: compare with the payment provider, and give back what is missing on the page of the order.'
const FAILED_LATE =
  'The payment provider could not make it after all: give the money back on the page of the order, by another way if need be.'
