/** Each write of a transaction has a condition: a decision about an old state cannot be written. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createMongoAuditLog } from '@shop/service_kit/audit/mongo_log'
import { isDuplicate, OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import { openMongo } from '@shop/service_kit/mongo/store'
import { withOption } from '@shop/service_kit/mongo/url'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'

import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { adjustStock, newProduct } from '../../src/domain/change_product.ts'
import { decideReservations, releaseReservations, shipReservations } from '../../src/domain/reserving.ts'
import { createMongoCatalogueStore } from '../../src/storage/mongo_catalogue_store.ts'
import { collectionsOf, PRODUCT_INDEXES, readingsOf } from '../../src/storage/mongo_documents.ts'
import { writeEffects } from '../../src/storage/mongo_effects.ts'
import { createMongoLedger } from '../../src/storage/mongo_ledger.ts'
import { loadState } from '../../src/storage/mongo_state.ts'
import { createMongoStockStore } from '../../src/storage/mongo_stock_store.ts'
import type { Effects, State } from '../../src/storage/mongo_work.ts'
import { AT, nextId, order, STAMP } from '../worlds.ts'

class Undone extends Error {}

const FIELDS = { name: 'Tea', description: '', priceMinor: 100, stock: 10 }

/** The id of a document or of a bulk operation; for a movement, the id of its product. */
function idOf(one: object): string {
  const { insertOne, productId, _id } = one as {
    insertOne?: { document: { _id: string } }
    productId?: string
    _id: string
  }
  return insertOne?.document._id ?? productId ?? _id
}

mongoSuites('effects of a decision in MongoDB', (server) => {
  const world = async (t: TestContext) => {
    const plan = { service: 'product_service', database: server.newDatabase(), indexes: PRODUCT_INDEXES }
    const url = withOption(server.url(plan.database), 'monitorCommands=true')
    const store = await openMongo({ ...server.opening, ...plan, url })
    t.after(() => store.close())
    const reading = readingsOf(() => () => {})
    const audit = createMongoAuditLog(store, systemRuntime, () => () => {})
    const ledger = createMongoLedger(store, systemRuntime, audit, reading)
    const stock = createMongoStockStore(store, ledger, audit, reading)
    const tea = await createMongoCatalogueStore(store, systemRuntime, ledger, audit, reading).create(
      { id: nextId(), fields: FIELDS },
      STAMP,
    )
    const collections = collectionsOf(store)
    const load = (orderIds: string[] = []) =>
      store.transact((session) =>
        loadState(collections, session, [{ reads: { productIds: [tea.id], orderIds } }], reading),
      )
    /** Writes and rolls back; resolves the error. */
    const write = async (loaded: State, effects: Effects): Promise<unknown> => {
      let failure: unknown
      const tried = store.transact(async (session) => {
        failure = await writeEffects(collections, session, loaded, [effects], reading, STAMP.at).catch(
          (error) => error,
        )
        throw new Undone()
      })
      await assert.rejects(tried, Undone)
      return failure
    }
    return { store, collections, reading, stock, tea, load, write }
  }

  test('the audit log costs a reservation no command; an adjustment adds its entry to the transaction', async (t) => {
    const { store, stock, tea } = await world(t)
    const sent: string[] = []
    store.client.on('commandStarted', ({ commandName, command }) => {
      if (commandName !== 'commitTransaction') sent.push(`${commandName} ${command[commandName]}`)
    })
    const wanted = order({ [tea.id]: 1 })
    await stock.reserve([wanted], AT)
    await stock.release([wanted.orderId], AT)
    assert.ok(sent.includes('insert movements'), sent.join())
    assert.ok(!sent.some((each) => each.includes('audit_log')), sent.join())
    sent.length = 0
    await stock.adjust({ productId: tea.id, delta: 1, note: 'found', attempt: undefined }, STAMP)
    assert.deepEqual(
      sent.filter((each) => each.includes('audit_log')),
      ['insert audit_log'],
    )
  })

  test('is written in the order of ids, for any order of decisions, so two replicas cannot deadlock', async (t) => {
    const { collections, load, write } = await world(t)
    const { products, reservations, movements, attempts } = collections
    const calls: unknown[][] = []
    for (const [collection, method] of [
      [products, 'bulkWrite'],
      [reservations, 'bulkWrite'],
      [movements, 'insertMany'],
      [attempts, 'insertMany'],
    ] as const) {
      const original = collection[method].bind(collection) as (...args: unknown[]) => unknown
      t.mock.method(
        collection as never,
        method as never,
        ((...args: unknown[]) => {
          calls.push((args[0] as object[]).map(idOf))
          return original(...args)
        }) as never,
      )
    }
    const ids = ['b', 'a', 'd', 'c']
    const loaded = await load()
    const made = ids.map((id) => newProduct(id, { ...FIELDS, stock: 1 }, STAMP))
    const { reservations: released } = releaseReservations(loaded.products, loaded.reservations, ids, AT)
    for (const turn of [<T>(all: readonly T[]) => all, <T>(all: readonly T[]) => all.toReversed()]) {
      const effects = {
        products: turn(made.map(({ product }) => product)),
        movements: turn(made.map(({ movement }) => movement!)),
        reservations: turn(released),
        attempts: turn(ids.map((_id) => ({ _id, fingerprint: 'f', movement: made[0]!.movement! }))),
      }
      calls.length = 0
      assert.equal(await write(loaded, effects), undefined)
      assert.deepEqual(calls, Array(4).fill(['a', 'b', 'c', 'd']))
    }
  })

  test('an empty read set sends no query', async (t) => {
    const { store, collections, reading, tea } = await world(t)
    const finds = [collections.products, collections.reservations, collections.attempts].map((collection) =>
      t.mock.method(collection as { find: () => unknown }, 'find'),
    )
    const reads = { productIds: [tea.id, tea.id] }
    const { products } = await store.transact((session) =>
      loadState(collections, session, [{ reads }], reading),
    )
    assert.deepEqual(products.get(tea.id), tea)
    assert.deepEqual(
      finds.map(({ mock }) => mock.callCount()),
      [1, 0, 0],
    )
  })

  test('a product that was changed meanwhile (invariants 1, 2)', async (t) => {
    const { stock, tea, load, write } = await world(t)
    const loaded = await load()
    const { product, movement } = adjustStock(tea, { delta: 1, note: 'x' }, STAMP)
    const effects = { products: [product], movements: [movement] }
    assert.equal(await write(loaded, effects), undefined)
    await stock.adjust({ productId: tea.id, delta: 1, note: 'x', attempt: undefined }, STAMP)
    assert.ok((await write(loaded, effects)) instanceof OutcomeUnknown)
  })

  test('a movement of a version that has one (invariant 2)', async (t) => {
    const { stock, tea, load, write } = await world(t)
    const { movement } = adjustStock(tea, { delta: 1, note: 'x' }, STAMP)
    await stock.reserve([order({ [tea.id]: 1 })], AT)
    assert.ok(isDuplicate(await write(await load(), { movements: [movement] })))
  })

  test('a reservation of an order that has one (invariant 6)', async (t) => {
    const { stock, tea, load, write } = await world(t)
    const loaded = await load()
    const wanted = order({ [tea.id]: 1 })
    await stock.release([wanted.orderId], AT)
    const { reservations } = decideReservations(
      loaded.products,
      loaded.reservations,
      [wanted],
      AT,
      () => false,
    )
    assert.ok(isDuplicate(await write(loaded, { reservations })))
  })

  test('a release of what was shipped meanwhile, and the other way round (invariant 6)', async (t) => {
    const { stock, tea, load, write } = await world(t)
    for (const [first, decide] of [
      ['ship', releaseReservations],
      ['release', shipReservations],
    ] as const) {
      const wanted = order({ [tea.id]: 1 })
      await stock.reserve([wanted], AT)
      const loaded = await load([wanted.orderId])
      const { reservations } = decide(loaded.products, loaded.reservations, [wanted.orderId], AT)
      assert.equal(await write(loaded, { reservations }), undefined)
      await stock[first]([wanted.orderId], AT)
      assert.ok((await write(loaded, { reservations })) instanceof OutcomeUnknown)
    }
  })
})
