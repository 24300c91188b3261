/**
 * Guests: customers without an account.
 *
 * Promises
 *  1. A guest is an id in a token, and nothing is stored. A token of a guest has no right that needs an account.
 *  2. It is renewed, with the same id, for GUEST_MS from its first one on, while it is valid.
 *  3. New guests are counted by address, as registrations are.
 */
import type { AccessToken, IssueGuestToken } from './crypto_ports.ts'
import { type ThrottledPorts, throttledGuest } from './throttled.ts'

/** Longer than any checkout. */
export const GUEST_MS = 24 * 60 * 60_000

export type GuestPorts = ThrottledPorts & {
  readonly newId: () => string
  readonly issueGuestToken: IssueGuestToken
}
/** A guest of before, by a token that is still valid. */
export type KnownGuest = { readonly id: string; readonly beganAt: Date }
export type Guest = { readonly id: string; readonly accessToken: AccessToken }

/** Rejects with `too_many_attempts`. */
export async function newGuest(ports: GuestPorts, address: string, known?: KnownGuest): Promise<Guest> {
  const at = ports.now()
  const isRenewed = known !== undefined && at.getTime() - known.beganAt.getTime() < GUEST_MS
  return throttledGuest(ports, address, async () => {
    const { id, beganAt } = isRenewed ? known : { id: ports.newId(), beganAt: at }
    return { id, accessToken: await ports.issueGuestToken(id, beganAt, at) }
  })
}
