/**
 * Thousands of accounts without thousands of password hashes (a fifth of a second of CPU time each on a busy machine).
 *
 * The accounts are real: they are added through the store port of auth_service, beside the running service, and anyone of
 * them can log in. What is saved: all have the same password, so it is hashed once; and the access tokens are made by the code
 * of `/login`, with the key of the service, but in this process. Services verify them as any other token.
 */
import { randomBytes, randomUUIDv7 } from 'node:crypto'
import { createArgon2Hasher } from '@shop/auth_service/crypto/argon2_hasher'
import { createAccessTokens } from '@shop/auth_service/crypto/signing'
import { createWorkQueues } from '@shop/auth_service/crypto/work_queues'
import { openStores } from '@shop/auth_service/storage/open_stores'
import { FIRST_TOKEN_VERSION } from '@shop/service_kit/identity/tokens'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import type { Account } from '../system/world.ts'

const ADDED_AT_ONCE = 50
/** The longest lifetime that services accept. */
const TOKEN_SECONDS = 3_600

export type AuthStore = { readonly DATA_DIR: string; readonly DATABASE_URL?: string | undefined }
export type Accounts = { readonly accounts: readonly Account[]; readonly password: string }

/** auth_service must have been started once: it makes the key. */
export async function addAccounts(location: AuthStore, count: number): Promise<Accounts> {
  const stores = await openStores(location, { runtime: systemRuntime })
  try {
    const { newId, now } = systemRuntime
    const password = randomBytes(18).toString('base64url')
    const hasher = createArgon2Hasher(systemRuntime, createWorkQueues({ atOnce: 1, waitingMax: 1 }))
    const passwordHash = await hasher.hash(password, { queue: 'registration', owner: 'tests' })
    const name = `customer_${randomBytes(4).toString('hex')}`
    const added = Array.from({ length: count }, (_, i) => ({
      id: randomUUIDv7(),
      username: `${name}_${i}`,
      role: 'customer' as const,
      createdAt: now().toISOString(),
      passwordHash,
    }))
    for (let from = 0; from < added.length; from += ADDED_AT_ONCE) {
      await Promise.all(added.slice(from, from + ADDED_AT_ONCE).map((account) => stores.users.add(account)))
    }
    const issue = createAccessTokens({ keys: stores.keys, ttlSeconds: TOKEN_SECONDS, newId, now })
    const accounts = []
    for (const account of added) {
      const versions = {
        passwordVersion: 1,
        tokenVersion: FIRST_TOKEN_VERSION,
        email: null,
        verifiedEmail: null,
      }
      const { token } = await issue({ ...account, ...versions }, now())
      accounts.push({ id: account.id, username: account.username, token })
    }
    return { accounts, password }
  } finally {
    await stores.close()
  }
}
