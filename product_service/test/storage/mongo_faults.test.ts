/** Transactions with an unknown outcome are applied once, and answered as decided. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { failEveryCall } from '@shop/service_kit/test_support/fault_runs'
import { MONGO_ERRORS, MONGO_OPTIONS, mongoDriver } from '@shop/service_kit/test_support/mongo_driver_faults'

import { mongoDriverSuites, mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { productRun } from '../engine_faults.ts'
import { AT, add, order, STAMP } from '../worlds.ts'

mongoSuites('products in MongoDB when answers get lost', (server) => {
  const world = async (t: TestContext) => {
    const database = server.newDatabase()
    const open = async (DATABASE_URL: string) => {
      const stores = await openStores({ DATABASE_URL, DATA_DIR: '', CURRENCY: 'USD' }, server.opening)
      t.after(() => stores.close())
      return stores
    }
    const { url, proxy } = await server.proxied(t, database)
    const [stores, other] = [await open(url), await open(server.url(database))]
    const check = async () =>
      assert.deepEqual((await other.audit.ledgerMismatches(undefined, 99)).mismatches, [])
    return { stores, other, proxy, tea: await add(stores), check }
  }
  const saw = (...versions: number[]) => versions

  /** A broken connection, after which the driver retries; and an error answer, after which the store retries. */
  const losses: [string, object | undefined][] = [
    ['cut off', undefined],
    [
      'timed out',
      {
        ok: 0,
        code: 50,
        codeName: 'MaxTimeMSExpired',
        errmsg: 'x',
        errorLabels: ['UnknownTransactionCommitResult'],
      },
    ],
  ]
  for (const [how, instead] of losses) {
    test(`an adjustment without a key is applied once, its commit ${how} (invariant 2)`, async (t) => {
      const { stores, other, proxy, tea, check } = await world(t)
      proxy.loseAnswerTo('commitTransaction', 3, instead)
      const adjustment = { productId: tea.id, delta: 5, note: 'counted', attempt: undefined }
      const { movement, replayed } = await stores.stock.adjust(adjustment, STAMP)
      assert.equal(proxy.lost(), 3)
      assert.deepEqual([movement.stockAfter, movement.version, replayed], [15, 2, false])
      assert.equal((await other.catalogue.find(tea.id))?.stock, 15)
      await check()
    })

    test(`a compaction is done once, and counted, its commit ${how} (invariant 2)`, async (t) => {
      const { stores, other, proxy, tea, check } = await world(t)
      const adjustment = { productId: tea.id, delta: 5, note: 'counted', attempt: undefined }
      for (let n = 0; n < 3; n++) await stores.stock.adjust(adjustment, STAMP)
      const [old] = stores.old.movements
      const { items } = await old!.due('9000-01-01', undefined, 10)
      proxy.loseAnswerTo('commitTransaction', 1, instead)
      assert.equal(await old!.remove(items as never[]), 4)
      assert.equal(proxy.lost(), 1)
      const left = await other.stock.movements(tea.id, { after: undefined, limit: 9 })
      assert.deepEqual(
        left?.items.map(({ delta, version }) => [delta, version]),
        [[25, 4]],
      )
      await check()
    })

    test(`an edit does not conflict with itself, its commit ${how} (invariant 7)`, async (t) => {
      const { stores, other, proxy, tea } = await world(t)
      proxy.loseAnswerTo('commitTransaction', 1, instead)
      const edited = await stores.catalogue.edit(tea.id, { name: 'Coffee', stock: 3 }, saw(1), STAMP)
      assert.equal(proxy.lost(), 1)
      assert.deepEqual(await other.catalogue.find(tea.id), edited)
      assert.equal(edited.version, 2)
    })

    test(`calls that shared the transaction all get their answers, its commit ${how} (invariant 6)`, async (t) => {
      const { stores, proxy, tea, check } = await world(t)
      proxy.loseAnswerTo('commitTransaction', 1, instead)
      const [held, refused, added] = await Promise.allSettled([
        stores.stock.reserve([order({ [tea.id]: 4 }), order({ [tea.id]: 99 })], AT),
        stores.catalogue.edit(tea.id, { stock: 1 }, saw(77), STAMP),
        add(stores),
      ])
      assert.equal(proxy.lost(), 1)
      assert.deepEqual(held.status === 'fulfilled' && held.value.map(({ status }) => status), [
        'held',
        'rejected',
      ])
      assert.equal(refused.status === 'rejected' && refused.reason.code, 'version_conflict')
      assert.equal(added.status, 'fulfilled')
      await check()
    })
  }

  test('an adjustment whose connection broke before the commit is applied once (invariant 2)', async (t) => {
    const { stores, proxy, tea, check } = await world(t)
    proxy.loseAnswerTo('movements', 3)
    await stores.stock.adjust({ productId: tea.id, delta: 5, note: 'counted', attempt: undefined }, STAMP)
    assert.equal(proxy.lost(), 3)
    assert.equal((await stores.catalogue.find(tea.id))?.stock, 15)
    await check()
  })

  test('a transaction that conflicts with another is retried from the current state (invariant 2)', async (t) => {
    const { stores, proxy, tea, check } = await world(t)
    const conflict = { ok: 0, code: 112, codeName: 'WriteConflict', errmsg: 'x' }
    for (const errorLabels of [['TransientTransactionError'], []]) {
      for (const command of ['products', 'movements', 'commitTransaction']) {
        const before = (await stores.catalogue.find(tea.id))!
        proxy.loseAnswerTo(command, 2, { ...conflict, errorLabels })
        await stores.stock.adjust({ productId: tea.id, delta: 5, note: 'counted', attempt: undefined }, STAMP)
        assert.equal(proxy.lost(), 2)
        assert.equal((await stores.catalogue.find(tea.id))?.stock, before.stock + 5)
      }
    }
    await check()
  })

  test('after a lost answer the queue continues', async (t) => {
    const { stores, proxy, tea, check } = await world(t)
    for (let round = 0; round < 4; round++) {
      proxy.loseAnswerTo('commitTransaction', round)
      const [answer] = await stores.stock.reserve([order({ [tea.id]: 1 })], AT)
      assert.equal(answer?.status, 'held')
    }
    const { stock, reserved } = (await stores.catalogue.find(tea.id))!
    assert.deepEqual([stock, reserved], [6, 4])
    await check()
  })
})

const RUNS_IN_A_DATABASE = 10

mongoDriverSuites('products in MongoDB while calls of the driver fail', (server) => {
  for (const refusal of [false, true]) {
    const also = refusal ? ', also when one is refused' : ''
    test(`every call is answered, and correctly${also} (invariants 1, 2, 6)`, async (t) => {
      const open = async () => {
        const DATABASE_URL = server.url(server.newDatabase())
        const stores = await openStores({ DATABASE_URL, DATA_DIR: '', CURRENCY: 'USD' }, server.opening)
        t.after(() => stores.close())
        return stores
      }
      let stores = await open()
      let runs = 0
      const makeRun = async () => {
        if (++runs % RUNS_IN_A_DATABASE === 0) stores = await open()
        return productRun(stores, refusal)
      }
      const failed = await failEveryCall(mongoDriver, MONGO_ERRORS, makeRun, MONGO_OPTIONS)
      assert.ok(failed > 40, `${failed} calls`)
    })
  }
})
