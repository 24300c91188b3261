/**
 * The one error the client throws: what a service answered (RFC 9457), or why there is no answer.
 *
 * Decide by `code`, which is permanent; `message` is for people. `retryable` says that the same call, unchanged,
 * may succeed later; the client has already tried that as often as its retry settings allow.
 */
import { retryAfterMs } from '@shop/retry/backoff'
import type { ProblemCode } from './generated/problem_codes.ts'

/** Codes the client adds itself. */
export type ClientCode =
  /** No answer: refused, reset, or no network. Whether the call was carried out is not known. */
  | 'unreachable'
  /** No answer within `timeoutMs`. Whether the call was carried out is not known. */
  | 'timed_out'
  /** The answer is not one our services give; something in between may have made it. */
  | 'unexpected_answer'
  /** The session has ended; sign in again. */
  | 'signed_out'
  /** The order is accepted and safe, but was not decided before the deadline. */
  | 'order_undecided'

export type ShopProblemCode = ProblemCode | ClientCode

/** A problem as services send it; more members depend on the code (`errors`, `current`, `allowed`, …). */
export type ProblemDocument = {
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: ProblemCode
  readonly request_id: string
  readonly retryable: boolean
  readonly [member: string]: unknown
}

type Facts = {
  readonly status?: number | undefined
  readonly retryable?: boolean
  readonly retryAfterMs?: number | undefined
  readonly document?: ProblemDocument
  readonly cause?: unknown
}

export class ShopProblem extends Error {
  readonly code: ShopProblemCode
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined
  readonly retryable: boolean
  /** How long the service asks to wait before trying again. */
  readonly retryAfterMs: number | undefined
  /** The whole document, when a service sent one. Its `request_id` finds the request in the logs. */
  readonly document: ProblemDocument | undefined

  constructor(code: ShopProblemCode, message: string, facts: Facts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'ShopProblem'
    this.code = code
    this.status = facts.status
    this.retryable = facts.retryable ?? false
    this.retryAfterMs = facts.retryAfterMs
    this.document = facts.document
  }
}

/** Statuses a proxy gives on behalf of a service that is away; worth another try whatever the body says. */
const AWAY = [502, 503, 504]

/** Reads an answer that is not 2xx. Consumes its body. */
export async function problemOf(response: Response): Promise<ShopProblem> {
  const document = documentIn(await response.text())
  const { status } = response
  const askedMs = retryAfterMs(response.headers.get('retry-after'), Date.now())
  if (!document) {
    return new ShopProblem(
      'unexpected_answer',
      `${response.url} answered ${status} and no problem document.`,
      {
        status,
        retryAfterMs: askedMs,
        retryable: AWAY.includes(status),
      },
    )
  }
  const { code, detail, title, retryable } = document
  return new ShopProblem(code, detail || title, { status, retryAfterMs: askedMs, retryable, document })
}

function documentIn(text: string): ProblemDocument | undefined {
  try {
    const value = JSON.parse(text)
    return typeof value?.code === 'string' && typeof value.detail === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
