/** The operation by which payment_service says that payments have changed. */
import { BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { Body, Id } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'internal')

const CHANGES_MAX = 256

export const publishPaymentChangesOperation = operation({
  operationId: 'publishPaymentChanges',
  summary:
    'The payments of these orders have changed: each order that waits for its payment, and each return that waits for its refund, asks now',
  access: 'service',
  body: Body({ order_ids: Type.Array(Id, { minItems: 1, maxItems: CHANGES_MAX }) }),
  response: { 200: Type.Object({}) },
  problems: [...BODY_PROBLEMS, 'unauthenticated', 'store_unavailable', 'overloaded'],
})
