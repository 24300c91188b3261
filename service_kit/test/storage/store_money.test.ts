/** The money of a store is written down when it is made, and never read in another way (invariant 9). */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import type { Setting } from '../../src/mongo/setup.ts'
import { openMongo } from '../../src/mongo/store.ts'
import { moneyFault, saveMoney } from '../../src/sqlite/money.ts'
import { openSqlite } from '../../src/sqlite/store.ts'
import { createStoreMoney, type MoneyConfig } from '../../src/storage/store_money.ts'
import { mongoSuite } from '../../test_support/mongo_server.ts'

/** A place that money can be kept in, opened by as many as like. */
type Place = {
  open(config: MoneyConfig): Promise<number>
  /** A store from before digits were kept. */
  makeOld(currency: string): Promise<void>
}

function moneyContract(name: string, makePlace: (t: TestContext) => Promise<Place>) {
  suite(`the money of a store: ${name}`, () => {
    test('a new store has the digits of ISO 4217, or those that were asked for', async (t) => {
      assert.equal(await (await makePlace(t)).open({ CURRENCY: 'HUF' }), 2)
      const place = await makePlace(t)
      assert.equal(await place.open({ CURRENCY: 'HUF', CURRENCY_DIGITS: 0 }), 0)
      assert.equal(await place.open({ CURRENCY: 'HUF' }), 0)
    })

    test('a store of before keeps what it was made with', async (t) => {
      const places = [await makePlace(t), await makePlace(t)] as const
      await places[0].makeOld('HUF')
      await places[1].makeOld('EUR')
      for (const _ of ['first', 'again']) {
        assert.equal(await places[0].open({ CURRENCY: 'HUF' }), 0)
        assert.equal(await places[1].open({ CURRENCY: 'EUR' }), 2)
      }
    })

    test('another currency is refused, before and after digits were kept, and leaves all as it was', async (t) => {
      const place = await makePlace(t)
      await place.makeOld('HUF')
      const refusal = /CURRENCY is USD, but the prices in there are HUF.* Set CURRENCY=HUF/
      await assert.rejects(place.open({ CURRENCY: 'USD' }), refusal)
      assert.equal(await place.open({ CURRENCY: 'HUF' }), 0)
      await assert.rejects(place.open({ CURRENCY: 'USD' }), refusal)
      assert.equal(await place.open({ CURRENCY: 'HUF' }), 0)
    })

    test('other digits are refused', async (t) => {
      const place = await makePlace(t)
      assert.equal(await place.open({ CURRENCY: 'KWD' }), 3)
      await assert.rejects(
        place.open({ CURRENCY: 'KWD', CURRENCY_DIGITS: 2 }),
        /CURRENCY_DIGITS is 2, but the prices in there have 3/,
      )
      assert.equal(await place.open({ CURRENCY: 'KWD', CURRENCY_DIGITS: 3 }), 3)
    })

    test('of many who make it at once all have the same', async (t) => {
      const place = await makePlace(t)
      const opened = await Promise.all(Array.from({ length: 5 }, () => place.open({ CURRENCY: 'CLF' })))
      assert.deepEqual(opened, [4, 4, 4, 4, 4])
    })
  })
}

moneyContract('SQLite', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-money-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(
    join(folder, '0001_settings.sql'),
    'CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT)',
  )
  const open = () =>
    openSqlite({ runtime: systemRuntime, path: join(folder, 'store.db'), migrations: folder })
  return {
    async open(config) {
      const store = open()
      try {
        const money = createStoreMoney(config, 'there')
        await saveMoney(store, money)
        return money.digits()
      } finally {
        await store.close()
      }
    },
    async makeOld(currency) {
      const store = open()
      store.writer.prepare("INSERT INTO settings VALUES ('currency', ?)").run(currency)
      await store.close()
    },
  }
})

mongoSuite('money in MongoDB', (server) => {
  moneyContract('MongoDB', async () => {
    const url = server.url(server.newDatabase())
    const plan = { url, database: 'x', service: 'test_service', indexes: {}, runtime: systemRuntime }
    return {
      async open(config) {
        const money = createStoreMoney(config, 'there')
        const store = await openMongo({ ...plan, money })
        await store.close()
        return money.digits()
      },
      async makeOld(currency) {
        const store = await openMongo(plan)
        await store.collection<Setting>('settings').insertOne({ _id: 'currency', value: currency })
        await store.close()
      },
    }
  })
})

test('digits are not known before the store was reached', () => {
  const money = createStoreMoney({ CURRENCY: 'HUF' }, 'there')
  assert.throws(() => money.digits(), { code: 'store_unavailable' })
})

test('digits that cannot be are refused', () => {
  const money = createStoreMoney({ CURRENCY: 'HUF' }, 'there')
  for (const digits of [undefined, Number.NaN, -1, 1.5]) {
    assert.throws(() => money.accept({ currency: 'HUF', digits }), /which can't be/)
  }
})

test('a check of the money of a store, in use or not, says why it would be refused and creates no file', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'money-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(
    join(folder, '0001_settings.sql'),
    'CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT) STRICT;',
  )
  const path = join(folder, 'shop.db')
  const look = () => {
    const there = readdirSync(folder)
    const said = [
      moneyFault(path, { CURRENCY: 'EUR' }),
      moneyFault(path, { CURRENCY: 'HUF', CURRENCY_DIGITS: 3 }),
      moneyFault(path, { CURRENCY: 'HUF' }),
    ]
    assert.deepEqual(readdirSync(folder), there)
    return said.map((sentence) => /Set CURRENCY=HUF|set CURRENCY_DIGITS=2/.exec(sentence ?? '')?.[0])
  }
  assert.deepEqual(look(), [undefined, undefined, undefined], 'no store yet')
  const store = openSqlite({ runtime: systemRuntime, path, migrations: folder })
  await saveMoney(store, createStoreMoney({ CURRENCY: 'HUF' }, path))
  const refused = ['Set CURRENCY=HUF', 'set CURRENCY_DIGITS=2', undefined]
  assert.deepEqual(look(), refused, 'in use')
  await store.close()
  assert.deepEqual(look(), refused, 'at rest')
  writeFileSync(path, 'a shopping list '.repeat(100))
  assert.deepEqual(look(), [undefined, undefined, undefined], 'damaged: opening it reports that')
})
