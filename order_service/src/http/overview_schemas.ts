/** The overview of orders for admins. */
import { ADMIN_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { Id, Timestamp } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import { REJECTION_REASONS, type RejectionReason } from '../domain/order.ts'
import { BEST_SELLING_MAX } from '../domain/overview.ts'
import { Status } from './order_views.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'orders')

/** Sums may be larger than the amount of an order. */
const Sum = Type.String({ pattern: '^\\d+(\\.\\d{1,4})?$', examples: ['1999.90'] })
const Reason = Type.Unsafe<RejectionReason>({ type: 'string', enum: [...REJECTION_REASONS] })

const OverviewQuery = Type.Object(
  {
    day: Type.Optional(
      Type.String({
        pattern: '^(19[7-9]\\d|[2-9]\\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$',
        [MESSAGE]: 'must be a day such as 2026-03-01',
        description: 'A day, by the hour',
        examples: ['2026-03-01'],
      }),
    ),
    zone: Type.Optional(
      Type.String({
        pattern: '^(Z|[+-](0\\d|1[0-4]):[0-5]\\d)$',
        [MESSAGE]: 'must be an offset from UTC such as +02:00',
        description: 'Of the day: its offset from UTC (default Z)',
        examples: ['+02:00'],
      }),
    ),
    from: Type.Optional(
      Type.String({
        format: 'date-time',
        pattern: '^(19[7-9]|[2-9]\\d)\\d',
        [MESSAGE]: 'must be a time from 1970 on, such as 2026-01-31T12:00:00Z',
      }),
    ),
    to: Type.Optional(Type.String({ format: 'date-time', description: 'At most 31 days after from' })),
    slot: Type.Optional(Type.Unsafe<'hour' | 'day'>({ type: 'string', enum: ['hour', 'day'] })),
  },
  { additionalProperties: false },
)

const SlotView = Type.Object({
  from: Timestamp,
  to: Timestamp,
  complete: Type.Boolean({ description: 'false: there are at least as many' }),
  orders: Type.Array(
    Type.Object({
      status: Status,
      reason: Type.Optional(Reason),
      count: Type.Integer(),
      total_price: Sum,
    }),
  ),
})

const OverviewView = Type.Object({
  currency: Type.String(),
  currency_digits: Type.Integer(),
  complete: Type.Boolean({ description: 'false: some slots, or the list of products, are not' }),
  slots: Type.Array(SlotView),
  best_selling: Type.Array(
    Type.Object({ product_id: Id, name: Type.String(), quantity: Type.Integer(), total_price: Sum }),
    { maxItems: BEST_SELLING_MAX },
  ),
})

export const getOverviewOperation = operation({
  operationId: 'getOverview',
  summary: 'Orders of a day, or of up to 31 days, by slot, status and reason; best-selling products',
  description:
    'Name a day, or from, to and slot. Orders are counted by the time when they were placed, as they are now; an answer may be a few ' +
    'seconds old.',
  access: 'admin',
  querystring: OverviewQuery,
  response: { 200: OverviewView },
  problems: [...ADMIN_PROBLEMS, 'validation_failed', 'overloaded', 'internal_error', 'store_unavailable'],
})
