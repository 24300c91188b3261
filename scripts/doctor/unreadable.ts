/**
 * Orders that are in the store and cannot be read: they are in no list, and never settle. Everything is read once,
 * since such an order may have any status.
 */
import type { OrderStore } from '@shop/order_service/domain/ports'
import type { Check } from './findings.ts'

const PAGE = 500
export const UNREADABLE_REMEDY =
  'Nothing in the shop writes such a thing, so the store was changed from outside: put back what the last backup has for it.'

export async function checkReadability(
  orders: OrderStore,
  unreadable: ReadonlyMap<string, string>,
): Promise<Check> {
  let read = 0
  for (let before: string | undefined, more = true; more; ) {
    const page = await orders.listByStatus(undefined, { limit: PAGE, before })
    read += page.length
    before = page.at(-1)?.order.id
    more = page.length === PAGE
  }
  const findings = [...unreadable].map(([id, why]) => ({
    problem: `Order ${id} is in the store and cannot be read: ${why}.`,
    remedy: UNREADABLE_REMEDY,
  }))
  return { name: 'Readable', findings, summary: `each of ${read} orders` }
}
