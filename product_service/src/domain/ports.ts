/**
 * What this service needs from a store. Every adapter passes test/*_contract.ts.
 *
 * Each write is atomic and durable before its promise resolves, carries its own condition, and may be
 * called by several processes at once. Any of them may also fail with the kit's `store_unavailable` or
 * `overloaded`; then nothing was changed, unless the answer itself was lost.
 */
import type { AuditStamp, Movement, Product, ProductFields, SeenVersions } from './product.ts'
import type { FinalReservation, Held, Reservation, ReservationRequest } from './reservation.ts'

export const SORTS = ['newest', 'price', '-price', 'name'] as const
export type Sort = (typeof SORTS)[number]
/** A search has an order more, of which lists without words make `newest`. */
export const SEARCH_SORTS = [...SORTS, 'relevance'] as const
export type SearchSort = (typeof SEARCH_SORTS)[number]

/**
 * Where a page ended, by the sort's own columns: [id] of newest, [priceMinor, id] of price, [nameKey, id] of name,
 * [rank, id] of relevance (domain/pages.ts).
 */
export type PageKey = readonly (string | number)[]

export type Page<T> = {
  readonly items: readonly T[]
  /** What to ask for next, or undefined at the end. */
  readonly next: PageKey | undefined
}

export type CatalogueQuery = {
  readonly sort: SearchSort
  /** By queryWords (domain/search.ts). All must occur in name or description: as the beginning of a word, or in another form. */
  readonly words: readonly string[]
  readonly inStock: boolean
  readonly after: PageKey | undefined
  readonly limit: number
}

export type CataloguePage = Page<Product> & {
  /** The words the products were found by, where nothing fits those asked for and these are next to them. */
  readonly searchedFor?: readonly string[]
  /** The index had not followed all changes of texts: asked again, the answer may be another one at the same revision. */
  readonly behind?: boolean
}

export type ProductDraft = { readonly id: string; readonly fields: ProductFields }

/** What is for sale. Removed products are not found by any of these. */
export type Catalogue = {
  /**
   * A number that is another one after any change by anybody: while it stays the same, what was read stays
   * true. Undefined when the store can't tell that at once, without asking a server.
   */
  revision(): number | undefined
  /** Adds a product, and the movement of its first stock. */
  create(draft: ProductDraft, stamp: AuditStamp): Promise<Product>
  /** Adds many in one transaction, newest last; meant for some hundreds at a time. */
  importProducts(drafts: readonly ProductDraft[], stamp: AuditStamp): Promise<void>
  /** Resolves undefined for an unknown id. */
  find(id: string): Promise<Product | undefined>
  /** Fails with `overloaded` when too many searches are under way. */
  list(query: CatalogueQuery): Promise<CataloguePage>
  /** Applies editProduct. Fails with `product_not_found` or `version_conflict`. */
  edit(id: string, fields: Partial<ProductFields>, seen: SeenVersions, stamp: AuditStamp): Promise<Product>
  /** Applies removeProduct. Fails as `edit` does. */
  remove(id: string, seen: SeenVersions, stamp: AuditStamp): Promise<void>
}

export type Adjustment = {
  readonly productId: string
  /** Not 0. */
  readonly delta: number
  readonly note: string
  /** The author's name for this attempt, and what tells another request under it apart. */
  readonly attempt: { readonly key: string; readonly fingerprint: string } | undefined
}

export type Stock = {
  /**
   * Applies adjustStock once per (stamp.by, key); the same again resolves the movement it made, `replayed`.
   * Fails with `idempotency_key_reused` (another fingerprint), `product_not_found`, `insufficient_stock` or
   * `stock_limit_exceeded`.
   */
  adjust(adjustment: Adjustment, stamp: AuditStamp): Promise<{ movement: Movement; replayed: boolean }>
  /** The ledger of a product, removed or not, newest first. Resolves undefined for an unknown id. */
  movements(
    productId: string,
    page: { after: PageKey | undefined; limit: number },
  ): Promise<Page<Movement> | undefined>
  /** Applies decideReservations in one transaction; one reservation per request, in their order. */
  reserve(requests: readonly ReservationRequest[], at: string): Promise<readonly Reservation[]>
  /** Applies releaseReservations; one reservation per id, tombstones included. */
  release(orderIds: readonly string[], at: string): Promise<readonly FinalReservation[]>
  /** Applies shipReservations; undefined for an order never seen. */
  ship(orderIds: readonly string[], at: string): Promise<readonly (FinalReservation | undefined)[]>
}

/** A product whose numbers are not what its history says (invariant 2). */
export type LedgerMismatch = {
  readonly productId: string
  readonly stock: number
  readonly movementsSum: number
  readonly reserved: number
  readonly heldUnits: number
}

/** Reading everything, bit by bit, to compare it. Pages are in the order of ids; `next` undefined means the end. */
export type Audit = {
  /**
   * Compares the next `limit` products, removed ones included, with their movements and held reservations.
   * One that is changed all the while can't be compared and is not counted in `checked`.
   */
  ledgerMismatches(
    after: string | undefined,
    limit: number,
  ): Promise<{ mismatches: readonly LedgerMismatch[]; checked: number; next: string | undefined }>
  /** `unreadable`: order ids of those, whatever their status, that are in the store and cannot be read. */
  heldReservations(
    after: string | undefined,
    limit: number,
  ): Promise<{
    reservations: readonly Held[]
    unreadable: readonly string[]
    next: string | undefined
  }>
}

export type Stores = {
  readonly catalogue: Catalogue
  readonly stock: Stock
  readonly audit: Audit
  /** Digits its amounts count. Throws `store_unavailable` while the store was not reached yet. */
  digits(): number
  /** Rejects with `store_unavailable` when the store can't be used. */
  check(): Promise<void>
  close(): Promise<void>
}
