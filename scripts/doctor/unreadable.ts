/**
 * Orders that are in the store but cannot be read: no list shows them, and they never settle. All orders are read once,
 * because such an order can have any status.
 */
import type { OrderStore } from '@shop/order_service/domain/ports'
import type { Check } from './findings.ts'

const PAGE = 500
export const UNREADABLE_REMEDY =
  'The shop never writes such a record, so another program changed the store: copy the record from the last backup.'

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
