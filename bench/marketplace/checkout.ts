/**
 * A checkout: a cart of 1 to 10 products, 1 to 10 units of each, becomes one order of all its lines, or none.
 *
 * A refused customer does what the answer says, with a new key, and at most TRIES_MAX times: a product that was replaced is
 * taken from its place in the catalogue again, the quantity of one that is short becomes what is left, and after
 * a change of prices all of the cart are read again.
 */
import { randomUUIDv7 } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Client } from './client.ts'
import type { Line, Sale } from './record.ts'
import type { Slot } from './shelf.ts'

const LINES_MAX = 10
const QUANTITY_MAX = 10
const TRIES_MAX = 3
const PENDING_PAUSE_MS = 20
const PENDING_READS_MAX = 3_000

type CartLine = { slot: Slot; productId: string; priceMinor: number; quantity: number }

/** Resolves whether an order was confirmed. */
export async function checkOut(client: Client): Promise<boolean> {
  const customer = client.customers[client.chance.between(0, client.customers.length)]!
  let cart = fill(client)
  for (let attempt = 1; attempt <= TRIES_MAX && cart.length > 0; attempt++) {
    const lines: Line[] = cart.map(({ productId, quantity, priceMinor }) => ({
      productId,
      quantity,
      unitPriceMinor: priceMinor,
    }))
    const totalMinor = lines.reduce((sum, line) => sum + line.unitPriceMinor * line.quantity, 0)
    const key = randomUUIDv7()
    const calledAt = performance.now()
    const answer = await client.orders({
      method: 'POST',
      path: '/orders',
      token: customer.token,
      key,
      body: {
        lines: lines.map(({ productId, quantity }) => ({ product_id: productId, quantity })),
        total_price: moneyOf(totalMinor),
      },
    })
    const order = answer.status === 202 ? await settled(client, answer, customer.token) : orderIn(answer)
    const returnedAt = performance.now()
    const code = order?.status === 'rejected' ? order.rejection?.reason : undefined
    if (client.record) {
      if (!order) {
        client.record.wrong.push(`POST /orders answered ${answer.status} ${answer.body?.code ?? ''}`)
        return false
      }
      const sale: Sale = {
        ...{ id: order.id, userId: customer.id, key, lines, placed: { calledAt, returnedAt } },
        ...(code === undefined ? {} : { rejection: code }),
      }
      if (client.record.sales.has(order.id)) client.record.wrong.push(`Two keys got the order ${order.id}`)
      client.record.sales.set(order.id, sale)
      const fault = faultOf(order, sale, totalMinor)
      if (fault) client.record.wrong.push(`Order ${order.id}: ${fault}`)
    }
    if (order?.status === 'confirmed') {
      client.shelf.addOrder({ id: order.id, lines, status: 'confirmed', version: order.version })
      return true
    }
    cart = await corrected(client, cart, answer.body, order)
  }
  return false
}

function fill({ choose, chance, shelf }: Client): CartLine[] {
  const cart: CartLine[] = []
  const wanted = chance.between(1, LINES_MAX + 1)
  // A popular product may be drawn again and again: then the cart is smaller.
  for (let draws = 0; cart.length < wanted && draws < 3 * wanted; draws++) {
    const slot = shelf.slots[choose(chance)]!
    if (slot.replacing || cart.some((line) => line.slot === slot)) continue
    const { id, priceMinor } = slot
    cart.push({ slot, productId: id, priceMinor, quantity: chance.between(1, QUANTITY_MAX + 1) })
  }
  return cart
}

// biome-ignore lint/suspicious/noExplicitAny: JSON.
const orderIn = ({ status, body }: Answer): any => (status < 300 ? body : body?.order)

/** An order that was answered with 202, once it has its final answer. */
async function settled(client: Client, { body }: Answer, token: string) {
  for (let reads = 0; reads < PENDING_READS_MAX; reads++) {
    const { status, body: order } = await client.orders({ method: 'GET', path: `/orders/${body.id}`, token })
    if (status === 200 && order.status !== 'pending') return order
    await sleep(PENDING_PAUSE_MS)
  }
  return undefined
}

/** All lines, at the prices the client knew, and their exact sum: or the order was refused. */
// biome-ignore lint/suspicious/noExplicitAny: JSON.
function faultOf(order: any, { userId, lines, rejection }: Sale, totalMinor: number): string | undefined {
  if (order.user_id !== userId) return `belongs to ${order.user_id}`
  if (order.total_price !== moneyOf(totalMinor))
    return `costs ${order.total_price}, not ${moneyOf(totalMinor)}`
  if (order.lines.length !== lines.length) return `has ${order.lines.length} lines, not ${lines.length}`
  if (rejection !== undefined) return undefined
  if (order.status !== 'confirmed') return `is ${order.status}`
  for (let i = 0; i < lines.length; i++) {
    const { productId, quantity, unitPriceMinor } = lines[i]!
    const line = order.lines[i]
    if (line.product_id !== productId || line.quantity !== quantity) return `line ${i} is not the one ordered`
    if (line.unit_price !== moneyOf(unitPriceMinor)) return `line ${i} was sold at ${line.unit_price}`
  }
  return undefined
}

async function corrected(
  client: Client,
  cart: readonly CartLine[],
  // biome-ignore lint/suspicious/noExplicitAny: JSON.
  problem: any,
  // biome-ignore lint/suspicious/noExplicitAny: JSON.
  order: any,
): Promise<CartLine[]> {
  const { rejection } = order ?? {}
  if (rejection?.reason === 'product_not_found') {
    const unknown: string[] = rejection.unknown_products
    return cart.flatMap((line) => {
      if (!unknown.includes(line.productId)) return [line]
      const { id, priceMinor } = line.slot
      return id === line.productId ? [] : [{ ...line, productId: id, priceMinor }]
    })
  }
  if (rejection?.reason === 'insufficient_stock') {
    const left = new Map<string, number>(
      rejection.shortages.map((each: { product_id: string; available: number }) => [
        each.product_id,
        each.available,
      ]),
    )
    return cart
      .map((line) => ({
        ...line,
        quantity: Math.min(line.quantity, left.get(line.productId) ?? line.quantity),
      }))
      .filter(({ quantity }) => quantity > 0)
  }
  if (rejection?.reason === 'price_changed') {
    const fresh = []
    for (const line of cart) {
      const priceMinor = await readPrice(client, line.productId)
      if (priceMinor !== undefined) fresh.push({ ...line, priceMinor })
    }
    return fresh
  }
  client.record?.wrong.push(`An order was refused: ${JSON.stringify(problem).slice(0, 200)}`)
  return []
}

async function readPrice({ products, record }: Client, productId: string): Promise<number | undefined> {
  const calledAt = performance.now()
  const { status, body } = await products({ method: 'GET', path: `/products/${productId}` })
  if (status !== 200) return undefined
  const priceMinor = minorOf(body.price)
  record?.reads.push({
    productId,
    priceMinor,
    version: body.version,
    calledAt,
    returnedAt: performance.now(),
  })
  return priceMinor
}

/** Two digits, as the shop of the benchmark has. */
export const moneyOf = (minor: number): string => {
  const digits = String(minor).padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}
export const minorOf = (money: string): number => Number(money.replace('.', ''))
