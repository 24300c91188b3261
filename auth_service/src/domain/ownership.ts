/**
 * What an access token alone does not allow: it may have been stolen. Such changes need the password, or a sign-in of a moment ago.
 */
import type { AccountPorts, Caller } from './accounts.ts'
import { matchesPassword, wrongPassword } from './accounts.ts'
import { DomainError } from './errors.ts'
import type { Account } from './ports.ts'

/** How long a sign-in is a proof. */
export const FRESH_SIGN_IN_MS = 10 * 60_000

export type Proof = {
  readonly currentPassword?: string | undefined
  /** When the session of the access token began, if that is known. */
  readonly signedInAt?: Date | undefined
}

/** Rejects with `wrong_password`, `fresh_sign_in_required`, `too_many_attempts` or `overloaded`. */
export async function requireOwner(
  ports: AccountPorts,
  account: Account,
  { currentPassword, signedInAt }: Proof,
  caller: Caller,
): Promise<void> {
  if (currentPassword !== undefined) {
    if (!(await matchesPassword(ports, account, currentPassword, caller))) throw wrongPassword()
    return
  }
  const age = signedInAt && ports.now().getTime() - signedInAt.getTime()
  // A time that is ahead comes from another clock.
  if (age === undefined || Math.abs(age) > FRESH_SIGN_IN_MS)
    throw new DomainError('fresh_sign_in_required', 'Give your password, or sign in again.')
}
