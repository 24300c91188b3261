import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMongo } from '@shop/service_kit/mongo/store'
import { needsRealServer, refuseEntries } from '@shop/service_kit/test_support/mongo_server'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { CLOCKS_DIFFER_MS } from '../../src/domain/clocks.ts'
import { KNOWN_ADDRESS_MS } from '../../src/domain/throttling.ts'
import { AUTH_INDEXES } from '../../src/storage/open_mongo.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { auditAtomicityContract, auditContract } from '../audit_log_contract.ts'
import { contactStoresContract } from '../contact_store_contract.ts'
import { deletionStoreContract } from '../deletion_store_contract.ts'
import { keyStoreContract } from '../key_store_contract.ts'
import { sessionStoreContract } from '../session_store_contract.ts'
import { newId, type OpenPair, type Scope, START } from '../support.ts'
import { throttleStoreContract } from '../throttle_store_contract.ts'
import { unreadableContract } from '../unreadable_contract.ts'
import { account, userStoreContract } from '../user_store_contract.ts'

mongoSuites('accounts in MongoDB', (server) => {
  const open = async (t: Scope, database: string) => {
    const stores = await openStores({ DATABASE_URL: server.url(database), DATA_DIR: '' }, server.opening)
    t.after(() => stores.close())
    return stores
  }
  const two: OpenPair = async (t) => {
    const database = server.newDatabase()
    return [await open(t, database), await open(t, database)]
  }
  const alone: OpenPair = async (t) => {
    const stores = await open(t, server.newDatabase())
    return [stores, stores]
  }

  sessionStoreContract('MongoDB, two connections', two)
  throttleStoreContract('MongoDB, two connections', two)
  userStoreContract('MongoDB', alone)
  keyStoreContract('MongoDB', alone)
  contactStoresContract('MongoDB', alone)
  deletionStoreContract('MongoDB', alone)
  auditContract('MongoDB', alone)
  // Two admins that demote each other, or two replicas that add a key, are overlapping transactions.
  if (server.honest) {
    for (const contract of [
      userStoreContract,
      keyStoreContract,
      auditContract,
      contactStoresContract,
      deletionStoreContract,
    ])
      contract('MongoDB, two connections', two)
  } else test('the other contracts on two connections', { skip: needsRealServer(server) }, () => {})

  test('a purge that stands still before it looks for entries does not forget what is remembered meanwhile', async (t) => {
    const [{ throttle }] = await alone(t)
    const later = new Date(START.getTime() + CLOCKS_DIFFER_MS + 1_000)
    await throttle.remember('k', new Date(later.getTime() + KNOWN_ADDRESS_MS).toISOString())
    // Read to look for what is past, then for what is too far ahead.
    let reads = 0
    assert.equal(await throttle.purge(() => (++reads <= 2 ? START : later), 9), 0)
    assert.equal(await throttle.remembers('k', later), true)
    assert.equal(reads, 3)
  })

  auditAtomicityContract('MongoDB', async (t) => {
    const database = server.newDatabase()
    const stores = await open(t, database)
    const plan = { service: 'auth_service', database, indexes: AUTH_INDEXES }
    const raw = await openMongo({ ...server.opening, ...plan, url: server.url(database) })
    t.after(() => raw.close())
    return { stores, refuseEntries: () => refuseEntries(raw) }
  })

  unreadableContract('MongoDB', async (t) => {
    const database = server.newDatabase()
    const reported: string[] = []
    const stores = await openStores(
      { DATABASE_URL: server.url(database), DATA_DIR: '' },
      { ...server.opening, unreadableOf: (what) => (id) => reported.push(`${what} ${id}`) },
    )
    t.after(() => stores.close())
    const plan = { service: 'auth_service', database, indexes: AUTH_INDEXES }
    const raw = await openMongo({ ...server.opening, ...plan, url: server.url(database) })
    t.after(() => raw.close())
    return {
      stores,
      reported,
      async corrupt(kind, _id) {
        const [collection, $set] = UNREADABLE[kind]
        const { matchedCount } = await raw
          .collection<{ _id: string }>(collection)
          .updateOne({ _id }, { $set })
        assert.equal(matchedCount, 1)
      },
    }
  })

  test('a name in use is refused on another connection too; of many concurrent additions one succeeds', async (t) => {
    const pair = await two(t)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => pair[i % 2]!.users.add(account('ada'))),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  test('a closed store rejects with store_unavailable', async (t) => {
    const stores = await open(t, server.newDatabase())
    await stores.close()
    await assert.rejects(stores.users.add(account('ada')), { code: 'store_unavailable' })
    await assert.rejects(stores.sessions.end(newId()), { code: 'store_unavailable' })
  })
})

const UNREADABLE = {
  user: ['users', { createdAt: 'once' }],
  'changes of user': ['users', { passwordVersion: 'many' }],
  // An array with one date matches the same queries as the date.
  session: ['sessions', { createdAt: [new Date('2999-01-01')], expiresAt: [new Date('2999-01-01')] }],
  key: ['signing_keys', { signsFrom: 'soon', jwk: {} }],
  throttle: ['throttle', { tries: 'many', forgetAt: 'never' }],
} as const
