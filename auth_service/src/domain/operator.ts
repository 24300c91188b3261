/**
 * What the operator of the shop does with an account, by its name (`npm run accounts`): a lost password, an account that
 * its owner cannot log in to, a deleted account.
 *
 * Promises
 *  1. A password that was reset ends all sessions and withdraws the access tokens, in the same write.
 *  2. A deleted account has neither name nor password, and keeps its id. The last admin's is not deleted.
 *  3. An account that is registered under the name of a deleted one inherits nothing, not even failed logins: everything
 *     stored under the name is removed before the name is free. Until then the deletion can be repeated.
 */
import { type Author, OPERATOR } from './author.ts'
import { isPast } from './clocks.ts'
import type { CredentialStore } from './contact_ports.ts'
import type { PasswordHasher } from './crypto_ports.ts'
import { DomainError } from './errors.ts'
import type { Account, SessionStore, ThrottleRecord, ThrottleStore, UserStore } from './ports.ts'
import { resetFactors } from './remove_factors.ts'
import { accountPrefixes, loginKeys, seenPrefix } from './throttling.ts'
import { canonicalUsername } from './usernames.ts'

export type OperatorPorts = {
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly throttle: ThrottleStore
  readonly hasher: Pick<PasswordHasher, 'hash'>
  readonly now: () => Date
}

/** Times that another change of the same account may come first. */
const ATTEMPTS_MAX = 5
const PAGE = 500

/** Failed logins of an account that were counted, from how many addresses, and the end of the longest pause. */
export type FailedLogins = {
  readonly count: number
  readonly addresses: number
  readonly pausedUntil: string | undefined
}

export type Overview = { readonly account: Account; readonly sessions: number; readonly failed: FailedLogins }

/** Rejects with `user_not_found`. */
export async function showAccount(ports: OperatorPorts, username: string): Promise<Overview> {
  const account = await namedAccount(ports, username)
  return {
    account,
    sessions: await ports.sessions.count(account.id, ports.now()),
    failed: summaryOf(await failedLogins(ports, account), ports.now()),
  }
}

/** Sets a password that the operator gives to the owner, and forgets failed logins. Rejects with `user_not_found`. */
export async function resetPassword(
  ports: OperatorPorts,
  username: string,
  password: string,
): Promise<FailedLogins> {
  await replacePassword(ports, username, password)
  return unlock(ports, username)
}

/** Removes the second factor and the passkeys that the owner has lost. Rejects with `user_not_found` or `no_second_factor`. */
export async function resetSecondFactor(
  ports: OperatorPorts & { readonly credentials: CredentialStore },
  username: string,
): Promise<void> {
  const { id } = await namedAccount(ports, username)
  await resetFactors(ports, id, OPERATOR)
}

/** Forgets the failed logins of an account, from all addresses. Rejects with `user_not_found`. */
export async function unlock(ports: OperatorPorts, username: string): Promise<FailedLogins> {
  const { throttle, now } = ports
  const account = await namedAccount(ports, username)
  const found = await failedLogins(ports, account)
  const of = { accountId: account.id, at: now(), by: OPERATOR }
  await inPages(found, (keys) => throttle.unlock(keys, of))
  return summaryOf(found, ports.now())
}

/** Cannot be undone. Its owner may do it, too: `by` is the id of the account then. `unknownPassword` is one that is never shown. Rejects with `user_not_found` or `last_admin`. */
export async function deleteAccount(
  ports: OperatorPorts,
  username: string,
  unknownPassword: string,
  by: Author = OPERATOR,
): Promise<void> {
  const { users, throttle, now } = ports
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const { id } = await namedAccount(ports, username)
    await users.setRole(id, 'customer', now, by)
    // From here on no login succeeds, and the name is still in use.
    const account = await replacePassword(ports, username, unknownPassword, by)
    const { known } = accountPrefixes(canonicalUsername(account.username))
    const entries = [
      ...(await failedLogins(ports, account)),
      ...(await everyEntry(throttle, known)),
      ...(await everyEntry(throttle, seenPrefix(id))),
    ]
    await inPages(entries, (keys) => throttle.clear(keys))
    if (await users.erase(account.id, now, by)) return
  }
  throw new Error('Another admin kept changing the account at the same time; try again.')
}

async function namedAccount({ users }: OperatorPorts, username: string): Promise<Account> {
  const account = await users.findByName(canonicalUsername(username))
  if (!account) throw new DomainError('user_not_found', `There is no account named ${username}.`)
  return account
}

async function replacePassword(
  ports: OperatorPorts,
  username: string,
  password: string,
  by: Author = OPERATOR,
): Promise<Account> {
  const { users, sessions, hasher, now } = ports
  const passwordHash = await hasher.hash(password, { queue: 'known', owner: username })
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const account = await namedAccount(ports, username)
    const { id, passwordVersion } = account
    if (!(await users.changePassword(id, passwordVersion, passwordHash, now, { by }))) continue
    // They are invalid already: they have an older passwordVersion.
    await sessions.endOlder(id, passwordVersion + 1)
    return account
  }
  throw new Error('The password was changed at the same time; try again.')
}

/** Of the account from each address, and last, if there is one, from any address. */
async function failedLogins({ throttle }: OperatorPorts, { username }: Account): Promise<ThrottleRecord[]> {
  const canonical = canonicalUsername(username)
  const { account } = loginKeys(canonical, '')
  // Of the keys that begin with it, the key itself is the first.
  const [first] = await throttle.startingWith(account, { limit: 1 })
  const pairs = await everyEntry(throttle, accountPrefixes(canonical).pairs)
  return first?.key === account ? [...pairs, first] : pairs
}

function summaryOf(records: readonly ThrottleRecord[], now: Date): FailedLogins {
  const counted = records.flatMap(({ key, attempts }) =>
    attempts && attempts.count > 0 && !isPast(attempts.forgetAt, now) ? [{ key, ...attempts }] : [],
  )
  const sum = (from: readonly { count: number }[]) => from.reduce((total, { count }) => total + count, 0)
  const pairs = counted.filter(({ key }) => key.startsWith('pair '))
  const pauses = counted.flatMap(({ pausedUntil }) =>
    pausedUntil && !isPast(pausedUntil, now) ? [pausedUntil] : [],
  )
  return {
    // Each attempt is counted for its address, and most of them for any address too.
    count: Math.max(sum(pairs), sum(counted) - sum(pairs)),
    addresses: pairs.length,
    pausedUntil: pauses.sort().at(-1),
  }
}

async function everyEntry(throttle: ThrottleStore, prefix: string): Promise<ThrottleRecord[]> {
  const found: ThrottleRecord[] = []
  for (;;) {
    const page = await throttle.startingWith(prefix, { after: found.at(-1)?.key, limit: PAGE })
    found.push(...page)
    if (page.length < PAGE) return found
  }
}

async function inPages(
  records: readonly ThrottleRecord[],
  remove: (keys: readonly string[]) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < records.length; from += PAGE) {
    await remove(records.slice(from, from + PAGE).map(({ key }) => key))
  }
}
