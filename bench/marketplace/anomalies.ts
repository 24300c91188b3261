/**
 * Anomalies of a run: what the clients saw compared with itself, in the order of real time, and with the stores. Each is a
 * sentence that begins with its kind. None may be found.
 *
 * Prices: the edits of a product are ordered by the versions they made. A price was possible in a window if its edit
 * was called before the window ended, and the next edit was not yet answered when it began.
 * Pages: an order that was answered before a page was asked for, and did not move until it was read, is on it; and
 * none is on it that had moved on before.
 * Stock: the units that the clients bought are missing from the stock of each product, no more and no fewer.
 */
import { brokenPromises, faultsOf, type SeenOrder, type StoreRecords } from '../../tests/system/invariants.ts'
import type { MarketRecord, OrderPage, PriceChange, Sale, Window } from './record.ts'

export function anomaliesOf(record: MarketRecord, stores: StoreRecords): string[] {
  const prices = orderedPrices(record)
  return [
    ...record.wrong.map((sentence) => `wrong answer: ${sentence}`),
    ...faultsOf(stores).map((sentence) => `stores, invariant ${withoutWord(sentence)}`),
    ...brokenPromises(stores, seenOrders(record)).map(
      (sentence) => `promise, invariant ${withoutWord(sentence)}`,
    ),
    ...unknownOrders(record, stores),
    ...stockAnomalies(record, stores),
    ...saleAnomalies(record, prices),
    ...readAnomalies(record, prices),
    ...finalPrices(prices, stores.products),
    ...pageAnomalies(record),
  ]
}

/** The number of anomalies by kind. */
export function countAnomalies(anomalies: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const sentence of anomalies) {
    const kind = sentence.slice(0, sentence.indexOf(':'))
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return counts
}

const withoutWord = (sentence: string) => sentence.replace(/^Invariant /, '')

/** Every status that an answer showed. */
function seenOrders({ sales }: MarketRecord): SeenOrder[] {
  return [...sales.values()].flatMap(({ id, userId, key, lines, rejection, shipped, delivered }) => {
    const answered = (window: Window | undefined) =>
      window !== undefined && Number.isFinite(window.returnedAt)
    const statuses = [
      rejection === undefined ? 'confirmed' : 'rejected',
      ...(answered(shipped) ? ['shipped'] : []),
      ...(answered(delivered) ? ['delivered'] : []),
    ]
    return statuses.map((status) => ({ orderId: id, userId, key, status, lines }))
  })
}

/** Every request was answered in the end, so there is no order that no client knows. */
function unknownOrders({ sales }: MarketRecord, { orders }: StoreRecords): string[] {
  return orders
    .filter(({ id }) => !sales.has(id))
    .map(({ id, key }) => `order of no client: ${id}, key ${key}`)
}

function stockAnomalies({ sales, stocked }: MarketRecord, { products }: StoreRecords): string[] {
  const left = new Map(stocked)
  const reserved = new Map<string, number>()
  for (const { rejection, lines, shipped } of sales.values()) {
    if (rejection !== undefined) continue
    for (const { productId, quantity } of lines) {
      left.set(productId, (left.get(productId) ?? 0) - quantity)
      if (shipped === undefined) reserved.set(productId, (reserved.get(productId) ?? 0) + quantity)
    }
  }
  return products.flatMap(({ id, ...product }) => {
    // Made by an attempt whose answer was lost.
    if (!stocked.has(id)) return []
    const expected = { stock: left.get(id)!, reserved: reserved.get(id) ?? 0 }
    return product.stock === expected.stock && product.reserved === expected.reserved
      ? []
      : [
          `stock: ${id} has ${product.stock} and ${product.reserved} reserved, by the answers ${expected.stock} and ${expected.reserved}`,
        ]
  })
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

function readAnomalies({ reads }: MarketRecord, prices: Prices): string[] {
  return reads.flatMap((read) =>
    possiblePrices(prices, read.productId, read).has(read.priceMinor)
      ? []
      : [`read: ${read.productId} was shown at ${read.priceMinor}, which it did not cost then`],
  )
}

/** The last edit is what is stored, and no two made one version (invariant 7). */
function finalPrices({ known, unsure }: Prices, stored: StoreRecords['products']): string[] {
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

/** Since when, and until when at the earliest, an order had the status of a page. */
const spanOf = (status: OrderPage['status'], { placed, shipped, delivered }: Sale) =>
  status === 'confirmed' ? { since: placed, until: shipped } : { since: shipped, until: delivered }

function pageAnomalies({ sales, pages }: MarketRecord): string[] {
  const sold = [...sales.values()]
    .filter(({ rejection }) => rejection === undefined)
    .sort((one, other) => (one.id < other.id ? -1 : 1))
  return pages.flatMap((page) => [...shownTooLate(page, sales), ...missing(page, sold)])
}

function shownTooLate({ status, ids, calledAt }: OrderPage, sales: ReadonlyMap<string, Sale>): string[] {
  return ids.flatMap((id) => {
    const sale = sales.get(id)
    // Not answered yet when the run ended.
    if (sale === undefined) return []
    const { until } = spanOf(status, sale)
    return until !== undefined && until.returnedAt < calledAt
      ? [`stale page: order ${id} was listed as ${status} after it had moved on`]
      : []
  })
}

/** Ids are made in the order of time: an order with a later id than one placed after the page was read is none of it. */
function missing({ status, ids, full, calledAt, returnedAt }: OrderPage, sold: readonly Sale[]): string[] {
  const shown = new Set(ids)
  const oldest = full ? ids.at(-1)! : ''
  const anomalies: string[] = []
  for (let i = firstAfter(sold, oldest); i < sold.length; i++) {
    const sale = sold[i]!
    if (sale.placed.calledAt > returnedAt + CLOCKS_DIFFER_MS) break
    const { since, until } = spanOf(status, sale)
    const wasThere = since !== undefined && since.returnedAt < calledAt
    const stayed = until === undefined || until.calledAt > returnedAt
    if (wasThere && stayed && !shown.has(sale.id)) {
      anomalies.push(`missing in a page: order ${sale.id} was ${status}`)
    }
  }
  return anomalies
}

/** Of the clocks that make ids, and of ids of one millisecond. */
const CLOCKS_DIFFER_MS = 20

function firstAfter(sold: readonly Sale[], id: string): number {
  let low = 0
  let high = sold.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sold[middle]!.id > id) high = middle
    else low = middle + 1
  }
  return low
}
