/** The problems of notification_service: status, title and members of each code. Codes are permanent, texts may change. */
import type { ProblemTable } from '@shop/service_kit/http/problem_tables'
import { KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import type { KitPayloads } from '@shop/service_kit/runtime/problem'
import type { Payloads } from '../domain/errors.ts'

export const PROBLEMS = {
  ...KIT_PROBLEMS,
  events_removed: {
    status: 410,
    title: 'Events after this position were removed',
    retryable: false,
    present: ({ oldest }) => ({ members: { oldest } }),
  },
  position_unknown: {
    status: 409,
    title: 'The log has no such position',
    retryable: false,
    present: ({ last }) => ({ members: { last } }),
  },
  endpoint_not_found: { status: 404, title: 'There is no such endpoint', retryable: false },
  endpoint_changed: { status: 409, title: 'The endpoint was changed meanwhile', retryable: true },
  too_many_endpoints: { status: 409, title: 'There are as many endpoints as there may be', retryable: false },
  delivery_not_found: { status: 404, title: 'There is no such delivery', retryable: false },
  event_not_found: { status: 404, title: 'The log has no such event', retryable: false },
  replay_too_large: { status: 400, title: 'A replay has too many events', retryable: false },
} as const satisfies ProblemTable<KitPayloads & Payloads>
