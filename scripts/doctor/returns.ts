/**
 * Compares returns with orders and with what product_service has restocked: of each line at most what was shipped comes back, and each receipt
 * that says so is in stock, once, with its units.
 */
import type { Case, Cases } from '@shop/order_service/domain/cases'
import type { OrderStore } from '@shop/order_service/domain/ports'
import { claimedOf, unitsOf } from '@shop/order_service/domain/returns'
import type { Audit } from '@shop/product_service/domain/ports'
import type { Reservation, Restock } from '@shop/product_service/domain/reservation'
import { foundTwice, type KeyedFinding } from './consistency.ts'
import type { Check } from './findings.ts'

export const RETURNS_PAGE = 100

export type ReturnsChecked = {
  readonly cases: Pick<Cases, 'list'>
  readonly orders: Pick<OrderStore, 'find'>
  readonly audit: Pick<Audit, 'reservationsOf'>
  readonly running: boolean
}

export async function checkReturns({ cases, orders, audit, running }: ReturnsChecked): Promise<Check> {
  let checked = 0
  const compare = async () => {
    checked = 0
    const found: KeyedFinding[] = []
    for (let before: string | undefined, more = true; more; ) {
      const page = await cases.list('return', { before, limit: RETURNS_PAGE })
      const reservations = await audit.reservationsOf(page.map(({ id }) => id))
      for (const each of page) {
        found.push(...(await exceeded(each, orders)), ...notRestocked(each, reservations.get(each.id)))
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
    summary: `those of ${checked} orders are what was shipped and restocked`,
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

const isSame = ({ lines }: Restock, wanted: Restock['lines']): boolean =>
  lines.length === wanted.length &&
  wanted.every(({ productId, quantity }) => unitsOf(lines, productId) === quantity)

const ANOTHER_PROGRAM =
  'The shop never records more, so another program changed the store: compare it with the last backup.'
const RESTORED_ALONE =
  'One of the stores was restored alone, or changed by another program: count the units, and correct the stock by an adjustment.'
