/**
 * The newest orders have a number each of their own (N2 of order_numbers.ts), by which they are found, and are found by each of their
 * products. Indexes and triggers of the stores keep this; a change from outside may not. Bounded, because each order costs a few reads.
 */
import type { OrderStore } from '@shop/order_service/domain/ports'
import type { StoredOrder } from '@shop/order_service/domain/schedule'
import type { Check, Finding } from './findings.ts'

export const NUMBERS_CHECKED_MAX = 2_000
const PAGE = 200
const REMEDY =
  'Another program changed the store: compare with the last backup. On SQLite, where a row of order_products is missing: set `number` of the order to NULL while the shop is stopped, and the shop adds it again, with another number.'

export async function checkNumbers(orders: OrderStore): Promise<Check> {
  const seen = new Map<number, string>()
  const findings: Finding[] = []
  const add = (problem: string) => void findings.push({ problem, remedy: REMEDY })
  let checked = 0
  let waiting = 0
  for (let before: string | undefined, more = true; more && checked < NUMBERS_CHECKED_MAX; ) {
    const page = await orders.listByStatus(undefined, { limit: PAGE, before })
    for (const { order } of page) {
      const { id, number } = order
      if (number === undefined) waiting++
      else {
        const other = seen.get(number) ?? (await orders.findByNumber(number))?.order.id
        if (other !== id) add(`Order ${id} has the number #${number}, by which ${other ?? 'none'} is found.`)
        seen.set(number, id)
        for (const { productId } of order.lines) {
          const [newest] = await orders.listByProduct(productId, { limit: 1, before: `${id}~` })
          if (!isSame(newest, id)) add(`Order ${id} is not found by its product ${productId}.`)
        }
      }
    }
    checked += page.length
    before = page.at(-1)?.order.id
    more = page.length === PAGE
  }
  const late = waiting === 0 ? '' : `; ${waiting} of an earlier release get theirs while the shop runs`
  return { name: 'Numbers', findings, summary: `of the ${checked} newest orders are their own${late}` }
}

const isSame = (found: StoredOrder | undefined, id: string) => found?.order.id === id
