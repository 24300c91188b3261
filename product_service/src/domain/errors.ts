/** What this service refuses to do, by permanent code. The edge turns a code into a status (http/problems.ts). */
export type ErrorCode =
  | 'product_not_found'
  | 'version_conflict'
  | 'precondition_failed'
  | 'version_contradiction'
  | 'version_required'
  | 'insufficient_stock'
  | 'stock_limit_exceeded'
  | 'idempotency_key_reused'

export type ErrorDetails = {
  /** Extra members of the problem document. */
  readonly members?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

export class DomainError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, detail: string, details: ErrorDetails = {}) {
    super(detail)
    this.name = 'DomainError'
    this.code = code
    this.details = details
  }
}
