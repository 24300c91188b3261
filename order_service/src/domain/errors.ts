/** What the domain refuses, by permanent code. src/http/problems.ts says how each is answered. */
import type { Order } from './order.ts'

export type ErrorCode =
  | 'forbidden'
  | 'order_not_found'
  | 'product_not_found'
  | 'insufficient_stock'
  | 'price_changed'
  | 'duplicate_lines'
  | 'idempotency_key_reused'
  | 'illegal_transition'
  | 'version_conflict'
  | 'precondition_failed'
  | 'too_many_streams'

export type ErrorDetails = {
  readonly members?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  /** The order concerned; what a client gets to see of it is decided in src/http. */
  readonly order?: Order
}

export class DomainError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, detail: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(detail, options)
    this.name = 'DomainError'
    this.code = code
    this.details = details
  }
}

/**
 * Another service gave no usable answer: it may or may not have done the work. Never answered to a client:
 * the order stays as it is, and the settler asks again.
 */
export class OutcomeUnknown extends Error {
  /** No other order was asked for with it: it may be this one that cannot be answered. */
  readonly alone: boolean

  constructor(message: string, { alone = false, ...options }: ErrorOptions & { alone?: boolean } = {}) {
    super(message, options)
    this.name = 'OutcomeUnknown'
    this.alone = alone
  }
}
