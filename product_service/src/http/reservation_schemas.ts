/** The stock operations of order_service, and their JSON. */
import { operationsOf } from '@shop/service_kit/http/operation'
import { Body, Id, Money, MoneyInput } from '@shop/service_kit/http/schemas'
import { formatMoney, parsePaddedMoney } from '@shop/service_kit/money/money'
import Type, { type Static, type TSchema } from '@shop/service_kit/runtime/schema_types'
import {
  BATCH_MAX,
  LINES_MAX,
  QUANTITY_MAX,
  REJECTIONS,
  type Reservation,
  type ReservationRequest,
} from '../domain/reservation.ts'
import { recordOf } from '../domain/reservation_record.ts'
import { RESTOCK_ANSWERS } from '../domain/restocking.ts'
import { PROBLEMS } from './problems.ts'
import { Currency, type Prices } from './product_views.ts'

const operation = operationsOf(PROBLEMS, 'internal')

/** Equals no sum of prices. */
const NO_AMOUNT = -1

const Quantity = Type.Integer({ minimum: 1, maximum: QUANTITY_MAX })

const ReservationsBody = Body({
  reservations: Type.Array(
    Body({
      order_id: Id,
      lines: Type.Array(Body({ product_id: Id, quantity: Quantity, unit_price: Type.Optional(MoneyInput) }), {
        minItems: 1,
        maxItems: LINES_MAX,
      }),
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

const Results = <T extends TSchema>(item: T) =>
  Type.Object({ results: Type.Array(item, { description: 'One for each, in the order of the request' }) })

const ReleaseView = Type.Object({
  order_id: Id,
  status: Type.Enum(['released', 'rejected', 'shipped', 'unanswered']),
})
const ShipmentView = Type.Object({
  order_id: Id,
  status: Type.Enum(['shipped', 'released', 'rejected', 'unknown', 'unanswered']),
})

const RestockView = Type.Object({
  receipt_id: Id,
  status: Type.Enum([...RESTOCK_ANSWERS, 'unanswered']),
})

export const unansweredView = (orderId: string, { currency }: Prices): ReservationView => ({
  order_id: orderId,
  status: 'unanswered',
  currency,
  shortages: [],
  unknown_products: [],
})

/** An amount that this currency cannot express does not refuse the batch; it equals no price, so its order is rejected. */
export const requestOf = (
  { order_id, lines, total_price }: ReservationsBody['reservations'][number],
  { digits }: Prices,
): ReservationRequest => {
  const minor = (amount: string | number) => parsePaddedMoney(amount, digits()) ?? NO_AMOUNT
  return {
    orderId: order_id,
    lines: lines.map(({ product_id, quantity, unit_price }) => ({
      ...{ productId: product_id, quantity },
      ...(unit_price === undefined ? {} : { unitPriceMinor: minor(unit_price) }),
    })),
    totalMinor: minor(total_price),
  }
}

export function reservationView(reservation: Reservation, prices: Prices): ReservationView {
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

const BATCH_PROBLEMS = [
  'unauthenticated',
  'validation_failed',
  'malformed_body',
  'body_too_large',
  'store_unavailable',
  'overloaded',
] as const

export const reserveOperation = operation({
  operationId: 'reserve',
  summary: 'Hold stock for orders: for each order all lines or none',
  access: 'service',
  body: ReservationsBody,
  response: { 200: Results(ReservationView) },
  problems: BATCH_PROBLEMS,
})

export const releaseOperation = operation({
  operationId: 'release',
  summary: 'Release the stock that orders hold; an unknown order can hold nothing later',
  access: 'service',
  body: OrderIdsBody,
  response: { 200: Results(ReleaseView) },
  problems: BATCH_PROBLEMS,
})

export const shipOperation = operation({
  operationId: 'ship',
  summary: 'Mark the stock that orders hold as shipped',
  access: 'service',
  body: OrderIdsBody,
  response: { 200: Results(ShipmentView) },
  problems: BATCH_PROBLEMS,
})

export const addReturnedUnitsOperation = operation({
  operationId: 'addReturnedUnits',
  summary: 'Put returned goods of shipped orders back into stock, once for each receipt',
  access: 'service',
  body: Body({
    restocks: Type.Array(
      Body({
        receipt_id: Id,
        order_id: Id,
        lines: Type.Array(Body({ product_id: Id, quantity: Quantity }), {
          minItems: 1,
          maxItems: LINES_MAX,
        }),
      }),
      { minItems: 1, maxItems: BATCH_MAX },
    ),
  }),
  response: { 200: Results(RestockView) },
  problems: BATCH_PROBLEMS,
})
