/** The operation that streams the changes of an order. */
import { operationsOf, USER_PROBLEMS } from '@shop/service_kit/http/operation'
import Type from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import { OrderParams } from './order_views.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'orders')

export const watchOrderOperation = operation({
  operationId: 'watchOrder',
  summary: 'The changes of an order as they happen',
  description:
    'Server-sent events `order`; the id is the version, the data the order as in GET /orders/{id}. Ends when ' +
    'the token expires, and within seconds after it is withdrawn: reconnect with a new one.',
  access: 'user',
  params: OrderParams,
  headers: Type.Object({
    'last-event-id': Type.Optional(
      Type.String({
        pattern: '^[0-9]{1,9}$',
        [MESSAGE]: 'must be the id of an event: a whole number',
        description: 'The last version seen',
      }),
    ),
  }),
  response: {
    200: {
      description: 'A stream of events',
      content: { 'text/event-stream': { schema: Type.String() } },
    },
    204: Type.Null({ description: 'The order is final and you have seen its last version' }),
  },
  problems: [
    'validation_failed',
    ...USER_PROBLEMS,
    'order_not_found',
    'too_many_streams',
    'internal_error',
    'overloaded',
    'store_unavailable',
  ],
})
