/**
 * The overview of orders. One is made at a time, a few wait, and the rest is refused, so that it takes little from those who buy; an
 * answer is kept for KEPT_MS, for admins who look at the same page.
 */
import type { App } from '@shop/service_kit/http/app_types'
import { formatMoney } from '@shop/service_kit/money/money'
import { createConcurrencyLimiter } from '@shop/service_kit/runtime/concurrency_limiter'
import { Problem } from '@shop/service_kit/runtime/problem'
import { nextTurn, type Runtime } from '@shop/service_kit/runtime/runtime'
import { type Overview, overviewOf, type Range, SLOTS_MAX } from '../domain/overview.ts'
import type { OrderStore } from '../domain/ports.ts'
import { getOverviewOperation } from './overview_schemas.ts'

export const KEPT_MS = 5_000
const KEPT_MAX = 50
export const WAITING_MAX = 4
const WAIT_MS = 5_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export type OverviewRoutesDeps = {
  readonly orders: Pick<OrderStore, 'listBetween'>
  readonly currency: string
  readonly digits: () => number
  readonly runtime: Pick<Runtime, 'defer' | 'after' | 'monotonic'>
}

type Query = {
  readonly day?: string | undefined
  readonly zone?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly slot?: 'hour' | 'day' | undefined
}

export function overviewRoutes({ orders, currency, digits, runtime }: OverviewRoutesDeps) {
  const limits = { concurrency: 1, queueMax: WAITING_MAX, waitMs: WAIT_MS }
  const limiter = createConcurrencyLimiter({ runtime, what: 'overviews', ...limits })
  const kept = new Map<string, { readonly until: number; readonly overview: Overview }>()

  const overview = (range: Range): Promise<Overview> => {
    const key = JSON.stringify(range)
    const known = () => {
      const found = kept.get(key)
      return found && found.until > runtime.monotonic() ? found.overview : undefined
    }
    const ready = known()
    if (ready) return Promise.resolve(ready)
    return limiter.run(async () => {
      const made = known() ?? (await overviewOf(orders, range, () => nextTurn(runtime)))
      kept.delete(key)
      kept.set(key, { until: runtime.monotonic() + KEPT_MS, overview: made })
      if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value!)
      return made
    })
  }
  const sum = (minor: bigint) => formatMoney(minor, digits())

  return async (app: App) => {
    app.get('/orders/overview', getOverviewOperation, async (request, reply) => {
      const { complete, slots, bestSelling } = await overview(rangeOf(request.query))
      reply.header('cache-control', 'no-store')
      return {
        ...{ currency, currency_digits: digits(), complete },
        slots: slots.map(({ orders, ...slot }) => ({
          ...slot,
          orders: orders.map(({ status, reason, count, totalMinor }) => ({
            status,
            ...(reason === undefined ? {} : { reason }),
            count,
            total_price: sum(totalMinor),
          })),
        })),
        best_selling: bestSelling.map(({ productId, name, quantity, totalMinor }) => ({
          product_id: productId,
          ...{ name, quantity, total_price: sum(totalMinor) },
        })),
      }
    })
  }
}

function rangeOf({ day, zone, from, to, slot }: Query): Range {
  if (day !== undefined && from === undefined && to === undefined && slot === undefined) {
    const start = Math.max(0, Date.parse(`${day}T00:00:00${zone ?? 'Z'}`))
    return { from: start, to: start + DAY_MS, slotMs: HOUR_MS }
  }
  if (day !== undefined || zone !== undefined || from === undefined || to === undefined)
    throw new Problem('validation_failed', 'Name a day, or from and to.')
  const range = { from: Date.parse(from), to: Date.parse(to), slotMs: slot === 'hour' ? HOUR_MS : DAY_MS }
  const length = range.to - range.from
  if (length <= 0 || length > SLOTS_MAX * HOUR_MS)
    throw new Problem('validation_failed', 'to is after from, and at most 31 days.')
  return range
}
