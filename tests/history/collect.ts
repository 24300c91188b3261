/** A history, arranged by product and by order. Operations are named by their index in `operations`. */
import type { StoreRecords } from '../system/invariants.ts'
import { type Epochs, epochsOf } from './epochs.ts'
import type {
  AdjustStock,
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
import { attemptOf, placeByKey, placeUnanswered } from './placements.ts'

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
      placeByKey(operations, orders, attempts)
      placeUnanswered(operations, orders)
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
}

/** The value of `key`, made if there is none. */
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
