/**
 * The error of every failed call: the problem document of a service (RFC 9457), or why there was no answer.
 *
 * Branch on `code`, which is permanent; `message` is for people. `retryable`: the same call may succeed later; the client
 * has already retried it as often as its options allow.
 */
import { retryAfterMs } from '@shop/retry/backoff'
import type { ProblemCode } from './generated/problem_codes.ts'

/** Codes of the client itself. */
export type ClientCode =
  /** No answer: connection refused or reset, or no network. The service may or may not have done the work. */
  | 'unreachable'
  /** No answer within `timeoutMs` or `readWithinMs`. The service may or may not have done the work. */
  | 'timed_out'
  /** An error without a problem document, probably from a proxy. */
  | 'unexpected_answer'
  /** The session has ended: sign in again. */
  | 'signed_out'
  /** The order was not decided by the deadline (OrderUndecided). */
  | 'order_undecided'

export type ShopProblemCode = ProblemCode | ClientCode

/** A problem document as services send it; other members depend on the code (`errors`, `current`, `allowed`, …). */
export type ProblemDocument = {
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: ProblemCode
  readonly request_id: string
  readonly retryable: boolean
  readonly [member: string]: unknown
}

type ProblemDetails = {
  readonly status?: number | undefined
  readonly retryable?: boolean
  readonly retryAfterMs?: number | undefined
  readonly document?: ProblemDocument
  readonly cause?: unknown
}

export class ShopProblem extends Error {
  readonly code: ShopProblemCode
  /** HTTP status; undefined without an answer. */
  readonly status: number | undefined
  readonly retryable: boolean
  /** From `Retry-After`, in milliseconds. */
  readonly retryAfterMs: number | undefined
  /** The problem document, if a service sent one. Its `request_id` is in the logs of the service. */
  readonly document: ProblemDocument | undefined

  constructor(code: ShopProblemCode, message: string, details: ProblemDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'ShopProblem'
    this.code = code
    this.status = details.status
    this.retryable = details.retryable ?? false
    this.retryAfterMs = details.retryAfterMs
    this.document = details.document
  }
}

/** A proxy sends these when it cannot reach the service: retryable, whatever the body. */
const GATEWAY_STATUSES = [502, 503, 504]

/** The problem in an answer that is not 2xx. Reads its body. */
export async function problemOf(response: Response): Promise<ShopProblem> {
  const document = documentIn(await response.text())
  const { status } = response
  const waitMs = retryAfterMs(response.headers.get('retry-after'), Date.now())
  if (!document) {
    return new ShopProblem(
      'unexpected_answer',
      `${response.url} answered ${status} and no problem document.`,
      {
        status,
        retryAfterMs: waitMs,
        retryable: GATEWAY_STATUSES.includes(status),
      },
    )
  }
  const { code, detail, title, retryable } = document
  return new ShopProblem(code, detail || title, { status, retryAfterMs: waitMs, retryable, document })
}

function documentIn(text: string): ProblemDocument | undefined {
  try {
    const value = JSON.parse(text)
    return typeof value?.code === 'string' && typeof value.detail === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
