/** Everything this service refuses, by permanent code. Status and title of each are in http/problems.ts. */
export type ErrorCode =
  | 'username_taken'
  | 'password_refused'
  | 'invalid_credentials'
  | 'wrong_password'
  | 'too_many_attempts'
  | 'invalid_refresh_token'
  | 'user_not_found'
  | 'last_admin'

export type ErrorDetails = {
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
