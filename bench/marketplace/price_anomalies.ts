/**
 * What was sold, refused and shown, against the prices of that time.
 *
 * The edits of a product are ordered by the versions that they made. A price was possible in a window if its edit was called
 * before the window ended, and the next edit was not yet answered when it began.
 */
import type { ProductRecord } from '../../tests/system/invariants.ts'
import type { MarketRecord, PriceChange, Window } from './record.ts'

export function priceAnomalies(record: MarketRecord, stored: readonly ProductRecord[]): string[] {
  const prices = orderedPrices(record)
  return [...saleAnomalies(record, prices), ...readAnomalies(record, prices), ...finalPrices(prices, stored)]
}

type Prices = {
  readonly known: ReadonlyMap<string, readonly PriceChange[]>
  /** Edits whose outcome no answer says. */
  readonly unsure: ReadonlyMap<string, readonly PriceChange[]>
}

function orderedPrices({ prices }: MarketRecord): Prices {
  const isKnown = ({ version }: PriceChange) => version !== undefined
  const grouped = (changes: readonly PriceChange[]) => Map.groupBy(changes, ({ productId }) => productId)
  const known = grouped(prices.filter(isKnown))
  for (const changes of known.values()) changes.sort((one, other) => one.version! - other.version!)
  return { known, unsure: grouped(prices.filter((change) => !isKnown(change))) }
}

function possiblePrices(
  { known, unsure }: Prices,
  productId: string,
  { calledAt, returnedAt }: Window,
): Set<number> {
  const possible = new Set<number>()
  const changes = known.get(productId) ?? []
  for (let i = 0; i < changes.length; i++) {
    const ended = changes[i + 1]?.returnedAt ?? Number.POSITIVE_INFINITY
    if (changes[i]!.calledAt < returnedAt && ended > calledAt) possible.add(changes[i]!.priceMinor)
  }
  for (const change of unsure.get(productId) ?? []) {
    if (change.calledAt < returnedAt) possible.add(change.priceMinor)
  }
  return possible
}

/** What was sold was on sale, at a price of that time; what was refused had a reason at that time. */
function saleAnomalies({ sales, removals }: MarketRecord, prices: Prices): string[] {
  const removed = new Map(removals.map((removal) => [removal.productId, removal]))
  const anomalies: string[] = []
  for (const { id, lines, placed, rejection } of sales.values()) {
    let changing = false
    let gone = false
    for (const { productId, unitPriceMinor } of lines) {
      const removal = removed.get(productId)
      if (removal && removal.calledAt < placed.returnedAt) gone = true
      const possible = possiblePrices(prices, productId, placed)
      if (possible.size > 1 || !possible.has(unitPriceMinor)) changing = true
      if (rejection !== undefined) continue
      if (!possible.has(unitPriceMinor)) {
        anomalies.push(
          `price: order ${id} paid ${unitPriceMinor} for ${productId}, which cost ${[...possible]}`,
        )
      }
      if (removal && removal.returnedAt < placed.calledAt) {
        anomalies.push(`product that had left: ${productId} in order ${id}`)
      }
    }
    if (rejection === 'price_changed' && !changing) {
      anomalies.push(`refusal: order ${id} was refused as price_changed, and no price had changed`)
    }
    if (rejection === 'product_not_found' && !gone) {
      anomalies.push(`refusal: order ${id} was refused as product_not_found, and all were on sale`)
    }
  }
  return anomalies
}

/** A product is shown at a price of that time, and not as it was before an edit that had been answered. */
function readAnomalies({ reads }: MarketRecord, prices: Prices): string[] {
  return reads.flatMap((read) => {
    const { productId, priceMinor, version } = read
    const known = (prices.known.get(productId) ?? []).filter(({ returnedAt }) => returnedAt < read.calledAt)
    const latest = known.at(-1)?.version ?? 0
    return [
      ...(possiblePrices(prices, productId, read).has(priceMinor)
        ? []
        : [`read: ${productId} was shown at ${priceMinor}, which it did not cost then`]),
      ...(version < latest
        ? [`read: version ${version} of ${productId} was shown after version ${latest} had been answered`]
        : []),
    ]
  })
}

/** The last edit is what is stored, and no two made one version (invariant 7). */
function finalPrices({ known, unsure }: Prices, stored: readonly ProductRecord[]): string[] {
  return stored.flatMap(({ id, priceMinor }) => {
    const changes = known.get(id) ?? []
    const twice = new Set(changes.map(({ version }) => version)).size !== changes.length
    const last = changes.at(-1)
    const isLost = last !== undefined && last.priceMinor !== priceMinor && !unsure.has(id)
    return [
      ...(twice ? [`lost update: two edits of ${id} made one version`] : []),
      ...(isLost ? [`lost update: ${id} costs ${priceMinor} after its last edit to ${last.priceMinor}`] : []),
    ]
  })
}
