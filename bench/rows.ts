/**
 * The rows of the benchmark. Each compares a service with the least work for the same answer, or with itself at another
 * size. A row starts the processes that it needs, measures, and stops them.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { checkBalance } from './balance.ts'
import { checkout } from './checkout.ts'
import { fillOrders, type StoreLocation, THINGS } from './fill.ts'
import { marketplace } from './marketplace/row.ts'
import { measure } from './measure.ts'
import type { Running } from './processes.ts'
import type { Comparison, Measured } from './report.ts'
import {
  bodyOf,
  type Catalogue,
  dataDirOf,
  makeBuyers,
  PRICE,
  startCatalogue,
  startFloor,
  startService,
} from './shop.ts'
import { recordMemory, type World } from './world.ts'
import { buying, getting, runWrk } from './wrk.ts'

export const SMALL = 1_000
/** Number of distinct paths, requested in turn. */
const PATHS = 1_000
const SCALE_P50_MAX = 1.5

const BESIDE_P99_MAX = 3
const SEARCHERS = 40
const BUYERS = 8
/** More than an order waits for product_service. */
const DECIDED_MS = 3_000

const LIST = '/products?limit=20'
const SEARCHED = '/products?q=a&sort=price&limit=100'

const atLeast = (label: string, of: string, to: string, target?: number): Comparison => ({
  label,
  of,
  to,
  figure: 'perSecond',
  ...(target === undefined ? {} : { target }),
})

const p50AtMost = (label: string, of: string, to: string): Comparison => ({
  label,
  of,
  to,
  figure: 'p50Ms',
  target: SCALE_P50_MAX,
})

const inTurn = (ids: readonly string[], toPath: (id: string) => string): string[] => {
  const step = Math.max(1, Math.floor(ids.length / PATHS))
  return ids.filter((_, i) => i % step === 0).map(toPath)
}

async function reading(
  world: World,
  name: string,
  title: string,
  pathsOf: (catalogue: Catalogue) => readonly string[],
  target: number,
): Promise<Measured> {
  const { settings, auth } = world
  const catalogue = await startCatalogue(settings, dataDirOf(settings, name), SMALL, {
    AUTH_URL: auth.origin,
  })
  const paths = pathsOf(catalogue)
  const body = await bodyOf(catalogue.origin, paths[0]!)
  const node = await startFloor(settings, 'node', body)
  const fastify = await startFloor(settings, 'fastify', body)
  const { folder } = settings
  const measured = await measure(
    {
      name,
      title,
      contenders: [
        { name: 'node:http, same bytes', load: getting(node.origin, paths, folder), processes: [node] },
        { name: 'Fastify, same bytes', load: getting(fastify.origin, paths, folder), processes: [fastify] },
        {
          name: 'product_service',
          load: getting(catalogue.origin, paths, folder),
          processes: [catalogue],
          status: 200,
        },
      ],
      comparisons: [
        atLeast(`${title} / Fastify`, 'product_service', 'Fastify, same bytes', target),
        atLeast(`${title} / node:http`, 'product_service', 'node:http, same bytes'),
      ],
    },
    settings,
  )
  recordMemory(world, `product_service after ${title}`, catalogue)
  for (const process of [catalogue, node, fastify]) await process.stop()
  return measured
}

async function ordering(world: World): Promise<Measured> {
  const { settings, auth, sizes } = world
  const { folder } = settings
  const DATA_DIR = dataDirOf(settings, 'ordering')
  const locationOf = (name: string): StoreLocation => ({
    DATA_DIR,
    DATABASE_URL: settings.mongo?.databaseUrl(name),
  })
  const locations = { products: locationOf('products'), orders: locationOf('orders') }
  const urlOf = ({ DATABASE_URL }: StoreLocation): Record<string, string> =>
    DATABASE_URL === undefined ? {} : { DATABASE_URL }
  const catalogue = await startCatalogue(settings, DATA_DIR, SMALL, {
    AUTH_URL: auth.origin,
    ...urlOf(locations.products),
  })
  const orders = await startService(settings, 'order_service', DATA_DIR, {
    AUTH_URL: auth.origin,
    PRODUCT_URL: catalogue.origin,
    ...urlOf(locations.orders),
  })
  const tokens = await makeBuyers(auth, sizes.buyers)
  const [first] = catalogue.productIds
  const body = await bodyOf(orders.origin, '/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[0]}` },
    body: JSON.stringify({ product_id: first, quantity: 1, total_price: PRICE }),
  })
  const insert = settings.mongo ? undefined : await startFloor(settings, 'insert', body)
  const least = settings.mongo ? 'insertOne, w: majority' : 'Fastify + 1 insert'
  const load = (origin: string, products: readonly string[]) =>
    buying({ origin, products, tokens, price: PRICE }, folder)
  const both = [orders, catalogue]
  const measured = await measure(
    {
      name: 'orders',
      title: 'POST /orders',
      contenders: [
        {
          name: least,
          load: settings.mongo?.insert ?? load(insert!.origin, catalogue.productIds),
          processes: insert ? [insert] : [],
        },
        {
          name: 'many products',
          load: load(orders.origin, catalogue.productIds),
          processes: both,
          status: 201,
        },
        { name: 'one product', load: load(orders.origin, [first!]), processes: both, status: 201 },
      ],
      comparisons: [
        atLeast(`POST /orders / ${least}`, 'many products', least, settings.mongo ? 0.5 : 0.25),
        atLeast('one product / many products', 'one product', 'many products', 0.9),
      ],
    },
    settings,
  )
  recordMemory(world, 'auth_service', auth)
  recordMemory(world, 'product_service after orders', catalogue)
  recordMemory(world, 'order_service after orders', orders)
  const answered = ['many products', 'one product']
    .flatMap((who) => measured.rounds[who]!)
    .reduce((sum, round) => sum + round.requests - round.failed, 0)
  settings.log('Checking that the stores balance …')
  // Of the last orders of a round the client has left, and a service that stops does not wait for them.
  await sleep(DECIDED_MS)
  for (const process of [orders, catalogue, insert]) await process?.stop()
  world.checks.push(await checkBalance(locations, answered))
  return measured
}

async function catalogueScale(world: World): Promise<Measured> {
  const { settings, auth, sizes } = world
  const { folder } = settings
  const env = { AUTH_URL: auth.origin }
  const small = await startCatalogue(settings, dataDirOf(settings, 'catalogue-small'), SMALL, env)
  settings.log(`Filling a catalogue of ${sizes.products} …`)
  const large = await startCatalogue(settings, dataDirOf(settings, 'catalogue-large'), sizes.products, env)
  const kinds: [kind: string, pathsOf: (of: Catalogue) => readonly string[]][] = [
    ['list', () => [LIST]],
    ['search', () => THINGS.map((thing) => `${LIST}&q=${thing}`)],
    ['product', ({ productIds }) => inTurn(productIds, (id) => `/products/${id}`)],
  ]
  const measured = await measure(
    {
      name: 'catalogue_scale',
      title: `catalogue of ${SMALL} and ${sizes.products}`,
      contenders: kinds.flatMap(([kind, pathsOf]) =>
        [small, large].map((of) => ({
          name: `${kind} of ${of.productIds.length}`,
          load: getting(of.origin, pathsOf(of), folder),
          processes: [of],
          status: 200,
        })),
      ),
      comparisons: kinds.map(([kind]) =>
        p50AtMost(`p50 of ${kind}, large / small`, `${kind} of ${sizes.products}`, `${kind} of ${SMALL}`),
      ),
    },
    settings,
  )
  recordMemory(world, `product_service with ${sizes.products}`, large)
  for (const process of [small, large]) await process.stop()
  return measured
}

/** Orders while anonymous clients search and sort all the time. */
async function besideSearches(world: World): Promise<Measured> {
  const { settings, auth, sizes } = world
  const { folder } = settings
  const DATA_DIR = dataDirOf(settings, 'beside-searches')
  settings.log(`Filling a catalogue of ${sizes.searched} …`)
  const catalogue = await startCatalogue(settings, DATA_DIR, sizes.searched, { AUTH_URL: auth.origin })
  const orders = await startService(settings, 'order_service', DATA_DIR, {
    AUTH_URL: auth.origin,
    PRODUCT_URL: catalogue.origin,
  })
  const tokens = await makeBuyers(auth, sizes.buyers, 'beside')
  const products = inTurn(catalogue.productIds, (id) => id)
  const orderLoad = buying({ origin: orders.origin, products, tokens, price: PRICE }, folder)
  const searchLoad = getting(catalogue.origin, [SEARCHED], folder)
  const buy = (seconds: number) => runWrk(orderLoad, { seconds, connections: BUYERS, folder })
  const both = [orders, catalogue]
  const measured = await measure(
    {
      name: 'beside_searches',
      title: `POST /orders, ${BUYERS} at once`,
      contenders: [
        { name: 'alone', load: buy, processes: both },
        {
          name: `beside ${SEARCHERS} searchers`,
          async load(seconds) {
            // The searches begin first and end last.
            const searching = runWrk(searchLoad, { seconds: seconds + 1, connections: SEARCHERS, folder })
            const [bought] = await Promise.all([buy(seconds), searching])
            return bought
          },
          processes: both,
        },
      ],
      comparisons: [
        {
          label: `p99 of POST /orders beside ${SEARCHERS} searchers / alone`,
          of: `beside ${SEARCHERS} searchers`,
          to: 'alone',
          figure: 'p99Ms',
          target: BESIDE_P99_MAX,
        },
      ],
    },
    settings,
  )
  recordMemory(world, `product_service beside searches of ${sizes.searched}`, catalogue)
  for (const process of both) await process.stop()
  return measured
}

async function orderScale(world: World): Promise<Measured> {
  const { settings, auth, sizes } = world
  const { folder, log } = settings
  const running: Running[] = []
  const contenders = []
  for (const [size, name] of [
    [SMALL, 'orders-small'],
    [sizes.orders, 'orders-large'],
  ] as const) {
    log(`Filling a store of ${size} orders …`)
    const { orderIds, userIds } = await fillOrders(dataDirOf(settings, name), size, log)
    const orders = await startService(settings, 'order_service', dataDirOf(settings, name), {
      AUTH_URL: auth.origin,
      PRODUCT_URL: auth.origin,
    })
    running.push(orders)
    const load = (paths: string[]) => getting(orders.origin, paths, folder, auth.adminToken)
    contenders.push(
      {
        name: `order of ${size}`,
        load: load(inTurn(orderIds, (id) => `/orders/${id}`)),
        processes: [orders],
        status: 200,
      },
      {
        name: `user's list of ${size}`,
        load: load(inTurn(userIds, (id) => `/orders/user/${id}`)),
        processes: [orders],
        status: 200,
      },
    )
  }
  const measured = await measure(
    {
      name: 'order_scale',
      title: `store of ${SMALL} and ${sizes.orders} orders`,
      contenders: [contenders[0]!, contenders[2]!, contenders[1]!, contenders[3]!],
      comparisons: ['order', "user's list"].map((kind) =>
        p50AtMost(`p50 of ${kind}, large / small`, `${kind} of ${sizes.orders}`, `${kind} of ${SMALL}`),
      ),
    },
    settings,
  )
  recordMemory(world, `order_service with ${sizes.orders}`, running[1]!)
  for (const process of running) await process.stop()
  return measured
}

/** By the name for `--only`, in the order of the run. */
export const ROWS: Readonly<Record<string, (world: World) => Promise<Measured>>> = {
  product: (world) =>
    reading(
      world,
      'product',
      'GET /products/:id',
      ({ productIds }) => inTurn(productIds, (id) => `/products/${id}`),
      0.7,
    ),
  list: (world) => reading(world, 'list', 'GET /products?limit=20', () => [LIST], 0.5),
  orders: ordering,
  catalogue_scale: catalogueScale,
  beside_searches: besideSearches,
  order_scale: orderScale,
  checkout,
  marketplace,
}
