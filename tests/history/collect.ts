/** Arranges a history by product and by order (collected.ts), line by line. */
import { mayAsk } from './callers.ts'
import {
  type Attempts,
  type Collected,
  isRefused,
  type OrderHistory,
  type ProductHistory,
} from './collected.ts'
import { epochsOf } from './epochs.ts'
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
  ReservationRecord,
} from './format.ts'
import { attemptOf, placeByKey, placeUnanswered } from './placements.ts'

export type Collector = { add(line: HistoryLine): void; finish(): Collected }

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
    if ('orders' in shown) for (const state of shown.orders) order(state.order).seen.push({ by, state })
    else if ('order' in shown) order(shown.order).seen.push({ by, state: shown })
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
    // Whatever became of it, it explains nothing.
    if (operation.answer === undefined && !mayAsk(operation)) return
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
      case 'list_orders':
      case 'use_route':
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
        case 'end':
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
      stores.movements.sort((a, b) => a.version - b.version)
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
