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

const HOUR_MS = 60 * 60 * 1_000
const DAY_MS = 24 * HOUR_MS
/** 30 days of a calendar have an hour more when summer time ends among them; the law asks for no less than 30 days. */
const PRICE_HISTORY_MS = PRICE_HISTORY_DAYS * DAY_MS + HOUR_MS

/** A price, and whether it was one: that of a product that was not on sale was none. */
type Asked = { readonly minor: number; readonly hidden: boolean }

/** The history after a change of the price, or of whether the product is on sale. A price of a draft is never in it. */
export function recordPrice(prices: PricesBefore, before: Asked, after: Asked, at: string): PricesBefore {
  const isOther = before.minor !== after.minor
  const ended = !before.hidden && (isOther || after.hidden)
  if (!ended && !isOther) return prices
  const since = new Date(Date.parse(at) - PRICE_HISTORY_MS).toISOString()
  const known = prices.changes.filter(({ until }) => until > since)
  const changes = ended ? merged([...known, { minor: before.minor, until: at }]) : known
  // It only left sale: its last reduction is still the last one.
  if (!isOther) return { changes, lowestMinor: prices.lowestMinor }
  const last = changes.at(-1)
  const isReduced = last !== undefined && after.minor < last.minor
  return { changes, lowestMinor: isReduced ? Math.min(...changes.map(({ minor }) => minor)) : null }
}

function merged(changes: readonly PriceBefore[]): readonly PriceBefore[] {
  if (changes.length <= PRICE_CHANGES_MAX) return changes
  const [oldest, next, ...rest] = changes as [PriceBefore, PriceBefore, ...PriceBefore[]]
  return [{ minor: Math.min(oldest.minor, next.minor), until: next.until }, ...rest]
}
