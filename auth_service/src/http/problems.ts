/** Status and title of everything auth_service refuses. */
import { type Catalogue, KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import type { ErrorCode } from '../domain/errors.ts'

export const AUTH_PROBLEMS = {
  username_taken: { status: 409, title: 'The username is in use', retryable: false },
  password_refused: { status: 400, title: 'The password is not good enough', retryable: false },
  invalid_credentials: { status: 401, title: 'The username or the password is wrong', retryable: false },
  wrong_password: { status: 403, title: 'The current password is wrong', retryable: false },
  too_many_attempts: { status: 429, title: 'Too many tries', retryable: true },
  invalid_refresh_token: { status: 401, title: 'The refresh token is not good', retryable: false },
  user_not_found: { status: 404, title: 'There is no such user', retryable: false },
  last_admin: { status: 409, title: 'The last admin has to stay one', retryable: false },
} as const satisfies Catalogue<ErrorCode>

/** What a route can answer with: ours and the kit's. */
export const PROBLEMS = { ...KIT_PROBLEMS, ...AUTH_PROBLEMS }
