/**
 * Pages of the dashboard: an order that was answered before a page was asked for, and did not move until it was read, is on it;
 * and none is on it that had moved on before.
 */
import type { MarketRecord, OrderPage, Sale } from './record.ts'

/** Since when, and until when at the earliest, an order had the status of a page. */
const spanOf = (status: OrderPage['status'], { placed, shipped, delivered }: Sale) =>
  status === 'confirmed' ? { since: placed, until: shipped } : { since: shipped, until: delivered }

export function pageAnomalies({ sales, pages }: MarketRecord): string[] {
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
