/**
 * The mix of the row `marketplace` (bench/marketplace) for some seconds while processes are killed: no answer, page or store
 * may contradict another, by the search for anomalies and by the checker of histories (tests/history). Products are few and chosen by Zipf's law, so that carts, edits, removals and shortages meet.
 */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { anomaliesOf } from '../../bench/marketplace/anomalies.ts'
import type { Market } from '../../bench/marketplace/client.ts'
import { KINDS, zipf } from '../../bench/marketplace/mix.ts'
import { createRecord } from '../../bench/marketplace/record.ts'
import { runMix } from '../../bench/marketplace/run.ts'
import { createShelf, type Slot } from '../../bench/marketplace/shelf.ts'
import { addAccounts } from '../cluster/accounts.ts'
import type { ServiceProcess } from './processes.ts'
import { createRecordedWorld, type RecordedWorld } from './recorded_world.ts'
import { byChance, type Chance } from './until.ts'
import { storePath } from './world.ts'

const PRODUCTS = 30
/** So few that popular products sell out. */
const UNITS = 60
const PRICE_MINOR = 1_999
const CUSTOMERS = 50
const CLIENTS = 16
const KILLS_EACH = 2
const TEST_MS = 540_000

suite('the mix of Online Marketplace (invariants 1 to 9)', { timeout: TEST_MS }, () => {
  test('has no anomaly while processes of both services are killed', (t) =>
    byChance(async (chance) => {
      const world = await createRecordedWorld(t, 'marketplace')
      const products = await world.addProcess('product_service')
      const orders = await world.addProcess('order_service', { PRODUCT_URL: products.url })
      const market = await open(world, [
        { products: world.products.url, orders: world.orders.url },
        { products: products.url, orders: orders.url },
      ])
      const { record } = market
      let over = false
      const mix = {
        ...{ clients: CLIENTS, choose: zipf(PRODUCTS), chance: chance.fork() },
        isOver: () => over,
      }
      const running = runMix(market, mix)
      // A client that fails must end the test at once, not after the last kill.
      running.catch(() => {
        over = true
      })
      const victims = [world.products, world.orders, products, orders]
      await killing(victims, chance.fork(), () => over)
      over = true
      const { byKind, repeated } = await running
      const records = await world.check()
      assert.deepEqual(anomaliesOf(record, records), [])
      const rejections = Map.groupBy(record.sales.values(), ({ rejection }) => rejection ?? 'none')
      t.diagnostic(
        `${record.sales.size} orders, ${repeated} requests repeated, seed ${chance.seed}; ` +
          `refusals: ${[...rejections].map(([reason, { length }]) => `${reason} ${length}`).join(', ')}`,
      )
      // A run with little load would prove nothing.
      for (const kind of KINDS) assert.ok(byKind[kind].done > 0, `No ${kind} was done`)
      assert.ok(repeated > 0, 'No client noticed that a process was killed')
    }))
})

/** Of several processes every client uses one, the same for both services. */
async function open(
  world: RecordedWorld,
  addresses: readonly { products: string; orders: string }[],
): Promise<Market & { readonly record: NonNullable<Market['record']> }> {
  const record = createRecord()
  const slots: Slot[] = []
  for (let i = 0; i < PRODUCTS; i++) {
    const calledAt = performance.now()
    const { id, version } = await world.addProduct({ stock: UNITS, price: '19.99' })
    record.stocked.set(id, UNITS)
    record.prices.push({
      ...{ productId: id, priceMinor: PRICE_MINOR, version },
      ...{ calledAt, returnedAt: performance.now() },
    })
    slots.push({ id, priceMinor: PRICE_MINOR, version, replacing: false })
  }
  const DATABASE_URL = `sqlite:${storePath(world.dataDir, 'auth_service')}`
  const { accounts } = await addAccounts({ DATA_DIR: world.dataDir, DATABASE_URL }, CUSTOMERS)
  let clients = 0
  return {
    ...{ admin: world.admin, customers: accounts, shelf: createShelf(slots), record, units: UNITS },
    call: world.call,
    addresses: () => addresses[clients++ % addresses.length]!,
  }
}

/** Kills one process after the other, at random times, and starts it again. */
async function killing(
  victims: readonly ServiceProcess[],
  chance: Chance,
  isOver: () => boolean,
): Promise<void> {
  for (let kills = 0; kills < KILLS_EACH * victims.length && !isOver(); kills++) {
    const victim = victims[kills % victims.length]!
    await sleep(chance.between(100, 700))
    await victim.kill()
    await sleep(chance.between(0, 300))
    await victim.start()
  }
}
