/** The HTTP answer of each error of auth_service. Codes are permanent; texts may change. */
import type { ProblemTable } from '@shop/service_kit/http/problem_tables'
import { KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import type { KitPayloads } from '@shop/service_kit/runtime/problem'
import type { Payloads } from '../domain/errors.ts'

export const PROBLEMS = {
  ...KIT_PROBLEMS,
  username_taken: { status: 409, title: 'The username is in use', retryable: false },
  password_refused: {
    status: 400,
    title: 'The password is not good enough',
    retryable: false,
    present: ({ reason }) => ({ members: { reason } }),
  },
  invalid_credentials: { status: 401, title: 'The username or the password is wrong', retryable: false },
  wrong_password: { status: 403, title: 'The current password is wrong', retryable: false },
  too_many_attempts: {
    status: 429,
    title: 'Too many attempts',
    retryable: true,
    present: ({ retryAfterMs }) => ({ headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } }),
  },
  invalid_refresh_token: { status: 401, title: 'The refresh token is not valid', retryable: false },
  user_not_found: { status: 404, title: 'There is no such user', retryable: false },
  fresh_sign_in_required: { status: 403, title: 'This needs a fresh sign-in', retryable: false },
  second_factor_required: {
    status: 401,
    title: 'A second factor is needed',
    retryable: false,
    present: ({ challenge, expiresAt }) => ({ members: { challenge, expires_at: expiresAt } }),
  },
  invalid_challenge: { status: 401, title: 'The challenge is not valid', retryable: false },
  invalid_code: { status: 403, title: 'The code is not valid', retryable: false },
  no_second_factor: { status: 404, title: 'There is no second factor', retryable: false },
  second_factor_exists: { status: 409, title: 'There is a second factor already', retryable: false },
  passkey_refused: { status: 403, title: 'The passkey is not valid', retryable: false },
  passkey_not_found: { status: 404, title: 'There is no such passkey', retryable: false },
  too_many_passkeys: { status: 409, title: 'The account has too many passkeys', retryable: false },
  passkeys_unavailable: { status: 503, title: 'This shop has no passkeys', retryable: false },
  session_not_found: { status: 404, title: 'There is no such session', retryable: false },
  email_refused: { status: 400, title: 'The e-mail address is not one', retryable: false },
  email_taken: { status: 409, title: 'The e-mail address is in use', retryable: false },
  invalid_link: { status: 400, title: 'The link is not valid', retryable: false },
  mail_unavailable: { status: 503, title: 'This shop sends no e-mail', retryable: false },
  last_admin: { status: 409, title: 'The last admin has to stay one', retryable: false },
} as const satisfies ProblemTable<KitPayloads & Payloads>
