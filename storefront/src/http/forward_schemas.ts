/** The operation of every forwarded address; the reference of its service describes it. */
import { operationsOf } from '@shop/service_kit/http/operation'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'forwarding')

export const forwardOperation = operation({
  operationId: 'forward',
  summary: 'Forward the request to its service',
  access: 'public',
  hide: true,
  problems: [
    'route_not_found',
    'too_many_streams',
    'overloaded',
    'upstream_unavailable',
    'upstream_no_answer',
  ],
})
