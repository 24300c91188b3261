/** The operation that sends the link of an order again. */
import { BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { Body } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { OrderNumber } from './order_views.ts'
import { Email } from './place_order_schemas.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'orders')

export const requestOrderLinkOperation = operation({
  operationId: 'requestOrderLink',
  summary: 'Send the link of an order to its e-mail address again',
  description:
    'The answer is the same whether or not there is such an order with this address. An order is mailed at most once in 15 minutes.',
  access: 'public',
  body: Body({ number: OrderNumber, email: Email }),
  response: { 202: Type.Object({}, { description: 'If there is such an order, its link is on its way' }) },
  problems: [...BODY_PROBLEMS, 'too_many_attempts', 'mail_unavailable', 'overloaded'],
})
