/**
 * Rules for new passwords (NIST SP 800-63B, ASVS 6.2): they concern length, not composition.
 *
 * A password is normalized to Unicode NFC before it is measured, compared or hashed, so the same characters from two
 * keyboards are the same password. It is never truncated. Lengths are in code points.
 */

import type { PasswordChecks } from './crypto_ports.ts'
import { DomainError, type PasswordFault } from './errors.ts'
import { canonicalUsername } from './usernames.ts'

export const PASSWORD_LENGTH_MIN = 8
export const PASSWORD_LENGTH_MAX = 128

const SENTENCES: Readonly<Record<PasswordFault, string>> = {
  malformed: 'The password is not valid Unicode text.',
  blank: 'The password has only spaces or invisible characters.',
  too_short: `The password needs at least ${PASSWORD_LENGTH_MIN} characters.`,
  too_long: `The password may have at most ${PASSWORD_LENGTH_MAX} characters.`,
  same_as_username: 'The password must not be the username.',
  too_common: 'The password is one of the most common ones; choose another.',
}

export const normalPassword = (password: string): string => password.normalize('NFC')

/** Resolves the normal form of a new password. Rejects with `password_refused` and a `reason`. */
export async function acceptPassword(
  password: string,
  username: string,
  checks: PasswordChecks,
): Promise<string> {
  const normal = normalPassword(password)
  const fault = faultOf(normal, username, checks) ?? (checks.isCommon(normal) ? 'too_common' : undefined)
  if (fault) throw new DomainError('password_refused', SENTENCES[fault], { reason: fault })
  return normal
}

function faultOf(password: string, username: string, { isBlank }: PasswordChecks): PasswordFault | undefined {
  // A lone surrogate is hashed as U+FFFD, so all lone surrogates would be equal.
  if (!password.isWellFormed()) return 'malformed'
  if (isBlank(password)) return 'blank'
  const length = [...password].length
  if (length < PASSWORD_LENGTH_MIN) return 'too_short'
  if (length > PASSWORD_LENGTH_MAX) return 'too_long'
  if (canonicalUsername(password) === canonicalUsername(username)) return 'same_as_username'
  return undefined
}
