/**
 * What this service holds about an account, and its deletion by its owner.
 *
 * Promises
 *  1. An export has everything about the person that is stored here, and no secret: no password, token or key, nor a hash of one.
 *  2. A deletion needs the password, or a sign-in of a moment ago. It erases the name, the addresses, and everything that is stored for the
 *     account; the id remains, because orders name it: order_service is notified (deletions.ts). The last admin is not deleted.
 */
import type { AccountPorts, Caller } from './accounts.ts'
import { deleteAccount } from './operator.ts'
import { type OwnSession, ownSessions } from './own_sessions.ts'
import { type Proof, requireOwner } from './ownership.ts'
import type { Account, ThrottleStore } from './ports.ts'
import { accountPrefixes, seenPrefix } from './throttling.ts'
import { canonicalUsername } from './usernames.ts'

/** Of networks, and of clients. */
export const SEEN_MAX = 500

export type OwnData = {
  readonly account: Account
  readonly sessions: readonly OwnSession[]
  /** Networks from which the account was logged in lately, and `<network> <client>`, until when they are remembered. */
  readonly networks: readonly Seen[]
  readonly clients: readonly Seen[]
}
export type Seen = { readonly what: string; readonly rememberedUntil: string | null }

export async function ownData(ports: AccountPorts, account: Account): Promise<OwnData> {
  const { known } = accountPrefixes(canonicalUsername(account.username))
  const [sessions, networks, clients] = await Promise.all([
    ownSessions(ports, account),
    seen(ports.throttle, known),
    seen(ports.throttle, seenPrefix(account.id)),
  ])
  return { account, sessions, networks, clients }
}

async function seen(throttle: ThrottleStore, prefix: string): Promise<Seen[]> {
  const found = await throttle.startingWith(prefix, { limit: SEEN_MAX })
  return found.map(({ key, attempts }) => ({
    what: key.slice(prefix.length).trim(),
    rememberedUntil: attempts?.forgetAt ?? null,
  }))
}

/** `unknownPassword` is one that is never shown. Rejects with `last_admin`, and as `requireOwner` does. */
export async function deleteOwnAccount(
  ports: AccountPorts,
  account: Account,
  proof: Proof,
  unknownPassword: string,
  caller: Caller,
): Promise<void> {
  await requireOwner(ports, account, proof, caller)
  await deleteAccount(ports, account.username, unknownPassword, account.id)
}
