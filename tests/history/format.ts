/**
 * A history: what clients asked a shop and were answered, and what its stores held at the end.
 *
 * A file has one JSON object a line (NDJSON), each with `is`:
 *  - `history`, first: the format.
 *  - an operation of a client, in any order: `called` and `returned` are microseconds of one clock that all recording
 *    processes share. Two operations are in real time order if one returned before the other was called; rounding may
 *    only widen them, so `called` is rounded down and `returned` up.
 *  - `stores`, then a line for each product, movement, reservation and order: what the stores held when nothing was
 *    under way any more.
 *  - `end`, last: how many lines came before it. A file that was cut off anywhere lacks it, and is refused.
 *
 * A file whose recorder was killed has neither stores nor an end, and lacks what was under way. Nothing of it can be checked:
 * a version that no line explains may have been asked for by a line that is missing.
 *
 * An operation without `answer` has an unknown outcome: it happened at some time after its call, or it never will. So has
 * one that was answered 5xx. Reads may be left out of a history, changes may not: a change that no client asked for is a
 * fault.
 *
 * Amounts are minor units. `text` stands for name and description: the same value for the same text.
 */
import type {
  LineRecord,
  MovementRecord,
  OrderRecord,
  ProductRecord,
  ReservationRecord,
} from '../system/invariants.ts'

export const FORMAT = 2

export type Header = { readonly is: 'history'; readonly format: typeof FORMAT }
/** Blank lines do not count. */
export type End = { readonly is: 'end'; readonly lines: number }

/** Who asked, as the token of the request named them, and when. Without a token: `anonymous`, who has no role. */
type Called = {
  readonly client: string
  readonly user: string
  readonly role: Role
  readonly called: number
  readonly returned?: number | undefined
}
export const ROLES = ['none', 'customer', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** A product as an answer showed it. */
export type ProductSeen = {
  readonly product: string
  readonly version: number
  readonly stock: number
  readonly priceMinor: number
  readonly text: string
}
export type ShortageSeen = {
  readonly product: string
  readonly requested: number
  readonly available: number
}
export type RejectionSeen = {
  readonly reason: string
  readonly shortages: readonly ShortageSeen[]
  readonly unknownProducts: readonly string[]
  /** The cost of the lines when the order was decided, if it is known. */
  readonly totalMinor: number | null
}
/** An order as an answer showed it. */
export type OrderSeen = {
  readonly order: string
  readonly status: string
  readonly version: number
  readonly rejection?: RejectionSeen | undefined
}
export type MovementSeen = { readonly version: number; readonly delta: number; readonly stockAfter: number }
/** Nothing was changed. `product` or `order` is the state that the refusal showed. */
export type Refused = {
  readonly refused: string
  readonly product?: ProductSeen | undefined
  readonly order?: OrderSeen | undefined
}

export type AskedLine = { readonly productId: string; readonly quantity: number }

export type PlaceOrder = Called & {
  readonly is: 'place_order'
  readonly key: string | null
  readonly lines: readonly AskedLine[]
  readonly totalMinor: number
  /** A rejected order is an order. */
  readonly answer?: OrderSeen | Refused | undefined
}
/** Cancel, ship, deliver. */
export type ChangeOrder = Called & {
  readonly is: 'change_order'
  readonly order: string
  readonly to: string
  /** The version that its author had seen, if it named one. */
  readonly seen?: number | undefined
  readonly answer?: OrderSeen | Refused | undefined
}
export type ReadOrder = Called & {
  readonly is: 'read_order'
  readonly order: string
  readonly answer?: OrderSeen | Refused | undefined
}
/** A page of orders. */
export type ListOrders = Called & {
  readonly is: 'list_orders'
  /** Whose; null for a list of everyone's. */
  readonly of: string | null
  readonly answer?: OrdersSeen | Refused | undefined
}
export type OrdersSeen = { readonly orders: readonly OrderSeen[] }
/** A request of another kind, which only admins may make, or only the services. What it showed or did is not recorded. */
export type UseRoute = Called & {
  readonly is: 'use_route'
  readonly route: string
  readonly access: 'admin' | 'service'
  readonly answer?: Served | Refused | undefined
}
export type Served = { readonly served: true }
export type ReadProduct = Called & {
  readonly is: 'read_product'
  readonly product: string
  readonly answer?: ProductSeen | Refused | undefined
}
export type CreateProduct = Called & {
  readonly is: 'create_product'
  readonly stock: number
  readonly priceMinor: number
  readonly answer?: ProductSeen | Refused | undefined
}
/** The fields that the request had. With `stock` it sets the stock. */
export type EditProduct = Called & {
  readonly is: 'edit_product'
  readonly product: string
  readonly seen?: number | undefined
  readonly stock?: number | undefined
  readonly priceMinor?: number | undefined
  /** It had a name or a description. */
  readonly writesText: boolean
  readonly answer?: ProductSeen | Refused | undefined
}
export type DeleteProduct = Called & {
  readonly is: 'delete_product'
  readonly product: string
  readonly answer?: Deleted | Refused | undefined
}
export type Deleted = { readonly deleted: true }
export type AdjustStock = Called & {
  readonly is: 'adjust_stock'
  readonly key: string | null
  readonly product: string
  readonly delta: number
  readonly answer?: MovementSeen | Refused | undefined
}

export type Operation =
  | PlaceOrder
  | ChangeOrder
  | ReadOrder
  | ListOrders
  | UseRoute
  | ReadProduct
  | CreateProduct
  | EditProduct
  | DeleteProduct
  | AdjustStock

export type StoreLine =
  | { readonly is: 'stores' }
  | ({ readonly is: 'product' } & ProductRecord)
  | ({ readonly is: 'movement' } & MovementRecord)
  | ({ readonly is: 'reservation' } & ReservationRecord)
  | ({ readonly is: 'order' } & OrderRecord)

export type HistoryLine = Header | Operation | StoreLine | End

export type { LineRecord, MovementRecord, OrderRecord, ProductRecord, ReservationRecord }
