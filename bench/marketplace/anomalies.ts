/**
 * Anomalies of a run: what the clients saw compared with itself, in the order of real time, and with the stores. Each is a
 * sentence that begins with its kind. None may be found.
 *
 * Stock: the units that the clients bought are missing from the stock of each product, no more and no fewer.
 */
import { brokenPromises, faultsOf, type SeenOrder, type StoreRecords } from '../../tests/system/invariants.ts'
import { pageAnomalies } from './page_anomalies.ts'
import { priceAnomalies } from './price_anomalies.ts'
import type { MarketRecord, Window } from './record.ts'

export function anomaliesOf(record: MarketRecord, stores: StoreRecords): string[] {
  return [
    ...record.wrong.map((sentence) => `wrong answer: ${sentence}`),
    ...faultsOf(stores).map((sentence) => `stores, invariant ${withoutWord(sentence)}`),
    ...brokenPromises(stores, seenOrders(record)).map(
      (sentence) => `promise, invariant ${withoutWord(sentence)}`,
    ),
    ...unknownOrders(record, stores),
    ...stockAnomalies(record, stores),
    ...priceAnomalies(record, stores.products),
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
