/** A history, arranged by product and by order: what the checks read. Operations are named by their index in `operations`. */
import type { StoreRecords } from '../system/invariants.ts'
import type { Epochs } from './epochs.ts'
import type {
  MovementRecord,
  Operation,
  OrderRecord,
  OrderSeen,
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

export const isRefused = (answer: object | undefined): answer is Refused =>
  answer !== undefined && 'refused' in answer
