/** A history, arranged by product and by order. Operations are named by their index in `operations`. */
import type { StoreRecords } from '../system/invariants.ts'
import { type Epochs, epochsOf } from './epochs.ts'
import type {
  AdjustStock,
  AskedLine,
  HistoryLine,
  MovementRecord,
  Operation,
  OrderRecord,
  OrderSeen,
  PlaceOrder,
  ProductRecord,
  ProductSeen,
  Refused,
  ReservationRecord,
} from './format.ts'

/** What the answer of operation `by` showed. */
export type Seen<State> = { readonly by: number; readonly state: State }

export type ProductHistory = {
  readonly id: string
  record: ProductRecord | undefined
  /** In the order of their versions. */
  readonly movements: MovementRecord[]
  readonly seen: Seen<ProductSeen>[]
  readonly creations: number[]
  readonly edits: number[]
  readonly deletions: number[]
  readonly adjustments: number[]
  /** Reads that were answered 404. */
  readonly missing: number[]
}

export type OrderHistory = {
  readonly id: string
  record: OrderRecord | undefined
  reservation: ReservationRecord | undefined
  readonly movements: MovementRecord[]
  readonly seen: Seen<OrderSeen>[]
  /** With its key or its id, whether answered or not. */
  readonly placements: number[]
  readonly changes: number[]
  readonly missing: number[]
}

/** The attempts of one user with one key. */
export type Attempts = { readonly user: string; readonly key: string; readonly operations: number[] }

export type Collected = Epochs & {
  readonly operations: readonly Operation[]
  readonly products: ReadonlyMap<string, ProductHistory>
  readonly orders: ReadonlyMap<string, OrderHistory>
  readonly attempts: ReadonlyMap<string, Attempts>
  readonly stores: StoreRecords
  /** The stocks of products that may have been created, without an answer. */
  readonly openCreations: ReadonlySet<number>
  /** Whether it has the records of the stores. */
  readonly complete: boolean
}

export type Collector = { add(line: HistoryLine): void; finish(): Collected }

export const isRefused = (answer: object | undefined): answer is Refused =>
  answer !== undefined && 'refused' in answer

export const attemptOf = (user: string, key: string): string => `${user} ${key}`

export function createCollector(): Collector {
  const operations: Operation[] = []
  const products = new Map<string, ProductHistory>()
  const orders = new Map<string, OrderHistory>()
  const attempts = new Map<string, Attempts>()
  const stores = {
    products: [] as ProductRecord[],
    movements: [] as MovementRecord[],
    reservations: [] as ReservationRecord[],
    orders: [] as OrderRecord[],
  }
  const openCreations = new Set<number>()
  let complete = false

  const product = (id: string) => entry(products, id, newProduct)
  const order = (id: string) => entry(orders, id, newOrder)

  /** What an answer shows counts as seen, also with a refusal. */
  const see = (by: number, { answer }: Operation) => {
    if (answer === undefined) return
    const shown = isRefused(answer) ? (answer.order ?? answer.product) : answer
    if (shown === undefined) return
    if ('order' in shown) order(shown.order).seen.push({ by, state: shown })
    else if ('product' in shown) product(shown.product).seen.push({ by, state: shown })
  }

  const attempt = (by: number, { user, key }: PlaceOrder | AdjustStock, kind: string) => {
    if (key === null) return
    entry(attempts, `${kind} ${attemptOf(user, key)}`, () => ({ user, key, operations: [] })).operations.push(
      by,
    )
  }

  const addOperation = (operation: Operation) => {
    const by = operations.push(operation) - 1
    see(by, operation)
    const missing = isRefused(operation.answer) && /_not_found$/.test(operation.answer.refused)
    switch (operation.is) {
      case 'place_order':
        attempt(by, operation, 'order')
        if (operation.key === null && operation.answer && 'order' in operation.answer) {
          order((operation.answer as OrderSeen).order).placements.push(by)
        }
        break
      case 'change_order':
        order(operation.order).changes.push(by)
        break
      case 'read_order':
        if (missing) order(operation.order).missing.push(by)
        break
      case 'read_product':
        if (missing) product(operation.product).missing.push(by)
        break
      case 'create_product':
        if (operation.answer && 'product' in operation.answer) {
          product((operation.answer as ProductSeen).product).creations.push(by)
        } else if (!operation.answer) openCreations.add(operation.stock)
        break
      case 'edit_product':
        product(operation.product).edits.push(by)
        break
      case 'delete_product':
        product(operation.product).deletions.push(by)
        break
      case 'adjust_stock':
        attempt(by, operation, 'stock')
        product(operation.product).adjustments.push(by)
        break
    }
  }

  return {
    add(line) {
      switch (line.is) {
        case 'history':
          return
        case 'stores':
          complete = true
          return
        case 'product':
          stores.products.push(line)
          product(line.id).record = line
          return
        case 'movement':
          stores.movements.push(line)
          product(line.productId).movements.push(line)
          if (line.orderId !== null) order(line.orderId).movements.push(line)
          return
        case 'reservation':
          stores.reservations.push(line)
          order(line.orderId).reservation = line
          return
        case 'order':
          stores.orders.push(line)
          order(line.id).record = line
          return
        default:
          addOperation(line)
      }
    },
    finish() {
      for (const { movements } of products.values()) movements.sort((a, b) => a.version - b.version)
      placeByKey()
      placeUnanswered()
      return {
        operations,
        products,
        orders,
        attempts,
        stores,
        openCreations,
        complete,
        ...epochsOf(operations),
      }
    },
  }

  /** An order belongs to all attempts with its key: also to those that were not answered. */
  function placeByKey() {
    const found = new Map<string, Set<string>>()
    const add = (name: string, id: string) => entry(found, name, () => new Set<string>()).add(id)
    for (const { id, record } of orders.values()) {
      if (record && record.key !== null) add(`order ${attemptOf(record.userId, record.key)}`, id)
    }
    for (const [name, { operations: own }] of attempts) {
      for (const by of own) {
        const { answer } = operations[by]!
        if (answer && 'order' in answer && typeof answer.order === 'string') add(name, answer.order)
      }
      for (const id of found.get(name) ?? []) order(id).placements.push(...own)
    }
  }

  /** Without a key and without an answer: each such request may have made one order of its user that asks for the same. */
  function placeUnanswered() {
    const open = new Map<string, { readonly all: number[]; left: number }>()
    operations.forEach((operation, by) => {
      if (operation.is !== 'place_order' || operation.key !== null || operation.answer !== undefined) return
      const { user, lines, totalMinor } = operation
      const same = entry(open, `${user} ${spellOrder(lines, totalMinor)}`, () => ({ all: [], left: 0 }))
      same.all.push(by)
      same.left++
    })
    for (const { record, placements } of orders.values()) {
      if (record === undefined || record.key !== null || placements.length > 0) continue
      const same = open.get(`${record.userId} ${spellOrder(record.lines, record.totalMinor)}`)
      if (same === undefined || same.left-- <= 0) continue
      placements.push(...same.all)
    }
  }
}

/** The same for all requests that ask for the same, in any order of the lines. */
export const spellOrder = (lines: readonly AskedLine[], totalMinor: number): string =>
  `${linesIn(lines.toSorted((a, b) => (a.productId < b.productId ? -1 : 1)))} for ${totalMinor}`

export const linesIn = (lines: readonly AskedLine[]): string =>
  lines.map(({ productId, quantity }) => `${quantity} × ${productId}`).join(' + ')

function entry<Value>(map: Map<string, Value>, key: string, make: (key: string) => Value): Value {
  let value = map.get(key)
  if (value === undefined) {
    value = make(key)
    map.set(key, value)
  }
  return value
}

const newProduct = (id: string): ProductHistory => ({
  ...{ id, record: undefined, movements: [], seen: [], creations: [], edits: [] },
  ...{ deletions: [], adjustments: [], missing: [] },
})

const newOrder = (id: string): OrderHistory => ({
  ...{ id, record: undefined, reservation: undefined, movements: [], seen: [] },
  ...{ placements: [], changes: [], missing: [] },
})
