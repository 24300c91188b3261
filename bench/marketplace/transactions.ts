/** The four transactions of sellers and couriers; checkout.ts has that of customers. */
import { checkOut, minorOf, moneyOf } from './checkout.ts'
import type { Client } from './client.ts'
import type { Kind } from './mix.ts'
import type { OrderPage } from './record.ts'
import type { Slot } from './shelf.ts'

const PRICE_MINOR_MAX = 10_000
const DASHBOARD_ORDERS = 20
const TRIES_MAX = 3

/** Each resolves whether it did what it is for: an order confirmed, a price changed, and so on. */
export const TRANSACTIONS: Readonly<Record<Kind, (client: Client) => Promise<boolean>>> = {
  checkout: checkOut,
  dashboard: readDashboard,
  price_update: changePrice,
  product_replace: replaceProduct,
  delivery_update: advanceOrder,
}

/** The oldest order that is under way becomes shipped, or, when its turn comes again, delivered. */
async function advanceOrder({ shelf, orders, admin, record }: Client): Promise<boolean> {
  const order = shelf.nextOrder()
  if (order === undefined) return false
  const to = order.status === 'confirmed' ? 'shipped' : 'delivered'
  const calledAt = performance.now()
  const sale = record?.sales.get(order.id)
  // Recorded before it is sent: from now on a dashboard need not show the order as it was.
  const window = { calledAt, returnedAt: Number.POSITIVE_INFINITY }
  if (sale) sale[to] = window
  const { status, body } = await orders({
    method: 'PUT',
    path: `/orders/${order.id}`,
    token: admin.token,
    body: { status: to, version: order.version },
  })
  window.returnedAt = performance.now()
  if (record) {
    const expected = `200 ${to} at version ${order.version + 1}`
    const found = `${status} ${body.status} at version ${body.version}`
    if (found !== expected) record.wrong.push(`PUT /orders/${order.id}: ${found}, not ${expected}`)
    if (body.lines?.length !== order.lines.length) record.wrong.push(`Order ${order.id} has other lines now`)
  }
  if (to === 'shipped') {
    order.status = to
    order.version++
    shelf.addOrder(order)
  }
  return true
}

/** The orders under way with their entries, and the amount of each group: the newest confirmed ones, and the newest shipped ones. */
async function readDashboard(client: Client): Promise<boolean> {
  for (const status of ['confirmed', 'shipped'] as const) await readPage(client, status)
  return true
}

type ReadOrder = {
  readonly id: string
  readonly status: string
  readonly total_price: string
  readonly lines: readonly { readonly quantity: number; readonly unit_price: string }[]
}

async function readPage({ orders, admin, record }: Client, status: OrderPage['status']): Promise<number> {
  const calledAt = performance.now()
  const answer = await orders({
    method: 'GET',
    path: `/orders?status=${status}&limit=${DASHBOARD_ORDERS}`,
    token: admin.token,
  })
  const items: ReadOrder[] = answer.body.items
  let amount = 0
  for (const order of items) {
    const entries = order.lines.reduce((sum, line) => sum + minorOf(line.unit_price) * line.quantity, 0)
    amount += entries
    if (!record) continue
    if (entries !== minorOf(order.total_price))
      record.wrong.push(`Order ${order.id}: the entries add up to ${entries}`)
    if (order.status !== status)
      record.wrong.push(`Order ${order.id} is ${order.status} in a list of ${status} ones`)
  }
  record?.pages.push({
    ...{ status, calledAt, returnedAt: performance.now() },
    ids: items.map(({ id }) => id),
    full: answer.body.next_cursor !== null,
  })
  return amount
}

const chosenSlot = ({ chance, choose, shelf }: Client): Slot => {
  for (;;) {
    const slot = shelf.slots[choose(chance)]!
    if (!slot.replacing) return slot
  }
}

/** The price of a product, on condition that no other edit happened since the client's view of it (invariant 7). */
async function changePrice(client: Client): Promise<boolean> {
  const { chance, products, admin, record } = client
  const slot = chosenSlot(client)
  const priceMinor = chance.between(1, PRICE_MINOR_MAX)
  for (let attempt = 1; attempt <= TRIES_MAX; attempt++) {
    const { id: productId, version: seen } = slot
    const change = { productId, priceMinor, version: undefined as number | undefined }
    const window = { calledAt: performance.now(), returnedAt: Number.POSITIVE_INFINITY }
    const { status, body, repeated } = await products({
      method: 'PATCH',
      path: `/products/${productId}`,
      token: admin.token,
      body: { price: moneyOf(priceMinor), version: seen },
    })
    window.returnedAt = performance.now()
    if (status === 200) {
      record?.prices.push({ ...change, ...window, version: body.version })
      know(slot, productId, priceMinor, body.version)
      return true
    }
    // An attempt without an answer may have been applied, and then this one finds its edit.
    if (repeated) record?.prices.push({ ...change, ...window })
    if (status === 409 && body.code === 'version_conflict') {
      know(slot, productId, minorOf(body.current.price), body.current.version)
    } else if (status !== 404) {
      record?.wrong.push(`PATCH /products/${productId} answered ${status}`)
      return false
    }
  }
  return false
}

/** An edit that was answered later may be older than the one known. */
function know(slot: Slot, productId: string, priceMinor: number, version: number) {
  if (slot.id === productId && slot.version < version) Object.assign(slot, { priceMinor, version })
}

/** The product leaves the catalogue, and a new one of the same stock takes its place. */
async function replaceProduct(client: Client): Promise<boolean> {
  const { chance, products, admin, record, units } = client
  const slot = chosenSlot(client)
  slot.replacing = true
  try {
    const productId = slot.id
    const removal = { productId, calledAt: performance.now() }
    const { status, repeated } = await products({
      method: 'DELETE',
      path: `/products/${productId}`,
      token: admin.token,
    })
    record?.removals.push({ ...removal, returnedAt: performance.now() })
    if (record && status !== 204 && !(repeated && status === 404)) {
      record.wrong.push(`DELETE /products/${productId} answered ${status}`)
    }
    const priceMinor = chance.between(1, PRICE_MINOR_MAX)
    const calledAt = performance.now()
    const { body } = await products({
      method: 'POST',
      path: '/products',
      token: admin.token,
      body: {
        name: `Replaced product ${chance.between(0, 1_000_000)}`,
        description: 'The next edition of a product that left the catalogue.',
        price: moneyOf(priceMinor),
        stock: units,
      },
    })
    record?.stocked.set(body.id, units)
    const { id, version } = body
    record?.prices.push({ productId: id, priceMinor, version, calledAt, returnedAt: performance.now() })
    Object.assign(slot, { id, priceMinor, version })
    return true
  } finally {
    slot.replacing = false
  }
}
