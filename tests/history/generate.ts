/* long because it is one small shop, with everything that its clients do */
/**
 * Correct histories from a seed: a shop that does one thing after the other, and clients that wait a random time before and
 * after it, so that their operations overlap. Some answers are lost.
 *
 * Orders take several steps, as they do in the services: recorded, decided, answered; and between them others are served.
 */
import { type Chance, createChance } from '../system/until.ts'
import {
  type AdjustStock,
  FORMAT,
  type HistoryLine,
  type LineRecord,
  type MovementRecord,
  type Operation,
  type OrderSeen,
  type PlaceOrder,
  type ProductSeen,
  type RejectionSeen,
} from './format.ts'

export type Generated = {
  readonly seed: number
  readonly operations: number
  readonly products: number
  /** Of each product at first. */
  readonly stock: number
  /** The longest time, in steps, by which a call is earlier or a return later than what it did. */
  readonly overlap: number
  /** Of 100 answers, how many are lost. */
  readonly lost: number
}

type Product = {
  readonly id: string
  stock: number
  reserved: number
  version: number
  editVersion: number
  priceMinor: number
  text: string
  deleted: boolean
}
type Order = {
  readonly id: string
  readonly userId: string
  readonly key: string | null
  readonly lines: readonly { readonly productId: string; readonly quantity: number }[]
  readonly totalMinor: number
  readonly history: string[]
  rejection?: RejectionSeen
  reservation?: 'held' | 'rejected' | 'released' | 'shipped'
  priced: LineRecord[]
}
/** What the shop still has to do for an order. */
type Task = (now: number) => Task | undefined

const STEP_MICROSECONDS = 10
/** The most orders that the shop is busy with. */
const TASKS_MAX = 20
/** Orders that clients still read and change. */
const RECENT_MAX = 30

export function* generateHistory(options: Generated): Generator<HistoryLine> {
  let lines = 0
  for (const line of historyOf(options)) {
    lines++
    yield line
  }
  yield { is: 'end', lines }
}

function* historyOf(options: Generated): Generator<HistoryLine> {
  const chance = createChance(options.seed)
  const out: HistoryLine[] = []
  const shop = createShop(options, chance, (line) => out.push(line))
  yield { is: 'history', format: FORMAT }
  shop.open()
  for (let done = options.products; done < options.operations; done++) {
    shop.step()
    yield* out.splice(0)
  }
  shop.settle()
  yield* out.splice(0)
  yield { is: 'stores' }
  yield* shop.records()
}

function createShop(options: Generated, chance: Chance, emit: (line: HistoryLine) => void) {
  const products: Product[] = []
  const orders: Order[] = []
  const movements: MovementRecord[] = []
  const tasks: Task[] = []
  /** Requests with a key, to be sent again. */
  const adjusted: AdjustStock[] = []
  const placed: { readonly asked: PlaceOrder; readonly order: Order }[] = []
  let now = 1_000
  let steps = 0
  const odds = (percent: number) => chance.between(0, 100) < percent
  const earlier = (at: number) => Math.max(0, at - chance.between(0, options.overlap + 1) * STEP_MICROSECONDS)
  const later = (at: number) => at + chance.between(0, options.overlap + 1) * STEP_MICROSECONDS
  const client = () => `client ${chance.between(1, 9)}`
  const user = () => `user ${chance.between(1, 9)}`
  const recent = () => orders[Math.max(0, orders.length - chance.between(1, RECENT_MAX))]

  /** Emits an operation that took effect from `began` to now. */
  const answer = <Asked extends Operation>(asked: Asked, began = now) => {
    const called = earlier(began)
    if (odds(options.lost)) {
      emit({ ...asked, called, answer: undefined } as Operation)
    } else emit({ ...asked, called, returned: later(now) })
  }
  const of = (user: string) => ({ client: client(), user, role: 'customer' as const, called: 0 })
  const ofAdmin = () => ({ ...of('admin'), role: 'admin' as const })

  const seenProduct = ({ id, version, stock, priceMinor, text }: Product): ProductSeen => ({
    product: id,
    ...{ version, stock, priceMinor, text },
  })
  const seenOrder = ({ id, history, rejection }: Order): OrderSeen => ({
    order: id,
    status: history.at(-1)!,
    version: history.length,
    ...(history.at(-1) === 'rejected' ? { rejection } : {}),
  })
  const move = (product: Product, delta: number, orderId: string | null) => {
    product.stock += delta
    product.version++
    movements.push({
      productId: product.id,
      version: product.version,
      delta,
      stockAfter: product.stock,
      orderId,
    })
  }

  function create() {
    const number = products.length
    const product: Product = {
      ...{ id: `product ${number}`, stock: options.stock, reserved: 0, version: 0, editVersion: 1 },
      ...{ priceMinor: 100 + number, text: 'first', deleted: false },
    }
    products.push(product)
    product.stock = 0
    move(product, options.stock, null)
    const asked = { is: 'create_product' as const, stock: product.stock, priceMinor: product.priceMinor }
    // Its answer is never lost: no client would know the product.
    emit({ ...ofAdmin(), ...asked, called: earlier(now), returned: later(now), answer: seenProduct(product) })
  }

  function decide(order: Order): void {
    const found = order.lines.map((line) => ({
      line,
      product: products.find(({ id }) => id === line.productId)!,
    }))
    const unknownProducts = found.filter(({ product }) => product.deleted).map(({ product }) => product.id)
    const total = found.reduce((sum, { line, product }) => sum + line.quantity * product.priceMinor, 0)
    const shortages = found
      .filter(({ line, product }) => product.stock < line.quantity)
      .map(({ line, product }) => ({
        ...{ product: product.id, requested: line.quantity, available: product.stock },
      }))
    const reason =
      unknownProducts.length > 0
        ? 'product_not_found'
        : shortages.length > 0
          ? 'insufficient_stock'
          : total !== order.totalMinor
            ? 'price_changed'
            : undefined
    if (reason !== undefined) {
      const sum = reason === 'product_not_found' ? null : total
      order.rejection = {
        reason,
        shortages: reason === 'insufficient_stock' ? shortages : [],
        unknownProducts,
        totalMinor: sum,
      }
      order.reservation = 'rejected'
      return
    }
    order.reservation = 'held'
    order.priced = found.map(({ line, product }) => ({ ...line, unitPriceMinor: product.priceMinor }))
    for (const { line, product } of found) {
      move(product, -line.quantity, order.id)
      product.reserved += line.quantity
    }
  }

  function place() {
    const first = chance.between(0, products.length)
    const second = (first + chance.between(0, Math.min(3, products.length))) % products.length
    const chosen = [...new Set([first, second])].map((i) => products[i]!)
    const lines = chosen.map(({ id }) => ({ productId: id, quantity: chance.between(1, 5) }))
    const cost = chosen.reduce((sum, { priceMinor }, i) => sum + priceMinor * lines[i]!.quantity, 0)
    const userId = user()
    const order: Order = {
      ...{ id: `order ${orders.length}`, userId, key: odds(90) ? `key ${orders.length}` : null, lines },
      ...{ totalMinor: odds(90) ? cost : cost + 1, history: ['pending'], priced: [] },
    }
    orders.push(order)
    const began = now
    const asked = {
      ...{ ...of(userId), is: 'place_order' as const, key: order.key },
      ...{ lines: lines.map((line) => ({ ...line })), totalMinor: order.totalMinor },
    }
    if (order.key !== null) placed.push({ asked, order })
    const reply = () => answer({ ...asked, answer: seenOrder(order) }, began)
    const waits = odds(80)
    if (!waits) reply()
    tasks.push(() => {
      if (order.reservation === undefined) decide(order)
      return () => {
        const { reservation, history } = order
        if (history.at(-1) === 'pending') history.push(reservation === 'held' ? 'confirmed' : 'rejected')
        if (waits) reply()
        return undefined
      }
    })
  }

  function cancel(order: Order): void {
    tasks.push(() => {
      if (order.reservation === 'held') {
        for (const { productId, quantity } of order.lines) {
          const product = products.find(({ id }) => id === productId)!
          move(product, quantity, order.id)
          product.reserved -= quantity
        }
        order.reservation = 'released'
      } else if (order.reservation === undefined) order.reservation = 'released'
      return () => void order.history.push('cancelled')
    })
  }

  function ship(order: Order): void {
    tasks.push(() => {
      for (const { productId, quantity } of order.lines) {
        const product = products.find(({ id }) => id === productId)!
        product.version++
        product.reserved -= quantity
      }
      order.reservation = 'shipped'
      return undefined
    })
  }

  function change() {
    const order = recent()
    if (!order) return
    const to = chance.pick(['cancelled', 'shipped', 'shipped', 'delivered'])
    const status = order.history.at(-1)!
    const asked = { ...ofAdmin(), is: 'change_order' as const, order: order.id, to }
    const allowed =
      (to === 'cancelled' && (status === 'pending' || status === 'confirmed')) ||
      (to === 'shipped' && status === 'confirmed') ||
      (to === 'delivered' && status === 'shipped')
    if (allowed) {
      order.history.push(to === 'cancelled' ? 'cancelling' : to)
      if (to === 'cancelled') cancel(order)
      if (to === 'shipped') ship(order)
    }
    const done = allowed || status === to || (to === 'cancelled' && status === 'cancelling')
    const state = seenOrder(order)
    answer({ ...asked, answer: done ? state : { refused: 'illegal_transition', order: state } })
  }

  function edit() {
    const product = chance.pick(products)
    if (product.deleted) return
    const kind = chance.pick(['price', 'text', 'stock'])
    const priceMinor = kind === 'price' ? product.priceMinor + chance.between(0, 3) : undefined
    const text = kind === 'text' && odds(90) ? `text ${steps}` : product.text
    const seen = odds(50) ? Math.max(1, product.version - chance.between(0, 3)) : undefined
    const stock = kind === 'stock' ? chance.between(0, options.stock) : undefined
    const asked = {
      ...{ ...ofAdmin(), is: 'edit_product' as const, product: product.id, writesText: kind === 'text' },
      ...(seen === undefined ? {} : { seen }),
      ...(priceMinor === undefined ? {} : { priceMinor }),
      ...(stock === undefined ? {} : { stock }),
    }
    const fits =
      seen === undefined || (stock === undefined ? seen >= product.editVersion : seen === product.version)
    if (!fits) {
      answer({ ...asked, answer: { refused: 'version_conflict', product: seenProduct(product) } })
      return
    }
    if (stock !== undefined && stock !== product.stock) move(product, stock - product.stock, null)
    if ((priceMinor ?? product.priceMinor) !== product.priceMinor || text !== product.text) {
      product.version++
      product.editVersion = product.version
      product.priceMinor = priceMinor ?? product.priceMinor
      product.text = text
    }
    answer({ ...asked, answer: seenProduct(product) })
  }

  function adjust() {
    const product = chance.pick(products)
    if (product.deleted) return
    const delta = chance.pick([options.stock, 7, -3])
    const key = odds(50) ? `adjustment ${steps}` : null
    const asked = { ...ofAdmin(), is: 'adjust_stock' as const, key, product: product.id, delta }
    if (product.stock + delta < 0) {
      answer({ ...asked, answer: { refused: 'insufficient_stock', product: seenProduct(product) } })
      return
    }
    move(product, delta, null)
    const { version, stock } = product
    const done = { ...asked, answer: { version, delta, stockAfter: stock } }
    answer(done)
    if (key !== null) adjusted.push(done)
  }

  /** A request that is sent again with its key is answered with its movement, or with the order as it is now. */
  function repeat() {
    const again = odds(50) ? adjusted[chance.between(0, adjusted.length)] : undefined
    if (again) return answer({ ...again, client: client() })
    const found = placed[chance.between(0, placed.length)]
    if (found) answer({ ...found.asked, client: client(), answer: seenOrder(found.order) })
  }

  function remove() {
    const product = chance.pick(products)
    if (product.deleted || products.filter(({ deleted }) => !deleted).length < 3) return
    product.deleted = true
    product.version++
    product.editVersion = product.version
    answer({ ...ofAdmin(), is: 'delete_product', product: product.id, answer: { deleted: true } })
  }

  function readProduct() {
    const product = chance.pick(products)
    const shown = product.deleted ? { refused: 'product_not_found' } : seenProduct(product)
    answer({ ...of(user()), is: 'read_product', product: product.id, answer: shown })
  }

  function readOrder() {
    const order = recent()
    if (order) {
      const asked = { ...of(order.userId), is: 'read_order' as const, order: order.id }
      answer({ ...asked, answer: seenOrder(order) })
    }
  }

  function list() {
    const whose = odds(70) ? user() : null
    const shown = orders.filter(({ userId }) => whose === null || userId === whose).slice(-RECENT_MAX)
    const asked = { ...(whose === null ? ofAdmin() : of(whose)), is: 'list_orders' as const, of: whose }
    answer({ ...asked, answer: { orders: shown.map(seenOrder) } })
  }

  /** What is not theirs: customers are refused, and some get no answer. */
  function pry() {
    const prying = of(user())
    const order = recent()
    if (order === undefined || order.userId === prying.user) return
    const product = chance.pick(products).id
    const refused = { answer: { refused: 'forbidden' } }
    const missing = { answer: { refused: 'order_not_found' } }
    const others: readonly Operation[] = [
      { ...prying, is: 'read_order', order: order.id, ...missing },
      {
        ...prying,
        is: 'change_order',
        order: order.id,
        to: chance.pick(['cancelled', 'shipped']),
        ...missing,
      },
      { ...prying, is: 'list_orders', of: chance.pick([order.userId, null]), ...refused },
      { ...prying, is: 'adjust_stock', key: null, product, delta: 1, ...refused },
      { ...prying, is: 'edit_product', product, priceMinor: 1, writesText: false, ...refused },
      { ...prying, is: 'delete_product', product, ...refused },
      { ...prying, is: 'use_route', route: 'GET /users', access: 'admin', ...refused },
    ]
    answer(chance.pick(others))
  }

  const advance = () => {
    const [task] = tasks.splice(chance.between(0, tasks.length), 1)
    const next = task!(now)
    if (next) tasks.push(next)
  }

  return {
    open() {
      for (let i = 0; i < options.products; i++) create()
    },
    step() {
      steps++
      now += STEP_MICROSECONDS
      while (tasks.length > TASKS_MAX || (tasks.length > 0 && odds(60))) {
        advance()
        now += STEP_MICROSECONDS
      }
      const dice = chance.between(0, 1000)
      if (dice < 350) place()
      else if (dice < 600) readProduct()
      else if (dice < 800) readOrder()
      else if (dice < 900) change()
      else if (dice < 930) adjust()
      else if (dice < 945) repeat()
      else if (dice < 955) list()
      else if (dice < 965) pry()
      else if (dice < 998) edit()
      else remove()
    },
    settle() {
      while (tasks.length > 0) {
        now += STEP_MICROSECONDS
        advance()
      }
    },
    *records(): Generator<HistoryLine> {
      for (const { id, stock, reserved, version, editVersion, priceMinor } of products) {
        yield { is: 'product', id, stock, reserved, version, editVersion, priceMinor }
      }
      for (const movement of movements) yield { is: 'movement', ...movement }
      for (const { id, userId, key, lines, priced, totalMinor, history, reservation } of orders) {
        const stored = priced.length > 0 ? priced : lines.map((line) => ({ ...line, unitPriceMinor: null }))
        if (reservation) yield { is: 'reservation', orderId: id, status: reservation, lines: priced }
        yield {
          ...{ is: 'order', id, userId, key, status: history.at(-1)!, version: history.length, totalMinor },
          ...{ lines: stored, history },
        }
      }
    },
  }
}
