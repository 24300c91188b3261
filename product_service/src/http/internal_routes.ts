/**
 * What order_service asks of stock, many orders in one call. Each answer is durable before it is given, and
 * asking again gives the same answer. An order that cannot be answered is `unanswered`, and no other for it.
 */
import type { App } from '@shop/service_kit/http/app'
import { Body, Id, Money, MoneyInput, problemResponses } from '@shop/service_kit/http/schemas'
import { formatMoney, readWritten } from '@shop/service_kit/money/money'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import Type, { type Static } from 'typebox'
import type { Stock } from '../domain/ports.ts'
import {
  BATCH_MAX,
  LINES_MAX,
  QUANTITY_MAX,
  REJECTIONS,
  type Reservation,
  type ReservationRequest,
} from '../domain/reservation.ts'
import { recordOf } from '../domain/reservation_record.ts'
import { answerEach } from './answer_each.ts'
import { PROBLEMS } from './problems.ts'
import { Currency, type Prices } from './product_views.ts'
import type { ReservationMetrics } from './reservation_metrics.ts'

export type InternalRoutesDeps = {
  readonly stock: Stock
  readonly prices: Prices
  readonly metrics: ReservationMetrics
  readonly runtime: Pick<Runtime, 'now' | 'monotonic'>
  readonly reached: (place: string) => void
}

/** BATCH_MAX orders of LINES_MAX lines fit. */
const BATCH_BYTES_MAX = 1024 * 1024
const UNANSWERED = 'an order could not be answered, and failed alone'
/** Equals no sum of prices. */
const NO_AMOUNT = -1
const tags = ['internal']
const PROBLEMS_OF_ALL = [
  'unauthenticated',
  'validation_failed',
  'malformed_body',
  'body_too_large',
  'store_unavailable',
  'overloaded',
] as const

const Quantity = Type.Integer({ minimum: 1, maximum: QUANTITY_MAX })

const ReservationsBody = Body({
  reservations: Type.Array(
    Body({
      order_id: Id,
      lines: Type.Array(Body({ product_id: Id, quantity: Quantity }), { minItems: 1, maxItems: LINES_MAX }),
      total_price: MoneyInput,
    }),
    { minItems: 1, maxItems: BATCH_MAX },
  ),
})
type ReservationsBody = Static<typeof ReservationsBody>

const OrderIdsBody = Body({ order_ids: Type.Array(Id, { minItems: 1, maxItems: BATCH_MAX }) })

const ReservationView = Type.Object({
  order_id: Id,
  status: Type.Enum(['held', 'rejected', 'released', 'shipped', 'unanswered']),
  currency: Currency,
  lines: Type.Optional(
    Type.Array(
      Type.Object({ product_id: Id, name: Type.String(), unit_price: Money, quantity: Type.Integer() }),
      { description: 'Only when held or shipped' },
    ),
  ),
  total_price: Type.Optional(Money),
  reason: Type.Optional(Type.Enum([...REJECTIONS])),
  shortages: Type.Array(
    Type.Object({ product_id: Id, requested: Type.Integer(), available: Type.Integer() }),
  ),
  unknown_products: Type.Array(Id),
})
type ReservationView = Static<typeof ReservationView>

const Results = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Object({ results: Type.Array(item, { description: 'One for each, in their order' }) })

const ReleaseView = Type.Object({
  order_id: Id,
  status: Type.Enum(['released', 'rejected', 'shipped', 'unanswered']),
})
const ShipmentView = Type.Object({
  order_id: Id,
  status: Type.Enum(['shipped', 'released', 'rejected', 'unknown', 'unanswered']),
})

export function internalRoutes({ stock, prices, metrics, runtime, reached }: InternalRoutesDeps) {
  const { now, monotonic } = runtime
  return async (scope: App) => {
    scope.post(
      '/internal/reservations',
      {
        config: { access: 'service' },
        bodyLimit: BATCH_BYTES_MAX,
        schema: {
          tags,
          summary: 'Hold stock for orders, each whole or not at all',
          operationId: 'reserve',
          body: ReservationsBody,
          response: { 200: Results(ReservationView), ...problemResponses(PROBLEMS, ...PROBLEMS_OF_ALL) },
        },
      },
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
            outcome.ok ? reservationView(outcome.value, prices) : unanswered(requests[i]!.orderId, prices),
          ),
        }
      },
    )

    scope.post(
      '/internal/releases',
      {
        config: { access: 'service' },
        schema: {
          tags,
          summary: 'Give back what orders hold; one never seen is remembered, so that it takes nothing later',
          operationId: 'release',
          body: OrderIdsBody,
          response: { 200: Results(ReleaseView), ...problemResponses(PROBLEMS, ...PROBLEMS_OF_ALL) },
        },
      },
      async (request) => {
        const orderIds = request.body.order_ids
        const at = now().toISOString()
        const outcomes = await answerEach(
          orderIds,
          (some) => stock.release(some, at),
          (err, orderId) => request.log.error({ err, order_id: orderId }, UNANSWERED),
        )
        reached('releases_committed')
        return {
          results: outcomes.map((outcome, i) => ({
            order_id: orderIds[i]!,
            status: outcome.ok ? outcome.value.status : ('unanswered' as const),
          })),
        }
      },
    )

    scope.post(
      '/internal/shipments',
      {
        config: { access: 'service' },
        schema: {
          tags,
          summary: 'What orders hold has left the house',
          operationId: 'ship',
          body: OrderIdsBody,
          response: { 200: Results(ShipmentView), ...problemResponses(PROBLEMS, ...PROBLEMS_OF_ALL) },
        },
      },
      async (request) => {
        const orderIds = request.body.order_ids
        const at = now().toISOString()
        const outcomes = await answerEach(
          orderIds,
          (some) => stock.ship(some, at),
          (err, orderId) => request.log.error({ err, order_id: orderId }, UNANSWERED),
        )
        reached('shipments_committed')
        return {
          results: outcomes.map((outcome, i) => ({
            order_id: orderIds[i]!,
            status: outcome.ok ? (outcome.value?.status ?? ('unknown' as const)) : ('unanswered' as const),
          })),
        }
      },
    )
  }
}

const unanswered = (orderId: string, { currency }: Prices): ReservationView => ({
  order_id: orderId,
  status: 'unanswered',
  currency,
  shortages: [],
  unknown_products: [],
})

/** A total that this currency can't express is no reason to refuse the whole batch; it just equals no sum. */
const requestOf = (
  { order_id, lines, total_price }: ReservationsBody['reservations'][number],
  { digits }: Prices,
): ReservationRequest => ({
  orderId: order_id,
  lines: lines.map(({ product_id, quantity }) => ({ productId: product_id, quantity })),
  totalMinor: readWritten(total_price, digits()) ?? NO_AMOUNT,
})

function reservationView(reservation: Reservation, prices: Prices): ReservationView {
  const digits = prices.digits()
  const { orderId, status, lines, totalMinor, reason, shortages, unknownProducts } = recordOf(reservation)
  return {
    order_id: orderId,
    status,
    currency: prices.currency,
    ...(status !== 'held' && status !== 'shipped'
      ? {}
      : {
          lines: lines.map(({ productId, name, unitPriceMinor, quantity }) => ({
            product_id: productId,
            name,
            unit_price: formatMoney(unitPriceMinor, digits),
            quantity,
          })),
        }),
    ...(totalMinor === null ? {} : { total_price: formatMoney(totalMinor, digits) }),
    ...(reason === null ? {} : { reason }),
    shortages: shortages.map(({ productId, requested, available }) => ({
      product_id: productId,
      requested,
      available,
    })),
    unknown_products: [...unknownProducts],
  }
}
