/**
 * The stores of accounts and signing keys as their ports promise them (auth_service/src/domain/ports.ts): each method is one
 * atomic step. Every write is kept, so that an oracle can check it.
 */
import { usernameTaken } from '../../../auth_service/src/domain/accounts.ts'
import { DomainError } from '../../../auth_service/src/domain/errors.ts'
import type { KeyRemoval, KeyStore, SigningKey } from '../../../auth_service/src/domain/key_ports.ts'
import type { Account, UserStore } from '../../../auth_service/src/domain/ports.ts'
import { canonicalUsername, erasedUsername } from '../../../auth_service/src/domain/usernames.ts'
import type { Synchronous } from '../store_access.ts'
import type { SessionModel } from './session_model.ts'

/** `after` is undefined if the account was deleted. */
export type AccountWrite = {
  readonly before: Account | undefined
  readonly after: Account
  readonly isErased: boolean
}
export type KeyWrite =
  | { readonly added: SigningKey }
  | { readonly removed: SigningKey; readonly how: KeyRemoval['how'] }

const NO_ADDRESSES = { email: null, verifiedEmail: null }

export type AccountModel = {
  readonly users: Synchronous<UserStore>
  readonly keys: Synchronous<KeyStore>
  readonly accounts: ReadonlyMap<string, Account>
  readonly writes: readonly AccountWrite[]
  readonly keyWrites: readonly KeyWrite[]
}

export function createAccountModel(sessions: Pick<SessionModel, 'keep'>): AccountModel {
  const accounts = new Map<string, Account>()
  const erased = new Set<string>()
  const changedAt = new Map<string, number>()
  const keys = new Map<string, SigningKey>()
  const writes: AccountWrite[] = []
  const keyWrites: KeyWrite[] = []

  const live = (id: string) => (erased.has(id) ? undefined : accounts.get(id))
  const all = () => [...accounts.values()].filter(({ id }) => !erased.has(id))
  const named = (canonical: string) => all().find(({ username }) => canonicalUsername(username) === canonical)
  const write = (after: Account, at?: Date) => {
    writes.push({ before: accounts.get(after.id), after, isErased: erased.has(after.id) })
    accounts.set(after.id, after)
    if (at) changedAt.set(after.id, at.getTime())
  }

  const users: Synchronous<UserStore> = {
    add(account) {
      if (named(canonicalUsername(account.username))) throw usernameTaken()
      write({ ...account, ...NO_ADDRESSES, passwordVersion: 1, tokenVersion: 1 })
    },
    find: live,
    findByName: named,
    findByVerifiedEmail: () => undefined,
    changePassword(id, fromVersion, passwordHash, now, { keep } = {}) {
      const account = live(id)
      if (account?.passwordVersion !== fromVersion) return false
      const { passwordVersion, tokenVersion } = account
      write(
        { ...account, passwordHash, passwordVersion: passwordVersion + 1, tokenVersion: tokenVersion + 1 },
        now(),
      )
      if (keep !== undefined) sessions.keep(keep, id, fromVersion)
      return true
    },
    rehash(id, from, to) {
      const account = live(id)
      if (account?.passwordHash !== from) return false
      write({ ...account, passwordHash: to })
      return true
    },
    setRole(id, role, now) {
      const account = live(id)
      if (!account) throw new DomainError('user_not_found', 'There is no user with this id.')
      if (account.role === role) return account
      const isLast = role !== 'admin' && !all().some((other) => other.role === 'admin' && other.id !== id)
      if (isLast) throw new DomainError('last_admin', 'This is the last admin.')
      write({ ...account, role, tokenVersion: account.tokenVersion + 1 }, now())
      return accounts.get(id)!
    },
    erase(id, now) {
      const account = live(id)
      if (account?.role !== 'customer') return false
      erased.add(id)
      const { passwordVersion, tokenVersion } = account
      const versions = { passwordVersion: passwordVersion + 1, tokenVersion: tokenVersion + 1 }
      write({ ...account, ...versions, username: erasedUsername(id), passwordHash: 'none' }, now())
      return true
    },
    withdrawals: (since, limit) =>
      [...changedAt]
        .filter(([, at]) => at > since.getTime())
        .sort(([, a], [, b]) => b - a)
        .slice(0, limit)
        .map(([userId]) => ({ userId, leastVersion: accounts.get(userId)!.tokenVersion })),
    listNamed: ({ prefix, after = '', limit }) =>
      all()
        .filter(({ username }) => username.toLowerCase().startsWith(prefix) && username.toLowerCase() > after)
        .sort((a, b) => (a.username.toLowerCase() < b.username.toLowerCase() ? -1 : 1))
        .slice(0, limit),
    findMany: (ids) => all().filter(({ id }) => ids.includes(id)),
    list: ({ after = '~', limit }) =>
      all()
        .filter(({ id }) => id < after)
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, limit),
  }

  const keyStore: Synchronous<KeyStore> = {
    list: () => [...keys.values()].sort((a, b) => a.generation - b.generation),
    add(key) {
      if (keyStore.list().some(({ generation }) => generation === key.generation)) return false
      keys.set(key.kid, key)
      keyWrites.push({ added: key })
      return true
    },
    remove(kids, { how }) {
      for (const kid of kids) {
        const removed = keys.get(kid)
        if (removed) keyWrites.push({ removed, how })
        keys.delete(kid)
      }
    },
  }
  return { users, keys: keyStore, accounts, writes, keyWrites }
}
