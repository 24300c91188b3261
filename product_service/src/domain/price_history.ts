/**
 * The prices that a product had, for the lowest price of the last 30 days before a reduction, which shops in the EU must
 * show beside a reduced price (Directive 98/6/EC, Article 6a, by Directive (EU) 2019/2161).
 *
 * `changes` are the prices that were in effect at some time in the 30 days before the last change, oldest first; each was in
 * effect until `until`. So the list is short, and needs no purge of its own.
 */
export const PRICE_HISTORY_DAYS = 30
/** More changes than that in 30 days: neighbours become one, with the lower price. It never becomes a higher one. */
export const PRICE_CHANGES_MAX = 100

export type PriceBefore = { readonly minor: number; readonly until: string }

export type PricesBefore = {
  readonly changes: readonly PriceBefore[]
  /** The lowest price in the 30 days before the last reduction; null if the last change was no reduction. */
  readonly lowestMinor: number | null
}

const DAY_MS = 24 * 60 * 60 * 1_000

/** The history after the price changed from `before` to `after`. */
export function recordPrice(prices: PricesBefore, before: number, after: number, at: string): PricesBefore {
  const since = new Date(Date.parse(at) - PRICE_HISTORY_DAYS * DAY_MS).toISOString()
  const changes = merged([
    ...prices.changes.filter(({ until }) => until > since),
    { minor: before, until: at },
  ])
  const lowest = Math.min(...changes.map(({ minor }) => minor))
  return { changes, lowestMinor: after < before ? lowest : null }
}

function merged(changes: readonly PriceBefore[]): readonly PriceBefore[] {
  if (changes.length <= PRICE_CHANGES_MAX) return changes
  const [oldest, next, ...rest] = changes as [PriceBefore, PriceBefore, ...PriceBefore[]]
  return [{ minor: Math.min(oldest.minor, next.minor), until: next.until }, ...rest]
}
