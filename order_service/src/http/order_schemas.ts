/** The operations that read orders and change their status. */
import { BODY_PROBLEMS, operationsOf, USER_PROBLEMS } from '@shop/service_kit/http/operation'
import { PageOf, PageQuery } from '@shop/service_kit/http/paging'
import {
  Body,
  IDEMPOTENCY_KEY_LENGTH_MAX,
  Id,
  IfMatchHeaders,
  IfNoneMatchHeaders,
  Version,
} from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import { CARRIER_LENGTH_MAX, TRACKING_NUMBER_LENGTH_MAX } from '../domain/tracking.ts'
import { OrderNumber, OrderParams, OrderView, Status } from './order_views.ts'
import { Email } from './place_order_schemas.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'orders')

const TrackingText = (maxLength: number) =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: '^[^\\p{C}]*\\S[^\\p{C}]*$',
    [MESSAGE]: 'must be one line of text',
  })
const StatusBody = Body({
  status: Status,
  version: Type.Optional(Version),
  tracking: Type.Optional(
    Body({
      carrier: Type.Optional(TrackingText(CARRIER_LENGTH_MAX)),
      number: TrackingText(TRACKING_NUMBER_LENGTH_MAX),
    }),
  ),
})

const UserParams = Type.Object({ user_id: Id })
/** From 1970 on, as ids of orders begin with. */
const Moment = (description: string) =>
  Type.String({
    format: 'date-time',
    pattern: '^(19[7-9]|[2-9]\\d)\\d',
    [MESSAGE]: 'must be a time from 1970 on, such as 2026-01-31T12:00:00Z',
    description,
  })
const UUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'

const ListQuery = Type.Object(
  {
    ...PageQuery,
    status: Type.Optional(Status),
    number: Type.Optional(OrderNumber),
    user_id: Type.Optional(Id),
    email: Type.Optional({ ...Email, description: 'Of the buyer, as it is in the order' }),
    product_id: Type.Optional(Id),
    from: Type.Optional(Moment('Placed at this time or later')),
    to: Type.Optional(Moment('Placed before this time')),
    q: Type.Optional(
      Type.String({
        pattern: `^(?:#?\\d{1,15}|${UUID})$`,
        [MESSAGE]: 'must be a number such as #10042, or an id',
        description: 'A number (#10042 or 10042), or the id of an order, a user or a product',
        examples: ['#10042'],
      }),
    ),
  },
  { additionalProperties: false },
)
const UserListQuery = Type.Object(
  {
    ...PageQuery,
    idempotency_key: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: IDEMPOTENCY_KEY_LENGTH_MAX,
        description: 'Only the order made with this key',
      }),
    ),
    number: Type.Optional({ ...OrderNumber, description: 'Only the order with this number' }),
  },
  { additionalProperties: false },
)
const OrderPageView = PageOf(OrderView)

const READ_PROBLEMS = ['validation_failed', ...USER_PROBLEMS, 'internal_error', 'store_unavailable'] as const
const LIST_PROBLEMS = [...READ_PROBLEMS, 'malformed_cursor', 'forbidden'] as const

export const getOrderOperation = operation({
  operationId: 'getOrder',
  summary: 'One order with its history',
  description:
    'For its owner and for admins; and for who has its token, if it was placed without an account (header Order-Token).',
  access: 'order',
  params: OrderParams,
  headers: IfNoneMatchHeaders,
  response: { 200: OrderView, 304: Type.Null({ description: 'Unchanged since the ETag in If-None-Match' }) },
  problems: [...READ_PROBLEMS, 'order_not_found'],
})

export const listOrdersOfUserOperation = operation({
  operationId: 'listOrdersOfUser',
  summary: "A user's orders, newest first",
  description: "Your own; admins: anyone's. With idempotency_key or number: at most one.",
  access: 'user',
  params: UserParams,
  querystring: UserListQuery,
  response: { 200: OrderPageView },
  problems: LIST_PROBLEMS,
})

export const listOrdersOperation = operation({
  operationId: 'listOrders',
  summary: 'All orders, or those that fit, newest first',
  description:
    'Any filters together. A page reads a bounded number of orders, so with several filters it may have fewer than ' +
    'limit, or none, and a next_cursor: go on until that is null.',
  access: 'admin',
  querystring: ListQuery,
  response: { 200: OrderPageView },
  problems: LIST_PROBLEMS,
})

export const changeOrderStatusOperation = operation({
  operationId: 'changeOrderStatus',
  summary: 'Change the status of an order: cancel (owner, admin), ship, deliver (admin)',
  description:
    'Who has the token of an order that was placed without an account (header Order-Token) may cancel it. What ships may have a tracking; ' +
    'the same request with another one corrects it.',
  access: 'order',
  params: OrderParams,
  headers: IfMatchHeaders,
  body: StatusBody,
  response: {
    200: { ...OrderView, description: 'The order has that status' },
    202: {
      ...OrderView,
      description:
        'Recorded, and not done yet: cancelling (its stock or its money), or capturing (its money, before it is shipped)',
    },
  },
  problems: [
    ...BODY_PROBLEMS,
    ...USER_PROBLEMS,
    'internal_error',
    'store_unavailable',
    'forbidden',
    'order_not_found',
    'illegal_transition',
    'version_conflict',
    'precondition_failed',
    'overloaded',
  ],
})
