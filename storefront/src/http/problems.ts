/** The problems of the gateway itself; those of the services are forwarded unchanged. */
import type { ProblemTable } from '@shop/service_kit/http/problem_tables'
import { KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import type { KitPayloads } from '@shop/service_kit/runtime/problem'
import type { Payloads } from '../errors.ts'

export const PROBLEMS = {
  ...KIT_PROBLEMS,
  upstream_unavailable: {
    status: 503,
    title: 'The service behind this address cannot be reached',
    retryable: true,
  },
  upstream_no_answer: {
    status: 504,
    title: 'The service behind this address did not answer in time',
    retryable: true,
  },
  too_many_streams: { status: 429, title: 'Too many event streams are open', retryable: true },
  cross_site_request: {
    status: 403,
    title: 'Only pages of the shop may send this request',
    retryable: false,
  },
  no_session: { status: 401, title: 'There is no session', retryable: false },
} as const satisfies ProblemTable<KitPayloads & Payloads>
