/** The next start of a service reports that its store was removed; after the store is restored, its orders are there. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { createRecordedWorld, type RecordedWorld } from './recorded_world.ts'
import { until } from './until.ts'
import { type Account, createSuiteEnd, newKey, type Order, type Product, storePath } from './world.ts'

const TEST_MS = 240_000
const WORDS_MS = 60_000

suite('a removed store (invariant 3)', { timeout: TEST_MS }, () => {
  let world: RecordedWorld
  let buyer: Account
  let product: Product
  const suiteEnd = createSuiteEnd()
  const bought: Order[] = []
  before(async () => {
    world = await createRecordedWorld(suiteEnd, 'lost-store')
    ;[buyer] = (await world.buyers(1)) as [Account]
    product = await world.addProduct({ stock: 10 })
  })
  after(() => suiteEnd.end())

  // The WAL first: later the tables are in the file itself.
  for (const [what, isTaken, says] of [
    ['the WAL, which has its tables', (name: string) => name.endsWith('-wal'), 'is without its tables'],
    ['all of its files', () => true, 'is gone'],
  ] as const) {
    test(`order_service killed and started without ${what} exits and says so; with it the orders are there`, async () => {
      bought.push(await world.bought(buyer, { lines: [{ product, quantity: 2 }], key: newKey() }))
      const file = storePath(world.dataDir, 'order_service')
      const away = join(world.dataDir, 'away')
      mkdirSync(away, { recursive: true })
      const taken = readdirSync(world.dataDir).filter(
        (name) => name.startsWith(basename(file)) && isTaken(name),
      )
      assert.ok(taken.length > 0)
      for (const name of taken) renameSync(join(world.dataDir, name), join(away, name))
      await world.orders.kill()

      for (const _ of ['once', 'and again']) {
        await assert.rejects(world.orders.start(), /ended \(1\) before it listened/)
      }
      await until('it says why', WORDS_MS, () =>
        world.orders.lastWords().includes(`Cannot start: ${file} ${says}, though a store was made there.`),
      )
      for (const name of taken) renameSync(join(away, name), join(world.dataDir, name))
      await world.orders.start()
      for (const order of bought) {
        const { status, total_price } = await world.settled(buyer, order.id)
        assert.deepEqual([status, total_price], ['confirmed', order.total_price])
      }
      assert.equal((await world.check()).orders.length, bought.length)
    })
  }
})
