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
} as const satisfies ProblemTable<KitPayloads & Payloads>
