/** Why the account could not be changed, by the code of the problem. Undefined where ui/notice.tsx has the words. */
import { ShopProblem } from '@shop/client/problem'
import { own } from '../language/own_texts.ts'
import { PasskeyFault } from './passkey_calls.ts'

export function explainOwn(error: unknown): string | undefined {
  if (error instanceof PasskeyFault) return own.passkeys[error.reason]
  if (!(error instanceof ShopProblem)) return undefined
  switch (String(error.code)) {
    case 'mail_unavailable':
      return own.problems.mailUnavailable
    case 'too_many_attempts':
      return own.problems.tooMany(Math.ceil((error.retryAfterMs ?? 60_000) / 1000))
    case 'passkeys_unavailable':
      return own.passkeys.unavailable
    case 'passkey_refused':
      return own.passkeys.refused
    case 'too_many_passkeys':
      return own.passkeys.tooMany
    case 'second_factor_exists':
      return own.factor.exists
    case 'invalid_challenge':
      return own.signIn.tookTooLong
    case 'last_admin':
      return own.data.lastAdmin
    default:
      return undefined
  }
}

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof ShopProblem && codes.includes(error.code)
