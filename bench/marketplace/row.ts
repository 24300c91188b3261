/**
 * The row `marketplace`: the transactions of *Online Marketplace* (Laigner et al., SIGMOD 2025), a benchmark of data management
 * in microservices, as calls of our HTTP API. 48 clients, each waiting for its answer; 100,000 products of 10,000 units;
 * products are chosen uniformly, or by Zipf's law.
 *
 * | transaction | share | here |
 * | --- | --- | --- |
 * | checkout | 30 % | `POST /orders` of 1 to 10 lines of 1 to 10 units; the cart is in the client, as in the original driver |
 * | update delivery | 60 % | the order that waited longest moves on: `PUT /orders/:id` to `shipped`, later to `delivered` |
 * | seller dashboard | 5 % | `GET /orders?status=confirmed` and `?status=shipped`: entries under way, and their amounts |
 * | price update | 3 % | `PATCH /products/:id` with the version that was seen |
 * | product replace | 2 % | `DELETE /products/:id`, then `POST /products` |
 *
 * Differences. There is one seller, and no payment or shipment service: their states are statuses of the order. One delivery
 * moves one order by one step, where the original moves the oldest order of ten sellers by its only one; with twice as many
 * deliveries as checkouts, every order is shipped and delivered. A checkout counts only if all its lines were sold at the
 * price shown: the original drops lines that are out of stock, and adds up binary fractions. Every answered change is
 * durable: synced to disk in both services. Requests are signed by one of 1,000 customers, where the original
 * has 100,000 and no authentication. Vouchers do not exist.
 */
import { addAccounts } from '../../tests/cluster/accounts.ts'
import { readRecords } from '../../tests/system/store_records.ts'
import { createChance } from '../../tests/system/until.ts'
import { fillProducts } from '../fill.ts'
import { measure } from '../measure.ts'
import type { Running } from '../processes.ts'
import type { Measured } from '../report.ts'
import { bodyOf, dataDirOf, PRICE_MINOR, startFloor, startService } from '../shop.ts'
import { recordMemory, type World } from '../world.ts'
import { anomaliesOf } from './anomalies.ts'
import type { Market } from './client.ts'
import { goalOf, type MarketFigures, roundOf, tableOf } from './figures.ts'
import { type Distribution, uniform, zipf } from './mix.ts'
import { createRecord, type MarketRecord } from './record.ts'
import { runMix } from './run.ts'
import { createShelf, type Slot } from './shelf.ts'

const UNITS = 10_000
const CLIENTS = 48
const CUSTOMERS = 1_000
/** Only checkouts, so that orders are under way when deliveries begin. */
const FIRST_SECONDS = 2
const FLOOR = 'Fastify + 1 insert'

export async function marketplace(world: World): Promise<Measured> {
  const { settings, auth, sizes } = world
  const DATA_DIR = dataDirOf(settings, 'marketplace')
  settings.log(`Filling a catalogue of ${sizes.products} …`)
  const products = { priceMinor: PRICE_MINOR, stock: UNITS }
  const ids = await fillProducts({ DATA_DIR }, sizes.products, products, settings.log)
  const catalogue = await startService(settings, 'product_service', DATA_DIR, { AUTH_URL: auth.origin })
  const orders = await startService(settings, 'order_service', DATA_DIR, {
    AUTH_URL: auth.origin,
    PRODUCT_URL: catalogue.origin,
  })
  const { accounts } = await addAccounts({ DATA_DIR: auth.dataDir }, CUSTOMERS)
  const slots = ids.map((id) => ({ id, priceMinor: PRICE_MINOR, version: 1, replacing: false }))
  const record = createRecord()
  for (const slot of slots) recordAsFilled(record, slot)
  const market: Market = {
    addresses: () => ({ products: catalogue.origin, orders: orders.origin }),
    admin: { id: '', username: '', token: auth.adminToken },
    customers: accounts,
    shelf: createShelf(slots),
    units: UNITS,
    record,
  }
  const chance = createChance(1)
  await runMix(market, {
    ...{ clients: CLIENTS, choose: uniform(slots.length), chance },
    deal: () => 'checkout',
    isOver: after(FIRST_SECONDS),
  })
  const floor = await startFloor(settings, 'mix', await floorBodies(market, catalogue, orders))
  const floorMarket: Market = {
    ...market,
    addresses: () => ({ products: floor.origin, orders: floor.origin }),
    shelf: createShelf(slots.map((slot) => ({ ...slot }))),
    record: undefined,
  }
  const figures: Record<string, MarketFigures[]> = {}
  const contender = (name: string, of: Market, choose: Distribution, processes: readonly Running[]) => ({
    name,
    processes,
    async load(seconds: number) {
      const wrongBefore = record.wrong.length
      const mix = { clients: CLIENTS, choose, chance: chance.fork(), isOver: after(seconds) }
      const before = processes.map((each) => each.cpuSeconds() ?? 0)
      const measured = await runMix(of, mix)
      const cpuSeconds = {
        clients: measured.ownCpuSeconds,
        ...Object.fromEntries(processes.map((each, i) => [each.name, (each.cpuSeconds() ?? 0) - before[i]!])),
      }
      figures[name] = [...(figures[name] ?? []), { ...measured, cpuSeconds }]
      return roundOf(measured, record.wrong.length - wrongBefore)
    },
  })
  const both = [orders, catalogue]
  const measured = await measure(
    {
      name: 'marketplace',
      title: `marketplace of ${slots.length}`,
      contenders: [
        contender(FLOOR, floorMarket, uniform(slots.length), [floor]),
        contender('uniform', market, uniform(slots.length), both),
        contender('Zipf', market, zipf(slots.length), both),
      ],
      comparisons: [
        { label: `marketplace / ${FLOOR}`, of: 'uniform', to: FLOOR, figure: 'perSecond' },
        { label: 'marketplace, Zipf / uniform', of: 'Zipf', to: 'uniform', figure: 'perSecond' },
      ],
    },
    settings,
  )
  recordMemory(world, 'product_service after the marketplace', catalogue)
  recordMemory(world, 'order_service after the marketplace', orders)
  for (const process of [orders, catalogue, floor]) await process.stop()
  settings.log('Comparing the stores with what the clients saw …')
  const stores = readRecords(DATA_DIR, (folder, service) => `${folder}/${STORE_FILES[service]}`)
  const anomalies = anomaliesOf(record, stores)
  if (anomalies.length > 0) {
    throw new Error(`${anomalies.length} anomalies, such as\n${anomalies.slice(0, 20).join('\n')}`)
  }
  // The first run of each was the warm-up.
  for (const [name, all] of Object.entries(figures)) world.tables.push(tableOf(name, all.slice(1)))
  world.checks.push(
    `Marketplace: 0 anomalies in ${record.sales.size} orders, ${record.pages.length} pages of the dashboard, ` +
      `${record.prices.length - slots.length} edits and new products, ${record.removals.length} removals; ` +
      `the stores agree with all of them. ${goalOf(figures.uniform!.slice(1))}`,
  )
  return measured
}

const STORE_FILES: Readonly<Record<string, string>> = {
  product_service: 'products.db',
  order_service: 'orders.db',
}

function recordAsFilled(record: MarketRecord, { id, priceMinor, version }: Slot) {
  record.stocked.set(id, UNITS)
  record.prices.push({ productId: id, priceMinor, version, calledAt: 0, returnedAt: 0 })
}

const after = (seconds: number) => {
  const end = performance.now() + seconds * 1_000
  return () => performance.now() > end
}

/** What the services answer, for a floor that answers the same bytes. */
async function floorBodies({ record, admin, shelf }: Market, catalogue: Running, orders: Running) {
  const headers = { authorization: `Bearer ${admin.token}` }
  const [sale] = record!.sales.keys()
  const order = await bodyOf(orders.origin, `/orders/${sale}`, { headers })
  const product = await bodyOf(catalogue.origin, `/products/${shelf.slots[0]!.id}`)
  return JSON.stringify({
    'POST orders': order,
    'PUT orders': order,
    'GET orders': await bodyOf(orders.origin, '/orders?status=confirmed&limit=20', { headers }),
    'POST products': product,
    'PATCH products': product,
    'DELETE products': '',
  })
}
