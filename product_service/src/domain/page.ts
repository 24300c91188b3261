/** A page of a list, and where the next one begins. */

/**
 * Where a page ended, by the columns of the sort: [id] for newest, [priceMinor, id] for price, [nameKey, id] for name,
 * [rank, id] for relevance (pages.ts).
 */
export type PageKey = readonly (string | number)[]

export type Page<T> = {
  readonly items: readonly T[]
  /** The `after` of the next page, or undefined at the end. */
  readonly next: PageKey | undefined
}
