/**
 * What this service needs from a store. Every adapter passes test/*_contract.ts.
 *
 * Each write is atomic, includes its own condition, is durable before its promise resolves, and may be called by several
 * processes at once. Every call may also fail with the kit's `store_unavailable` or `overloaded`; then nothing was
 * changed, unless only the answer was lost.
 *
 * Changes by admins and by the operator are recorded in the audit log in the same step (audit.ts): `create`, `createAll`,
 * `importProducts`, `edit`, `remove`, `publish`, `adjust` and `recover`. What changes nothing is not recorded.
 */

import type { AnyProducts } from './any_products.ts'
import type { Categories } from './category_ports.ts'
import type { Groups, Scheduled } from './group_ports.ts'
import type { Exported, Imports } from './import_ports.ts'
import type { Lease } from './lease.ts'
import type { Listings } from './listings.ts'
import type { MediaFiles, MediaRecords } from './media_ports.ts'
import type { Page, PageKey } from './page.ts'
import type { AuditStamp, Movement, Product, ProductFields, SeenVersions } from './product.ts'
import type { LostReservation, NotRecovered } from './recovering.ts'
import type { FinalReservation, Held, Reservation, ReservationRequest } from './reservation.ts'
import type { RestockAnswer, RestockRequest } from './restocking.ts'
import type { ShopStore } from './shop_ports.ts'
import type { SlugOwner } from './slug.ts'
import type { SearchSort } from './sorts.ts'
import type { EventKind, UnpublishedProducts } from './unpublished.ts'

export type CatalogueQuery = {
  readonly sort: SearchSort
  /** Made by queryWords (search.ts). Each must begin a word of name or description, or be another form of one. */
  readonly words: readonly string[]
  readonly inStock: boolean
  readonly after: PageKey | undefined
  readonly limit: number
}

export type CataloguePage = Page<Product> & {
  /** The corrected words that found the products, if the words of the query found nothing. */
  readonly searchedFor?: readonly string[]
  /** The index did not include all changes yet: the answer may change without a new revision. */
  readonly behind?: boolean
}

export type ProductDraft = { readonly id: string; readonly fields: ProductFields }

/** Products. Only the methods that say so find hidden ones, and none a removed one. */
export type Catalogue = {
  /**
   * A number that differs after any change by any process: while it is the same, what was read is still true.
   * Undefined if the store cannot know this without a request to a server.
   */
  revision(): number | undefined
  /** Adds a product and the movement of its initial stock. Fails as newProduct does. */
  create(draft: ProductDraft, stamp: AuditStamp): Promise<Product>
  /** Adds all of them or none. */
  createAll(drafts: readonly ProductDraft[], stamp: AuditStamp): Promise<readonly Product[]>
  /** Adds several hundred products in one transaction, newest last. */
  importProducts(drafts: readonly ProductDraft[], stamp: AuditStamp): Promise<void>
  /** Resolves undefined for an unknown id. */
  find(id: string): Promise<Product | undefined>
  /** Hidden ones too. */
  findAny(id: string): Promise<Product | undefined>
  /** Those of at most IDS_MAX ids that are on sale, in the order of the ids. */
  findMany(ids: readonly string[]): Promise<readonly Product[]>
  /** Hidden ones too (any_products.ts). `after` is the key of the order, which may be of a product that is not on the page. */
  listAny(which: AnyProducts, page: { after: PageKey | undefined; limit: number }): Promise<Page<Product>>
  /** Fails with `overloaded` when too many searches are running. */
  list(query: CatalogueQuery): Promise<CataloguePage>
  /** Applies editProduct, also to a hidden product. Fails with `product_not_found`, or as editProduct does. */
  edit(id: string, fields: Partial<ProductFields>, seen: SeenVersions, stamp: AuditStamp): Promise<Product>
  /** Applies removeProduct. Fails as `edit` does. */
  remove(id: string, seen: SeenVersions, stamp: AuditStamp): Promise<void>
  /** Undefined for a slug that nothing had. */
  slugOwner(slug: string): Promise<SlugOwner | undefined>
} & Scheduled

export const IDS_MAX = 100

export type Adjustment = {
  readonly productId: string
  /** Not 0. */
  readonly delta: number
  readonly note: string
  /** The author's idempotency key, and the fingerprint of the request sent under it. */
  readonly attempt: { readonly key: string; readonly fingerprint: string } | undefined
  /** The only version to which it may be applied; without one, to any. */
  readonly version?: number
}

export type Stock = {
  /**
   * Applies adjustStock once per (stamp.by, key). A repetition resolves the first movement, with `replayed`.
   * Fails with `idempotency_key_reused` (another fingerprint), `product_not_found`, `version_conflict`,
   * `insufficient_stock` or `stock_limit_exceeded`.
   */
  adjust(adjustment: Adjustment, stamp: AuditStamp): Promise<{ movement: Movement; replayed: boolean }>
  /** The ledger of a product, newest first, also of a removed one. Resolves undefined for an unknown id. */
  movements(
    productId: string,
    page: { after: PageKey | undefined; limit: number },
  ): Promise<Page<Movement> | undefined>
  /** Applies decideReservations in one transaction. Resolves one reservation per request, in order. */
  reserve(requests: readonly ReservationRequest[], at: string): Promise<readonly Reservation[]>
  /** Applies releaseReservations. Resolves one reservation per id, tombstones included. */
  release(orderIds: readonly string[], at: string): Promise<readonly FinalReservation[]>
  /** Applies shipReservations. Resolves one reservation per id, undefined for an unknown order. */
  ship(orderIds: readonly string[], at: string): Promise<readonly (FinalReservation | undefined)[]>
  /** Applies restockReturns. Resolves one answer per request, in order. */
  restock(requests: readonly RestockRequest[], at: string): Promise<readonly RestockAnswer[]>
  /** Applies recoverReservations in one transaction. Resolves one answer per order, in order. */
  recover(lost: readonly LostReservation[], at: string): Promise<readonly (Reservation | NotRecovered)[]>
}

/** A product whose numbers differ from its history (invariant 2). */
export type LedgerMismatch = {
  readonly productId: string
  readonly stock: number
  readonly movementsSum: number
  readonly reserved: number
  readonly heldUnits: number
}

export const balances = ({ stock, movementsSum, reserved, heldUnits }: LedgerMismatch): boolean =>
  stock === movementsSum && reserved === heldUnits

/** Reads everything in pages, to compare it. Pages are in the order of ids; `next` is undefined at the end. */
export type Audit = {
  /**
   * Compares the next `limit` products, removed ones included, with their movements and held reservations.
   * `checked` leaves out products that changed during each attempt to compare them.
   */
  ledgerMismatches(
    after: string | undefined,
    limit: number,
  ): Promise<{ mismatches: readonly LedgerMismatch[]; checked: number; next: string | undefined }>
  /** `unreadable` lists the order ids of stored reservations, of any status, that cannot be read. */
  heldReservations(
    after: string | undefined,
    limit: number,
  ): Promise<{
    reservations: readonly Held[]
    unreadable: readonly string[]
    next: string | undefined
  }>
  /** The stored reservations of these orders, of any status, by order id. Those that cannot be read are left out. */
  reservationsOf(orderIds: readonly string[]): Promise<ReadonlyMap<string, Reservation>>
}

/** Old records of one kind: a RetentionSource of the kit. */
export type Retained<Item> = {
  readonly kind: 'movement' | 'attempt' | 'reservation'
  /** At most `limit` records from before `before`, after the position `after`. `next` is undefined at the end. */
  due(
    before: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>
  /** Resolves how many were removed; those that are gone, or changed, are not counted. */
  remove(items: readonly Item[]): Promise<number>
}

export type Old = {
  /** Runs of movements, which are replaced by opening balances, and the idempotency keys of the adjustments among them. */
  readonly movements: readonly Retained<unknown>[]
  /**
   * Reservations that never held anything: rejected ones, and releases that came first. The others have movements, and their
   * orders are compared with them; they stay.
   */
  readonly reservations: readonly Retained<Reservation>[]
  readonly lease: Lease
}

export type Stores = {
  readonly shop: ShopStore
  readonly old: Old
  readonly catalogue: Catalogue
  readonly groups: Groups
  readonly categories: Categories
  readonly listings: Listings
  readonly stock: Stock
  readonly imports: Imports
  readonly exported: Exported
  /** Of the worker on the open import. */
  readonly importLease: Lease
  readonly audit: Audit
  unpublished(kind: EventKind): UnpublishedProducts
  /** Of the one replica that publishes these events. */
  relayLease(kind: EventKind): Lease
  readonly media: { readonly records: MediaRecords; readonly files: MediaFiles }
  /** Digits after the point of its amounts. Throws `store_unavailable` until the store was reached once. */
  digits(): number
  /** Rejects with `store_unavailable` when the store can't be used. */
  check(): Promise<void>
  close(): Promise<void>
}
