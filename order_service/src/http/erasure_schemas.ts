/** The operation by which auth_service says that accounts were deleted. */
import { BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { Body, Id } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'internal')

export const ERASURES_MAX = 100

export const requestErasuresOperation = operation({
  operationId: 'requestErasures',
  summary:
    'These accounts were deleted: the personal fields of their orders are erased when their time is over',
  description: 'Recorded when it is answered, and safe to repeat.',
  access: 'service',
  body: Body({ user_ids: Type.Array(Id, { minItems: 1, maxItems: ERASURES_MAX }) }),
  response: { 200: Type.Object({}) },
  problems: [...BODY_PROBLEMS, 'unauthenticated', 'store_unavailable', 'overloaded'],
})
