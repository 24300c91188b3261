/**
 * What went wrong, by a permanent code. How each code is answered (status, title, whether it is worth trying again) is
 * said at the edge, in http/problems.ts.
 */

/** Faults any service can have. */
export type KitProblemCode =
  | 'malformed_body'
  | 'validation_failed'
  | 'malformed_cursor'
  | 'unauthenticated'
  | 'forbidden'
  | 'route_not_found'
  | 'method_not_allowed'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'too_many_requests'
  | 'bad_request'
  | 'internal_error'
  | 'overloaded'
  | 'store_unavailable'
  | 'keys_unavailable'
  | 'not_ready'

export type ProblemDetails = {
  /** Extra members of the document, such as `current`, `errors` or `allowed`. */
  readonly members?: Readonly<Record<string, unknown>>
  /** Extra response headers, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Who throws it has logged what there is to log. */
  readonly logged?: boolean
}

/**
 * An error with a permanent code. Domains declare their own class of this shape (they import nothing);
 * the error handler recognises it by `code` alone.
 */
export class Problem<Code extends string = KitProblemCode> extends Error {
  readonly code: Code
  readonly details: ProblemDetails

  constructor(code: Code, detail: string, details: ProblemDetails = {}, options?: ErrorOptions) {
    super(detail, options)
    this.name = 'Problem'
    this.code = code
    this.details = details
  }
}
