/** Sample values for tests. The last digits of a UUID say which one it is. */
import assert from 'node:assert/strict'
import type { Buyer, Checkout } from '../src/domain/checkout.ts'
import type {
  Cancelling,
  Draft,
  Order,
  OrderStatus,
  Pending,
  PricedLine,
  Rejection,
  Shipped,
} from '../src/domain/order.ts'
import { checkoutOf } from '../src/domain/quote.ts'
import type { QuoteFacts } from '../src/domain/quote_facts.ts'
import {
  type PendingOrder,
  type Schedule,
  type StoredOrder,
  scheduleChanged,
  scheduleNew,
  withSchedule,
} from '../src/domain/schedule.ts'
import * as transitions from '../src/domain/transitions.ts'

export const AT = new Date('2026-03-01T12:00:00.000Z')
export const later = (ms: number, from: Date = AT) => new Date(from.getTime() + ms)
export const uuid = (n: number) => `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`

export const ADA = uuid(1)
export const BOB = uuid(2)
export const ROOT = uuid(3)
export const MUG = uuid(100)
export const PEN = uuid(101)

export const draft = (changes: Partial<Draft> = {}): Draft => ({
  userId: ADA,
  idempotencyKey: undefined,
  lines: [{ productId: MUG, quantity: 2 }],
  totalMinor: 3998,
  currency: 'USD',
  ...changes,
})

export const HELD: readonly PricedLine[] = [
  { productId: MUG, quantity: 2, name: 'Mug', unitPriceMinor: 1999 },
]

export const BUYER: Buyer = {
  email: 'ada@example.org',
  language: 'de',
  address: {
    name: 'Ada Byron',
    organization: null,
    lines: ['Gasse 1'],
    postalCode: '10115',
    city: 'Berlin',
    region: null,
    country: 'DE',
    phone: null,
  },
  billingAddress: null,
  payment: null,
  guest: false,
}

export const FACTS: QuoteFacts = {
  currency: 'USD',
  pricesIncludeTax: true,
  place: { country: 'DE', region: null },
  lines: [
    {
      productId: MUG,
      quantity: 2,
      name: 'Mug',
      unitPriceMinor: 1999,
      taxClass: 'standard',
      basisPoints: 1900,
    },
  ],
  shipping: { method: 'post', names: { en: 'Post', de: 'Post' }, priceMinor: 490, basisPoints: 1900 },
}

/** Of an order of two mugs. */
export const CHECKOUT: Checkout = checkoutOf(FACTS, 'a hash', BUYER)
/** The same, paid by card. */
export const PAID: Checkout = checkoutOf(FACTS, 'a hash', { ...BUYER, payment: { method: 'card' } })

/** Of a guest. */
export const GUEST = uuid(77)
export const GUESTS: Checkout = checkoutOf(FACTS, 'a hash', {
  ...BUYER,
  email: 'gil@example.org',
  guest: true,
})

export const SHORT = {
  reason: 'insufficient_stock',
  shortages: [{ productId: MUG, requested: 2, available: 1 }],
  totalMinor: 3998,
} satisfies Rejection

let serial = 1000
let numbers = 1_000_000
/** Another number, for a changed sample. */
export const anotherNumber = () => numbers++
/** A pending order in a store, with changes of the order and its schedule. It has a number, so that the store gives none. */
export function order({
  id = uuid(serial++),
  number = numbers++,
  dueAt,
  attempts = 0,
  fence = 0,
  ...changes
}: Partial<Draft> & {
  id?: string
  number?: number
  dueAt?: string
  attempts?: number
  fence?: number
} = {}): PendingOrder {
  const { order, schedule } = scheduleNew(transitions.newOrder(draft(changes), id, AT), AT)
  return {
    order: { ...order, number },
    schedule: { dueAt: dueAt ?? schedule.dueAt, attempts, fence },
  }
}

/** The order alone. */
export const pending = (changes: Parameters<typeof order>[0] = {}): Pending => order(changes).order

type Changed = Parameters<typeof scheduleChanged>[0]

const scheduled =
  <From extends OrderStatus, Rest extends unknown[]>(
    from: readonly From[],
    transition: (order: Extract<Order, { status: From }>, ...rest: [...Rest, Date]) => Changed,
  ) =>
  (stored: { order: Order; schedule: Schedule }, ...rest: [...Rest, Date]): StoredOrder => {
    assert.ok((from as readonly OrderStatus[]).includes(stored.order.status))
    const changed = transition(stored.order as Extract<Order, { status: From }>, ...rest)
    return scheduleChanged(changed, stored.schedule, rest.at(-1) as Date)
  }

/** Transitions of a pending order, without the product service. */
export const cancellingOf = (order: Pending): Cancelling => transitions.requestCancel(order, order.userId, AT)
export const shippedOf = (order: Pending): Shipped => ({
  ...order,
  status: 'shipped',
  lines: order.lines.map((line) => ({ ...line, name: 'Mug', unitPriceMinor: 1999 })),
})

/** The transitions of an order with its schedule. */
export const confirm = scheduled(['pending'], transitions.confirm)
export const reject = scheduled(['pending'], transitions.reject)
export const requestCancel = scheduled(
  ['pending', 'awaiting_payment', 'confirmed'],
  transitions.requestCancel,
)
export const awaitPayment = scheduled(['pending'], transitions.awaitPayment)
export const confirmPayment = scheduled(['awaiting_payment', 'capturing'], transitions.confirmPayment)
export const capture = scheduled(['confirmed'], transitions.capture)
export const captured = scheduled(['capturing'], transitions.captured)
export const finishCancel = scheduled(['cancelling'], transitions.finishCancel)
export const ship = scheduled(['confirmed'], transitions.ship)
/** The same order, settled. */
export function settled({ order, schedule }: StoredOrder): StoredOrder {
  const done = withSchedule(order, { ...schedule, dueAt: undefined })
  assert.ok(done)
  return done
}
export const deliver = scheduled(['shipped'], transitions.deliver)
