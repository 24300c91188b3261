/** Answers of MongoDB that get lost: each write is applied once, and reported as applied. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Collection } from 'mongodb'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import type { StoredOrder } from '../../src/domain/schedule.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { ADA, AT, confirm, HELD, later, order, requestCancel } from '../samples.ts'

mongoSuites('orders in MongoDB when answers get lost', (server) => {
  const world = async (t: TestContext) => {
    const database = server.newDatabase()
    const open = async (DATABASE_URL: string) => {
      const stores = await openStores({ DATABASE_URL, DATA_DIR: '', CURRENCY: 'USD' }, server.opening)
      t.after(() => stores.close())
      return stores.orders
    }
    const { url, proxy } = await server.proxied(t, database)
    return { proxy, store: await open(url), other: await open(server.url(database)) }
  }

  for (const times of [1, 3]) {
    test(`${times} lost answers to inserts: added once, and reported as added (invariants 3, 4)`, async (t) => {
      const { store, other, proxy } = await world(t)
      const orders = Array.from({ length: 8 }, (_, i) => order(i % 2 ? { idempotencyKey: `k${i}` } : {}))
      proxy.loseAnswerTo('insert', times)
      const results = await Promise.all(orders.map((each) => store.addOnce(each)))
      assert.equal(proxy.lost(), times)
      assert.deepEqual(
        results,
        orders.map((each) => ({ stored: each, added: true })),
      )
      assert.equal((await other.listByUser(ADA, { limit: 100 })).length, 8)
    })

    test(`${times} lost answers to saves: applied, and reported as applied (invariant 7)`, async (t) => {
      const { store, other, proxy } = await world(t)
      const orders = Array.from({ length: 8 }, () => order())
      await Promise.all(orders.map((each) => store.addOnce(each)))
      proxy.loseAnswerTo('update', times)
      const saved = await Promise.all(orders.map((each) => store.save(confirm(each, HELD, AT))))
      assert.equal(proxy.lost(), times)
      for (const each of saved) assert.deepEqual(await other.find(each.order.id), each)
    })

    test(`${times} lost answers among concurrent saves of one version: the one that succeeds is stored (invariant 7)`, async (t) => {
      const { store, other, proxy } = await world(t)
      const first = order()
      await store.addOnce(first)
      proxy.loseAnswerTo('update', times)
      const outcomes = await Promise.allSettled(
        [1, 2, 3, 4].map((i) => store.save(requestCancel(first, ADA, later(i)))),
      )
      const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
      assert.equal(proxy.lost(), times)
      assert.deepEqual(won, [await other.find(first.order.id)])
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'version_conflict')
      }
    })
  }

  /** Errors for a write that was applied, when the server lost its role or its majority meanwhile. */
  const elections: [string, object][] = [
    ['not primary any more', { ok: 0, code: 10107, codeName: 'NotWritablePrimary', errmsg: 'not primary' }],
    [
      'interrupted',
      { ok: 0, code: 11602, codeName: 'InterruptedDueToReplStateChange', errmsg: 'stepped down' },
    ],
    [
      'no majority in time',
      {
        ok: 1,
        n: 4,
        nModified: 4,
        writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' },
      },
    ],
  ]
  for (const [what, answer] of elections) {
    test(`"${what}" on applied writes: applied once, and reported as applied (invariants 3, 4, 7)`, async (t) => {
      const { store, other, proxy } = await world(t)
      const orders = Array.from({ length: 4 }, (_, i) => order(i % 2 ? { idempotencyKey: `k${i}` } : {}))
      proxy.loseAnswerTo('insert', 3, answer)
      const added = await Promise.all(orders.map((each) => store.addOnce(each)))
      assert.ok(proxy.lost() >= 1)
      assert.ok(added.every((each) => each.added))
      proxy.loseAnswerTo('update', 3, answer)
      const saved = await Promise.all(orders.map((each) => store.save(confirm(each, HELD, AT))))
      assert.ok(proxy.lost() >= 1)
      for (const each of saved) assert.deepEqual(await other.find(each.order.id), each)
      assert.equal((await other.listByUser(ADA, { limit: 100 })).length, 4)
    })
  }

  test('a key used by an order that is not on a majority yet is read again (invariant 4)', async (t) => {
    const { store, other } = await world(t)
    const first = order({ idempotencyKey: 'k' })
    await other.addOnce(first)
    // By key, then by id.
    const { mock } = t.mock.method(Collection.prototype, 'findOne', async () => null, { times: 2 })
    assert.deepEqual(await store.addOnce(order({ idempotencyKey: 'k' })), { stored: first, added: false })
    assert.equal(mock.callCount(), 2)
  })

  test('an error that repeating cannot solve is not repeated, and is not store_unavailable', async (t) => {
    const { store, proxy } = await world(t)
    proxy.loseAnswerTo('insert', 1, { ok: 0, code: 121, codeName: 'DocumentValidationFailure', errmsg: 'no' })
    await assert.rejects(store.addOnce(order()), { code: 121 })
    proxy.loseAnswerTo('insert', 1, { ok: 0, code: 13, codeName: 'Unauthorized', errmsg: 'no' })
    await assert.rejects(store.addOnce(order()), { code: 'store_unavailable' })
  })

  test('a claim whose answer was lost returns what it claimed (invariant 5)', async (t) => {
    const { store, proxy } = await world(t)
    const orders: StoredOrder[] = Array.from({ length: 5 }, () => order())
    for (const each of orders) await store.addOnce(each)
    proxy.loseAnswerTo('update', 2)
    const claimed = await store.claimDue('9000-01-01T00:00:00.000Z', '9000-01-02T00:00:00.000Z', 5)
    assert.equal(proxy.lost(), 2)
    assert.equal(claimed.length, 5)
  })
})
