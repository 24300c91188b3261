import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMongoAuditLog } from '@shop/service_kit/audit/mongo_log'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { assertQueriesAreIndexed } from '@shop/service_kit/test_support/mongo_queries'
import { mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { OPERATOR, SYSTEM } from '../../src/domain/author.ts'
import type { Session } from '../../src/domain/ports.ts'
import { createMongoDeletionStore } from '../../src/storage/mongo_deletions.ts'
import { createMongoKeyStore } from '../../src/storage/mongo_key_store.ts'
import { createMongoSessionStore } from '../../src/storage/mongo_session_store.ts'
import { createMongoThrottleStore } from '../../src/storage/mongo_throttle_store.ts'
import { createMongoUserStore } from '../../src/storage/mongo_user_store.ts'
import { AUTH_INDEXES } from '../../src/storage/open_mongo.ts'
import { aKey } from '../key_store_contract.ts'
import { START, START_AT } from '../support.ts'
import { account } from '../user_store_contract.ts'

const unreadableOf = () => () => {}
const LIMITS = { freeAttempts: 3, firstPauseMs: 1, longestPauseMs: 8, forgetAfterMs: 9 }

mongoSuite('queries on accounts in MongoDB', (server) => {
  test('every query uses an index', async () => {
    const plan = { service: 'auth_service', database: 'unused', indexes: AUTH_INDEXES }
    const seen = await assertQueriesAreIndexed(server, plan, async (store) => {
      const audit = createMongoAuditLog(store, systemRuntime, unreadableOf)
      const users = createMongoUserStore(store, systemRuntime, audit, unreadableOf)
      const [ada, root] = [account('ada', 'admin'), account('root', 'admin')]
      for (const each of [ada, root]) await users.add(each)
      await users.find(ada.id)
      await users.findByName('ada')
      await users.changePassword(ada.id, 1, 'h', () => START, { keep: 's' })
      await users.rehash(ada.id, 'h', 'i')
      await users.setRole(ada.id, 'customer', () => START, OPERATOR)
      await users.withdrawals(START, 1)
      await users.erase(ada.id, () => START, OPERATOR)
      await users.list({ limit: 1 })
      await users.list({ limit: 1, after: root.id })
      await users.listNamed({ prefix: 'a', limit: 1 })
      await users.listNamed({ prefix: 'a', limit: 1, after: 'ada' })
      await users.findMany([ada.id])

      const sessions = createMongoSessionStore(store, unreadableOf)
      const session: Session = {
        id: 's',
        userId: ada.id,
        passwordVersion: 1,
        tokenHash: 't',
        previousHash: null,
        salt: null,
        rotatedAt: null,
        createdAt: START_AT,
        expiresAt: START_AT,
        client: null,
        secondFactor: false,
      }
      await sessions.start({ ...session, id: 'older' }, 1)
      await sessions.start(session, 1)
      await sessions.find('s')
      await sessions.count(ada.id, START)
      await sessions.rotate('s', 't', { tokenHash: 'u', salt: 'x', rotatedAt: START_AT })
      await sessions.purge(START, 5)
      await sessions.end('s')
      await sessions.endOlder(ada.id, 2)

      const keys = createMongoKeyStore(store, systemRuntime, audit, unreadableOf)
      await keys.add(await aKey(1), SYSTEM)
      await keys.add(await aKey(1), SYSTEM)
      await keys.list()
      await keys.remove(['k'], { how: 'retired', at: START, by: SYSTEM })

      const throttle = createMongoThrottleStore(store, systemRuntime, audit, unreadableOf)
      await throttle.take([{ key: 'a', limits: LIMITS }], () => START)
      await throttle.refund(['a'])
      await throttle.remember('k', START_AT)
      await throttle.remembers('k', START)
      await throttle.startingWith('a', { limit: 1 })
      await throttle.startingWith('a', { limit: 1, after: 'a' })
      await throttle.unlock(['a'], { accountId: ada.id, at: START, by: OPERATOR })
      await throttle.clear(['a'])
      for (const filter of [undefined, { subject: ada.id }, { by: OPERATOR }, { action: 'account.deleted' }])
        await audit.page({ filter, before: undefined, limit: 1 })
      await throttle.purge(() => START, 5)

      const deletions = createMongoDeletionStore(store)
      await users.erase(ada.id, () => START, OPERATOR)
      const [deletion] = await deletions.claim(START, START, 5)
      await deletions.postpone(ada.id, deletion!.fence, START)
      await deletions.remove(ada.id, deletion!.fence)
    })
    assert.ok(seen.length >= 15, seen.join('; '))
  })
})
