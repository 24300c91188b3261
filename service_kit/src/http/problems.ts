/**
 * Every error of every service is answered with a problem document (RFC 9457).
 *
 * An error of ours has a permanent `code` and a payload (faults/). The table of the service (problem_tables.ts) turns them into
 * status, title, headers and members. Any other error is `internal_error`, and its message is not sent.
 *
 * To add a code, add it to the payloads and to the table of its service, then run `npm run docs`: docs/errors.md is generated
 * from the tables.
 */
import { Fault } from '@shop/faults/fault'
import type { FastifyError } from 'fastify'
import type { KitPayloads, KitProblemCode } from '../runtime/problem.ts'
import { type ErrorLike, faultsOf } from '../runtime/sentences.ts'
import type { Catalogue, Presented, ProblemRequest, ProblemSpec, ProblemTable } from './problem_tables.ts'

export type ProblemDocument = {
  type: string
  title: string
  status: number
  detail: string
  code: string
  request_id: string
  retryable: boolean
  [member: string]: unknown
}

/** Problems that every service can answer with. */
export const KIT_PROBLEMS = {
  malformed_body: { status: 400, title: 'The body is not valid JSON', retryable: false },
  validation_failed: {
    status: 400,
    title: 'The request does not fit its schema',
    retryable: false,
    present: ({ errors }) => (errors ? { members: { errors } } : {}),
  },
  malformed_cursor: { status: 400, title: 'The cursor is not one this list gave out', retryable: false },
  unauthenticated: {
    status: 401,
    title: 'A valid access token is needed',
    retryable: false,
    present: ({ tokenRefused }) =>
      tokenRefused ? { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } } : {},
  },
  forbidden: { status: 403, title: 'This account may not do that', retryable: false },
  route_not_found: { status: 404, title: 'There is nothing at this address', retryable: false },
  method_not_allowed: {
    status: 405,
    title: 'This address does not know that method',
    retryable: false,
    present: ({ allowed }) => ({ headers: { allow: allowed.join(', ') } }),
  },
  body_too_large: { status: 413, title: 'The body is larger than allowed', retryable: false },
  unsupported_media_type: { status: 415, title: 'The body must be application/json', retryable: false },
  too_many_requests: { status: 429, title: 'Too much comes from this address', retryable: true },
  bad_request: { status: 400, title: 'The request could not be understood', retryable: false },
  internal_error: { status: 500, title: 'Something went wrong on our side', retryable: true },
  overloaded: { status: 503, title: 'Too much work is waiting', retryable: true },
  store_unavailable: {
    status: 503,
    title: 'The database cannot be reached',
    retryable: true,
    publicDetail: 'Stored data cannot be read or written at the moment; try again.',
  },
  keys_unavailable: { status: 503, title: 'Tokens cannot be checked right now', retryable: true },
  not_ready: { status: 503, title: 'The service is not ready', retryable: true, logged: true },
} as const satisfies ProblemTable<KitPayloads>

/** `Retry-After` in seconds, if a 503 or 429 has no other. */
export const RETRY_AFTER_SECONDS = 1

/** Turns any thrown value into a status, headers and a problem document that reveals nothing internal. */
export function describeProblem(error: unknown, catalogue: Catalogue, request: ProblemRequest) {
  const { code, detail, presented } = classify(error, catalogue, request)
  const spec: ProblemSpec = catalogue[code] ?? KIT_PROBLEMS.internal_error
  const headers: Record<string, string> = { ...presented.headers }
  if (spec.status === 503 || spec.status === 429) headers['retry-after'] ??= String(RETRY_AFTER_SECONDS)
  if (spec.status === 401) headers['www-authenticate'] ??= 'Bearer'
  const document: ProblemDocument = {
    type: `urn:shop:problem:${code}`,
    title: spec.title,
    status: spec.status,
    detail: spec.publicDetail ?? presented.detail ?? detail,
    code,
    request_id: request.id,
    retryable: spec.retryable,
    ...presented.members,
  }
  return { status: spec.status, headers, document, logged: spec.logged ?? false }
}

type Classified = { code: string; detail: string; presented: Presented }

function classify(error: unknown, catalogue: Catalogue, request: ProblemRequest): Classified {
  if (!(error instanceof Error)) return INTERNAL
  if (error instanceof Fault && Object.hasOwn(catalogue, error.code))
    return ofFault(error, catalogue, request)
  const { code, validation, validationContext, statusCode } = error as Partial<FastifyError> & {
    validationContext?: string
  }
  if (validation) return invalid(validation, validationContext ?? 'body')
  const known = FASTIFY_CODES.get(code)
  if (known) return { code: known, detail: error.message, presented: {} }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { code: 'bad_request', detail: error.message, presented: {} }
  }
  return INTERNAL
}

type AnyFault = Fault<Record<string, never>>

function ofFault(fault: AnyFault, catalogue: Catalogue, request: ProblemRequest): Classified {
  const code = catalogue[fault.code]!.answeredAs?.(fault.payload, request) ?? fault.code
  return {
    code,
    detail: fault.message,
    presented: catalogue[code]!.present?.(fault.payload, undefined, request) ?? {},
  }
}

const INTERNAL: Classified = {
  code: 'internal_error',
  detail: 'The fault is logged under this request id. Trying again may help.',
  presented: {},
}

const FASTIFY_CODES: ReadonlyMap<unknown, KitProblemCode> = new Map([
  ['FST_ERR_CTP_INVALID_JSON_BODY', 'malformed_body'],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', 'malformed_body'],
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'body_too_large'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'unsupported_media_type'],
] as const)

/** Schema faults in one document: more than a person reads. */
const VALIDATION_ERRORS_MAX = 20

function invalid(validation: NonNullable<FastifyError['validation']>, context: string): Classified {
  const errors = faultsOf(validation as ErrorLike[])
    .slice(0, VALIDATION_ERRORS_MAX)
    .map((fault) => ({ in: context, ...fault }))
  const [first] = errors
  const detail = first ? `${context}${first.path}: ${first.message}` : `The ${context} is invalid.`
  return { code: 'validation_failed', detail, presented: { members: { errors } } }
}
