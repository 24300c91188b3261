/**
 * Finding orders by any of their properties, newest first, for admins.
 *
 * Invariants
 *  S1. The page and those behind it have each order that fits, once, as far as it was stored before.
 *  S2. A page reads at most SEARCH_READS_MAX orders, and not more than READ_AT_ONCE in one turn of the event loop. One index serves the
 *      search: the list by number, user, e-mail address, product, status, or of all, whichever is narrowest; the other properties are compared.
 *      So a page may be short, or empty, and go on: the list ends where `next` is undefined.
 */
import { firstIdAt } from './ended_orders.ts'
import { normalEmail, ownerOf } from './guests.ts'
import type { Order, OrderStatus } from './order.ts'
import type { OrderPage, OrderStore } from './ports.ts'
import type { StoredOrder } from './schedule.ts'

export const SEARCH_READS_MAX = 1_000
export const READ_AT_ONCE = 100
/** Orders of one user may be listed as they were added, which differs from their ids by no more. */
const UNORDERED_MS = 60_000

export type OrderFilter = {
  readonly status?: OrderStatus | undefined
  readonly number?: number | undefined
  readonly userId?: string | undefined
  /** Of the buyer of a quoted order. */
  readonly email?: string | undefined
  readonly productId?: string | undefined
  /** Placed at or after `from`, and before `to`. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export type OrdersFound = { readonly orders: readonly StoredOrder[]; readonly next: string | undefined }

type Searched = Pick<
  OrderStore,
  'find' | 'findByNumber' | 'listByUser' | 'listByEmail' | 'listByProduct' | 'listByStatus'
>

export async function searchOrders(
  orders: Searched,
  filter: OrderFilter,
  { limit, before }: OrderPage,
  nextTurn: () => Promise<void>,
): Promise<OrdersFound> {
  const { number, from } = filter
  if (number !== undefined) return only(await orders.findByNumber(number), filter)
  const list = narrowest(orders, filter)
  const end = from === undefined ? '' : firstIdAt(earlier(from, UNORDERED_MS))
  const found: StoredOrder[] = []
  let last = before ?? (filter.to === undefined ? undefined : firstIdAt(filter.to))
  for (
    let read = 0, count = Math.min(limit + 1, READ_AT_ONCE);
    read < SEARCH_READS_MAX;
    count = READ_AT_ONCE
  ) {
    const page = await list({ limit: count, before: last })
    for (const stored of page) {
      if (stored.order.id < end) return { orders: found, next: undefined }
      if (fits(stored.order, filter)) {
        if (found.length === limit) return { orders: found, next: last }
        found.push(stored)
      }
      last = stored.order.id
    }
    if (page.length < count) return { orders: found, next: undefined }
    read += page.length
    await nextTurn()
  }
  return { orders: found, next: last }
}

const earlier = (time: string, ms: number) => new Date(Math.max(0, Date.parse(time) - ms)).toISOString()

const only = (stored: StoredOrder | undefined, filter: OrderFilter): OrdersFound => ({
  orders: stored && fits(stored.order, filter) ? [stored] : [],
  next: undefined,
})

function narrowest(orders: Searched, { userId, email, productId, status }: OrderFilter) {
  if (userId !== undefined) return (page: OrderPage) => orders.listByUser(userId, page)
  if (email !== undefined) return (page: OrderPage) => orders.listByEmail(normalEmail(email), page)
  if (productId !== undefined) return (page: OrderPage) => orders.listByProduct(productId, page)
  return (page: OrderPage) => orders.listByStatus(status, page)
}

function fits(order: Order, { status, number, userId, email, productId, from, to }: OrderFilter): boolean {
  return (
    (status === undefined || order.status === status) &&
    (number === undefined || order.number === number) &&
    (userId === undefined || ownerOf(order) === userId) &&
    (email === undefined || order.checkout?.email === normalEmail(email)) &&
    (productId === undefined || order.lines.some((line) => line.productId === productId)) &&
    (from === undefined || order.id >= firstIdAt(from)) &&
    (to === undefined || order.id < firstIdAt(to))
  )
}

const NUMBER = /^#?(\d{1,15})$/

/**
 * What one box of text may mean: a number (`#10042`, `10042`), or the id of an order, a user or a product, which are distinguished by
 * what there is. Of an order itself it is the answer.
 */
export async function searchByText(
  orders: Searched,
  text: string,
  filter: OrderFilter,
  page: OrderPage,
  nextTurn: () => Promise<void>,
): Promise<OrdersFound> {
  const [, digits] = NUMBER.exec(text) ?? []
  const also = (more: OrderFilter) => {
    const differs = Object.entries(more).some(([name, value]) => {
      const wanted = filter[name as keyof OrderFilter]
      return wanted !== undefined && wanted !== value
    })
    return differs
      ? { orders: [], next: undefined }
      : searchOrders(orders, { ...filter, ...more }, page, nextTurn)
  }
  if (digits !== undefined) return also({ number: Number(digits) })
  const id = text.toLowerCase()
  const order = await orders.find(id)
  if (order) return only(order, filter)
  const [ofUser] = await orders.listByUser(id, { limit: 1 })
  return also(ofUser ? { userId: id } : { productId: id })
}
