/** The operation of every forwarded address; the reference of its service describes it. */
import { operationsOf } from '@shop/service_kit/http/operation'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'forwarding')

const PROBLEMS_OF_CALLS = [
  'route_not_found',
  'too_many_streams',
  'overloaded',
  'upstream_unavailable',
  'upstream_no_answer',
] as const

export const forwardOperation = operation({
  operationId: 'forward',
  summary: 'Forward the request to its service',
  access: 'public',
  hide: true,
  problems: PROBLEMS_OF_CALLS,
})

/** The caller is checked here already, before a large body is received. */
export const forwardUploadOperation = operation({
  operationId: 'forwardUpload',
  summary: 'Forward a file to its service',
  access: 'admin',
  hide: true,
  problems: PROBLEMS_OF_CALLS,
})
