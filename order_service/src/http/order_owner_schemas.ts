/** The operation by which payment_service asks whose an order is. */
import { BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { Body, Id } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'internal')

export const getOrderOwnerOperation = operation({
  operationId: 'getOrderOwner',
  summary: 'Whose an order is now: of a guest, or of the account that it was added to',
  access: 'service',
  body: Body({ order_id: Id }),
  response: { 200: Type.Object({ user_id: Id }) },
  problems: [...BODY_PROBLEMS, 'unauthenticated', 'order_not_found', 'store_unavailable', 'overloaded'],
})
