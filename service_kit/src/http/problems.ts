/**
 * RFC 9457 problem documents: the one shape every error of every service has.
 *
 * A domain throws its own error carrying a permanent `code`; this module turns a code into status,
 * title and "is it worth trying again", from a catalogue typed so that a new code does not compile
 * until it is answered. Anything without a known code is `internal_error`, and its text stays inside.
 *
 * Adding a code: add it to the catalogue that owns it, then run `npm run docs`
 * (docs/errors.md is generated from the catalogues; a test fails while they differ).
 */
import type { FastifyError } from 'fastify'
import type { KitProblemCode, ProblemDetails } from '../runtime/problem.ts'
import { type ErrorLike, faultsOf } from '../runtime/sentences.ts'

export type ProblemSpec = {
  readonly status: number
  readonly title: string
  /** May the same request succeed later, unchanged? Clients retry only then. */
  readonly retryable: boolean
  /** Said instead of the error's own words, where these are for whoever runs the service: they are logged. */
  readonly says?: string
}

export type Catalogue<Code extends string = string> = Readonly<Record<Code, ProblemSpec>>

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

/** Problems any service can answer with. */
export const KIT_PROBLEMS = {
  malformed_body: { status: 400, title: 'The body is not valid JSON', retryable: false },
  validation_failed: { status: 400, title: 'The request does not fit its schema', retryable: false },
  malformed_cursor: { status: 400, title: 'The cursor is not one this list gave out', retryable: false },
  unauthenticated: { status: 401, title: 'A valid access token is needed', retryable: false },
  forbidden: { status: 403, title: 'This account may not do that', retryable: false },
  route_not_found: { status: 404, title: 'There is nothing at this address', retryable: false },
  method_not_allowed: { status: 405, title: 'This address does not know that method', retryable: false },
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
    says: 'What is kept cannot be read or written just now; try again.',
  },
  keys_unavailable: { status: 503, title: 'Tokens cannot be checked right now', retryable: true },
  not_ready: { status: 503, title: 'The service is not ready', retryable: true },
} as const satisfies Catalogue<KitProblemCode>

/** Seconds a client is asked to wait when a retryable 503 or 429 names no other time. */
export const RETRY_AFTER_SECONDS = 1

/** Turns whatever was thrown into a status, headers and a problem document that leaks nothing. */
export function describeProblem(
  error: unknown,
  catalogue: Catalogue,
  requestId: string,
): { status: number; headers: Record<string, string>; document: ProblemDocument } {
  const { code, detail, details } = classify(error, catalogue)
  const spec: ProblemSpec = catalogue[code] ?? KIT_PROBLEMS.internal_error
  const headers: Record<string, string> = { ...details.headers }
  if (spec.status === 503 || spec.status === 429) headers['retry-after'] ??= String(RETRY_AFTER_SECONDS)
  if (spec.status === 401) headers['www-authenticate'] ??= 'Bearer'
  return {
    status: spec.status,
    headers,
    document: {
      type: `urn:shop:problem:${code}`,
      title: spec.title,
      status: spec.status,
      detail: spec.says ?? detail,
      code,
      request_id: requestId,
      retryable: spec.retryable,
      ...details.members,
    },
  }
}

type Classified = { code: string; detail: string; details: ProblemDetails }

function classify(error: unknown, catalogue: Catalogue): Classified {
  if (!(error instanceof Error)) return INTERNAL
  const { code, details, validation, validationContext, statusCode } = error as Partial<FastifyError> & {
    details?: ProblemDetails
    validationContext?: string
  }
  if (validation) return invalid(validation, validationContext ?? 'body')
  if (code !== undefined && Object.hasOwn(catalogue, code)) {
    return { code, detail: error.message, details: details ?? {} }
  }
  const known = FASTIFY_CODES.get(code)
  if (known) return { code: known, detail: error.message, details: {} }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { code: 'bad_request', detail: error.message, details: {} }
  }
  return INTERNAL
}

const INTERNAL: Classified = {
  code: 'internal_error',
  detail: 'The fault is logged under this request id. Trying again may help.',
  details: {},
}

const FASTIFY_CODES: ReadonlyMap<unknown, KitProblemCode> = new Map([
  ['FST_ERR_CTP_INVALID_JSON_BODY', 'malformed_body'],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', 'malformed_body'],
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'body_too_large'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'unsupported_media_type'],
] as const)

/** Schema faults listed in the document at most; the rest adds nothing a person would read. */
const VALIDATION_ERRORS_MAX = 20

function invalid(validation: NonNullable<FastifyError['validation']>, context: string): Classified {
  const errors = faultsOf(validation as ErrorLike[])
    .slice(0, VALIDATION_ERRORS_MAX)
    .map((fault) => ({ in: context, ...fault }))
  const [first] = errors
  const detail = first ? `${context}${first.path}: ${first.message}` : `The ${context} is invalid.`
  return { code: 'validation_failed', detail, details: { members: { errors } } }
}
