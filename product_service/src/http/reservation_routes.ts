/**
 * Stock operations for order_service, many orders in one call. Each answer is durable before it is sent, and a repeated
 * call gets the same answer. An order that fails is `unanswered` and does not affect the others.
 */
import type { App } from '@shop/service_kit/http/app_types'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { FastifyBaseLogger } from 'fastify'
import type { Stock } from '../domain/ports.ts'
import { answerEach } from './answer_each.ts'
import type { Prices } from './product_views.ts'
import type { ReservationMetrics } from './reservation_metrics.ts'
import {
  addReturnedUnitsOperation,
  releaseOperation,
  requestOf,
  reservationView,
  reserveOperation,
  shipOperation,
  unansweredView,
} from './reservation_schemas.ts'

export type ReservationRoutesDeps = {
  readonly stock: Stock
  readonly prices: Prices
  readonly metrics: ReservationMetrics
  readonly runtime: Pick<Runtime, 'now' | 'monotonic'>
  readonly reached: (place: string) => void
}

/** BATCH_MAX orders of LINES_MAX lines fit. */
const BATCH_BYTES_MAX = 2 * 1024 * 1024
const UNANSWERED = 'one order of a batch failed'

export function reservationRoutes({ stock, prices, metrics, runtime, reached }: ReservationRoutesDeps) {
  const { now, monotonic } = runtime
  return async (app: App) => {
    app.post(
      '/internal/reservations',
      { ...reserveOperation, bodyLimit: BATCH_BYTES_MAX },
      async (request) => {
        const requests = request.body.reservations.map((reservation) => requestOf(reservation, prices))
        const startedAt = monotonic()
        const at = now().toISOString()
        const outcomes = await answerEach(
          requests,
          (some) => stock.reserve(some, at),
          (err, { orderId }) => request.log.error({ err, order_id: orderId }, UNANSWERED),
        )
        reached('reservations_committed')
        const decided = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []))
        metrics.observeBatch(decided, (monotonic() - startedAt) / 1000)
        return {
          results: outcomes.map((outcome, i) =>
            outcome.ok
              ? reservationView(outcome.value, prices)
              : unansweredView(requests[i]!.orderId, prices),
          ),
        }
      },
    )

    app.post(
      '/internal/restocks',
      { ...addReturnedUnitsOperation, bodyLimit: BATCH_BYTES_MAX },
      async ({ body, log }) => {
        const at = now().toISOString()
        const requests = body.restocks.map(({ receipt_id, order_id, lines }) => ({
          ...{ receiptId: receipt_id, orderId: order_id },
          lines: lines.map(({ product_id, quantity }) => ({ productId: product_id, quantity })),
        }))
        const outcomes = await answerEach(
          requests,
          (some) => stock.restock(some, at),
          (err, { orderId }) => log.error({ err, order_id: orderId }, UNANSWERED),
        )
        reached('restocks_committed')
        return {
          results: outcomes.map((outcome, i) => ({
            receipt_id: requests[i]!.receiptId,
            status: outcome.ok ? outcome.value : ('unanswered' as const),
          })),
        }
      },
    )

    app.post('/internal/releases', releaseOperation, async ({ body, log }) => {
      const released = await statusOfEach(body.order_ids, log, stock.release, ({ status }) => status)
      reached('releases_committed')
      return released
    })

    app.post('/internal/shipments', shipOperation, async ({ body, log }) => {
      const shipped = await statusOfEach(body.order_ids, log, stock.ship, (one) => one?.status ?? 'unknown')
      reached('shipments_committed')
      return shipped
    })
  }

  /** The status of each order after `work`, or `unanswered`. */
  async function statusOfEach<Answer, Status extends string>(
    orderIds: readonly string[],
    log: FastifyBaseLogger,
    work: (orderIds: readonly string[], at: string) => Promise<readonly Answer[]>,
    statusOf: (answer: Answer) => Status,
  ) {
    const at = now().toISOString()
    const outcomes = await answerEach(
      orderIds,
      (some) => work(some, at),
      (err, orderId) => log.error({ err, order_id: orderId }, UNANSWERED),
    )
    return {
      results: outcomes.map((outcome, i) => ({
        order_id: orderIds[i]!,
        status: outcome.ok ? statusOf(outcome.value) : ('unanswered' as const),
      })),
    }
  }
}
