/** Audits of long histories on MongoDB: each read is bounded, and all numbers are of one moment. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type MongoStore, openMongo } from '@shop/service_kit/mongo/store'
import { withOption } from '@shop/service_kit/mongo/url'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import { needsRealServer } from '@shop/service_kit/test_support/mongo_server'
import type { CommandStartedEvent } from 'mongodb'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { createMongoAuditStore } from '../../src/storage/mongo_audit_store.ts'
import { movementId, PRODUCT_INDEXES, readingsOf } from '../../src/storage/mongo_documents.ts'
import { createMongoOldMovements } from '../../src/storage/mongo_retention.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { AT, add, order } from '../worlds.ts'

const AT_ONCE = 10
const SALES = 34

mongoSuites('audits of long histories in MongoDB', (server) => {
  /** A bestseller with many sales, between two other products. */
  const world = async (t: TestContext) => {
    const url = withOption(server.url(server.newDatabase()), 'monitorCommands=true')
    const stores = await openStores({ DATABASE_URL: url, DATA_DIR: '', CURRENCY: 'USD' }, server.opening)
    t.after(() => stores.close())
    const plan = { service: 'product_service', database: 'unused', indexes: PRODUCT_INDEXES }
    const store = await openMongo({ ...server.opening, ...plan, url })
    t.after(() => store.close())
    const [, best] = [await add(stores), await add(stores, { stock: 1_000 }), await add(stores)]
    const sell = () => stores.stock.reserve([order({ [best!.id]: 2 })], AT)
    for (let i = 0; i < SALES; i++) await sell()
    const sent: CommandStartedEvent[] = []
    store.client.on('commandStarted', (event) => void sent.push(event))
    return { store, best: best!, sell, sent, audit: createMongoAuditStore(store, AT_ONCE) }
  }
  const versionIn = (id: string) => Number(id.split(':')[1])

  test('no read has more documents than the limit; together they have all', async (t) => {
    const { audit, best, sent } = await world(t)
    assert.deepEqual(await audit.ledgerMismatches(undefined, 5), {
      mismatches: [],
      checked: 3,
      next: undefined,
    })
    const ranges = sent.flatMap(({ commandName, command }) => {
      const { productId, _id } = commandName === 'aggregate' ? command.pipeline[0].$match : {}
      return productId === best.id ? [[versionIn(_id.$gt), versionIn(_id.$lte)]] : []
    })
    assert.deepEqual(ranges, [
      [0, 10],
      [10, 20],
      [20, 30],
      [30, SALES + 1],
    ])
    const batches = sent.filter(({ command }) => 'reservations' === (command.find ?? command.collection))
    assert.ok(batches.length >= SALES / AT_ONCE, `${batches.length}`)
    for (const { command } of batches) assert.equal(command.batchSize, AT_ONCE)
  })

  test('a sale between two reads is no mismatch', async (t) => {
    const { audit, store, sell } = await world(t)
    const selling: Promise<unknown>[] = []
    store.client.on('commandStarted', ({ commandName }) => {
      if (commandName === 'aggregate') selling.push(sell())
    })
    assert.deepEqual((await audit.ledgerMismatches(undefined, 5)).mismatches, [])
    await Promise.all(selling)
    assert.ok(selling.length > SALES / AT_ONCE)
  })

  test('a sale between products and what is held for them is no mismatch', {
    skip: needsRealServer(server),
  }, async (t) => {
    const { store, sell } = await world(t)
    let reads = 0
    const snapshot: MongoStore['snapshot'] = (work) =>
      store.snapshot((options, read) =>
        work(options, async (each) => {
          const found = await read(each)
          if (++reads === 1) await sell()
          return found
        }),
      )
    const audit = createMongoAuditStore({ ...store, snapshot }, AT_ONCE)
    assert.deepEqual((await audit.ledgerMismatches(undefined, 5)).mismatches, [])
    assert.ok(reads > 1)
  })

  test('movements that are compacted between two reads are no mismatch', async (t) => {
    const { store, best } = await world(t)
    const old = createMongoOldMovements(store, readingsOf(IGNORE_UNREADABLE))
    await store
      .collection<{ _id: string }>('reservations')
      .updateMany({ status: 'held' }, { $set: { status: 'shipped' } })
    await store.collection('products').updateMany({}, { $set: { reserved: 0 } })
    let [sums, compacted] = [0, 0]
    // After the first range of the bestseller, a run that reaches into the second one.
    const repeat: MongoStore['repeat'] = async (work) => {
      const sum = await store.repeat(work)
      if (++sums === 2) {
        const { items } = await old.due('9000-01-01', `${best.id} 0`, AT_ONCE + 5)
        compacted = await old.remove(items)
      }
      return sum
    }
    const audit = createMongoAuditStore({ ...store, repeat }, AT_ONCE)
    const { mismatches, checked } = await audit.ledgerMismatches(undefined, 5)
    assert.equal(compacted, AT_ONCE + 5)
    assert.deepEqual([mismatches, checked], [[], 3])
  })

  test('a movement that is missing in the middle is found', async (t) => {
    const { audit, store, best } = await world(t)
    await store.collection<{ _id: string }>('movements').deleteOne({ _id: movementId(best.id, 15) })
    const { mismatches } = await audit.ledgerMismatches(undefined, 5)
    const units = 2 * SALES
    assert.deepEqual(mismatches, [
      {
        productId: best.id,
        stock: 1_000 - units,
        movementsSum: 1_000 - units + 2,
        reserved: units,
        heldUnits: units,
      },
    ])
  })

  test('a reservation that is missing is found', async (t) => {
    const { audit, store, best } = await world(t)
    const reservations = store.collection<{ _id: string }>('reservations')
    await reservations.deleteOne({ _id: (await reservations.findOne({}))!._id })
    const { mismatches } = await audit.ledgerMismatches(undefined, 5)
    assert.deepEqual(
      mismatches.map(({ productId, reserved, heldUnits }) => [productId, reserved - heldUnits]),
      [[best.id, 2]],
    )
  })
})
