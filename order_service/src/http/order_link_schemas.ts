/** The operation that adds a guest's order to an account. */
import { operationsOf, USER_PROBLEMS } from '@shop/service_kit/http/operation'
import { OrderParams, OrderView } from './order_views.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'orders')

export const addOrderToAccountOperation = operation({
  operationId: 'addOrderToAccount',
  summary: 'Add an order that was placed without an account to yours',
  description:
    'The e-mail address of the order must be the one that your account has verified. Repeated it changes nothing. With the header ' +
    'Order-Token the problem of another address is `email_differs`, without it `order_not_found`.',
  access: 'user',
  params: OrderParams,
  response: { 200: OrderView },
  problems: [
    'validation_failed',
    ...USER_PROBLEMS,
    'forbidden',
    'order_not_found',
    'email_not_verified',
    'email_differs',
    'internal_error',
    'overloaded',
    'store_unavailable',
  ],
})
