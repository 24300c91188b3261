/** Someone who buys: asks again with the same key when no answer comes, and changes their mind. */
import {
  type Draft,
  isFinal,
  type Order,
  type RequestableStatus,
} from '../../order_service/src/domain/order.ts'
import type { Product } from '../../product_service/src/domain/product.ts'
import { Violation } from '../core/history.ts'
import { type Client, unexpected } from './client.ts'
import type { DomainHistory } from './mix.ts'
import { pay } from './payments/paying.ts'
import { paidWith } from './payments/terms.ts'
import type { Shop } from './shop.ts'

const ATTEMPTS_MAX = 4
const BETWEEN_STEPS_MS = 2_500
const THINKS_MS = 4_000
const BETWEEN_ATTEMPTS_MS = 1_500
const QUANTITY_MOST = 3

export async function buy(shop: Shop, client: Client): Promise<void> {
  const { history, answers, orders } = shop
  const { time } = history.world
  const { chances, name } = client
  const reader = { name, isAdmin: false }
  const sent: Draft[] = []

  const place = async (draft: Draft): Promise<Order | undefined> => {
    const began = time()
    answers.asks(draft)
    const reply = await client.ask(orders, `place ${draft.idempotencyKey}`, (replica) => replica.place(draft))
    if (reply.is === 'answered') {
      answers.placed(reader, draft, reply.value.order, began)
      if (reply.value.order.status === 'pending')
        history.sometimes('a buyer was answered that the order is pending')
      return reply.value.order
    }
    if (reply.is === 'refused') {
      if (reply.refusal.code !== 'idempotency_key_reused') throw unexpected(client, reply)
      answers.keyRefused(reader, draft)
    }
    return undefined
  }

  const cancel = async ({ id, version }: Order) => {
    const began = time()
    const seen = client.does('a buyer names the version') ? version : undefined
    answers.requests(reader, id, 'cancelled', seen)
    const change = { orderId: id, to: 'cancelled', actor: { userId: name, admin: false } } as const
    const reply = await client.ask(orders, `cancel ${id}`, (replica) =>
      replica.change({ ...change, expectedVersions: seen === undefined ? undefined : [seen] }),
    )
    if (reply.is === 'answered') {
      answers.order(reader, reply.value, began)
      answers.changed(reader, reply.value, 'cancelled')
      if (reply.value.status !== 'cancelling' && reply.value.status !== 'cancelled')
        throw new Violation(`6. ${name} was answered that ${id} is cancelled; it is ${reply.value.status}`)
    }
    if (reply.is !== 'refused') return
    const { code, payload } = reply.refusal
    const { current } = payload as { current: Order }
    const named = code === 'version_conflict' && seen !== undefined
    if (!named && code !== 'illegal_transition') throw unexpected(client, reply)
    answers.order(reader, current, began)
    answers.changeRefused(reader, current, 'cancelled', named)
    if (named) return history.sometimes('a change of an order was refused because of its version')
    if (current.status === 'shipped') history.sometimes('a cancel came after the shipment, and was refused')
  }

  const cancelEarly = async () => {
    const began = time()
    const reply = await client.ask(orders, 'list the own orders', (replica) => replica.list(name))
    if (reply.is !== 'answered') return
    for (const order of reply.value) answers.order(reader, order, began)
    const open = reply.value.find(({ status }) => !isFinal(status))
    if (open) await cancel(open)
  }

  const read = async (id: string, isOwn: boolean) => {
    const began = time()
    const actor = { userId: name, admin: false }
    const reply = await client.ask(orders, `read ${id}`, (replica) => replica.read(actor, id))
    if (reply.is === 'answered') answers.order(reader, reply.value, began)
    else if (reply.is === 'refused') {
      if (isOwn) throw new Violation(`3. ${name} was answered ${id}, and now ${reply.refusal.code}`)
      history.sometimes('the order of another was not found')
    }
  }

  const tryForbidden = async (id: string, to: RequestableStatus, code: string) => {
    const change = { orderId: id, to, actor: { userId: name, admin: false }, expectedVersions: undefined }
    const reply = await client.ask(orders, `make ${id} ${to}`, (replica) => replica.change(change))
    if (reply.is === 'answered')
      throw new Violation(`10. ${name} was let make ${id} ${to}, and answered ${reply.value.status}`)
    if (reply.is !== 'refused') return
    if (reply.refusal.code !== code) throw unexpected(client, reply)
    history.sometimes('a buyer was refused what only others may do')
  }

  await client.steps(1, 4, async (step) => {
    await client.pause(BETWEEN_STEPS_MS)
    const cart = fillCart(shop, client)
    await client.pause(500)
    const draft = draftOf(shop, client, cart, step, sent)
    sent.push(draft)
    let order: Order | undefined
    for (let attempt = 1; attempt <= ATTEMPTS_MAX && order === undefined; attempt++) {
      if (attempt > 1) await client.pause(BETWEEN_ATTEMPTS_MS)
      const twice = client.does('a buyer sends twice at once')
      const [first, second] = await Promise.all([place(draft), twice ? place(draft) : undefined])
      order = first ?? second
      if (order !== undefined && attempt > 1)
        history.sometimes('an order was answered after a request without answer')
      if (client.does('a buyer cancels early')) await cancelEarly()
    }
    if (order === undefined) return
    const paying = pay(shop, client, order)
    if (!client.does('a buyer pays while cancelling')) await paying
    if (client.does('a buyer cancels')) {
      await client.pause(THINKS_MS)
      await cancel(order)
    }
    await paying
    if (chances.happens(0.3)) await read(order.id, true)
    const others = answers.known().filter((id) => shop.orderOf(id).userId !== name)
    if (client.does('a buyer looks at the orders of another') && others.length > 0) {
      const another = chances.one(others)
      await read(another, false)
      await tryForbidden(another, 'cancelled', 'order_not_found')
      await tryForbidden(order.id, 'shipped', 'forbidden')
    }
  })
}

/** What the pages of the shop show now, in an order of its own. */
function fillCart({ stock, oldPrices }: Shop, client: Client): readonly Product[] {
  const { chances } = client
  const all = [...stock.products.values()]
  const wanted = client.does('all want one product') ? all[0]! : chances.one(all)
  const second = chances.one(all)
  const both = client.does('a cart has two products') && second !== wanted
  const cart = !both ? [wanted] : chances.happens(1 / 2) ? [wanted, second] : [second, wanted]
  const old = client.does('a buyer pays an old price')
  return cart.map((product) => (old ? { ...product, priceMinor: oldPrices.get(product.id)! } : product))
}

function draftOf(
  { paid, history }: Shop,
  { name, chances, does }: Client,
  cart: readonly Product[],
  step: number,
  sent: readonly Draft[],
): Draft {
  const lines = cart.map(({ id }) => ({ productId: id, quantity: chances.whole(1, QUANTITY_MOST) }))
  const wrong = does('a buyer names a wrong price') ? 1 : 0
  const totalMinor = cart.reduce(
    (sum, { priceMinor }, index) => sum + priceMinor * lines[index]!.quantity,
    wrong,
  )
  const unpaid: Draft = { userId: name, idempotencyKey: `key ${step}`, lines, totalMinor, currency: 'USD' }
  const draft = paid ? paidFor(history, name, unpaid, cart) : unpaid
  const [again, other] = [does('a key is used again'), does('a key is used for something else')]
  const earlier = chances.number()
  if (sent.length === 0 || !(again || other)) return draft
  const known = sent[Math.floor(earlier * sent.length)]!
  if (again) return known
  const { idempotencyKey } = known
  return chances.one([
    { ...draft, idempotencyKey },
    { ...draft, idempotencyKey, totalMinor: known.totalMinor },
    { ...known, totalMinor: known.totalMinor + 1 },
    { ...known, lines: known.lines.slice(0, 1) },
    { ...known, lines: known.lines.map((line) => ({ ...line, quantity: line.quantity + 1 })) },
  ])
}

/** Most orders of a shop that takes money are paid by card. */
function paidFor({ world }: DomainHistory, name: string, draft: Draft, cart: readonly Product[]): Draft {
  const chances = world.chances(`how ${name} pays`)
  if (chances.happens(0.1)) return draft
  const method = chances.happens(0.1) ? 'invoice' : 'card'
  return paidWith(
    method,
    draft,
    cart.map(({ priceMinor }) => priceMinor),
  )
}
