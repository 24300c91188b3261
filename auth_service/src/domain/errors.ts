/** All errors of this service: permanent codes with their payloads. Their HTTP answers: http/problems.ts. */
import { Fault, type Nothing } from '@shop/faults/fault'

export type PasswordFault =
  | 'malformed'
  | 'blank'
  | 'too_short'
  | 'too_long'
  | 'same_as_username'
  | 'too_common'

export type Payloads = {
  username_taken: Nothing
  password_refused: { readonly reason: PasswordFault }
  invalid_credentials: Nothing
  wrong_password: Nothing
  too_many_attempts: { readonly retryAfterMs: number }
  invalid_refresh_token: Nothing
  user_not_found: Nothing
  last_admin: Nothing
  fresh_sign_in_required: Nothing
  second_factor_required: { readonly challenge: string; readonly expiresAt: string }
  invalid_challenge: Nothing
  invalid_code: Nothing
  no_second_factor: Nothing
  second_factor_exists: Nothing
  passkey_refused: Nothing
  passkey_not_found: Nothing
  too_many_passkeys: Nothing
  passkeys_unavailable: Nothing
  session_not_found: Nothing
  email_refused: Nothing
  email_taken: Nothing
  invalid_link: Nothing
  mail_unavailable: Nothing
}

export class DomainError<Code extends keyof Payloads = keyof Payloads> extends Fault<Payloads, Code> {
  override name = 'DomainError'
}
