/**
 * `npm run test:replicas`: replicas of every service behind a balancer, under load, while replicas are killed,
 * stopped and replaced. Every order must be answered within one retry, and afterwards the stores must be consistent
 * (invariants 1 to 8) and agree with every answer. First on SQLite, then on the server that MONGODB_URL names (it
 * must be empty), or else on the wire-compatible one.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { start } from '@shop/service_kit/test_support/mongo_server'
import { readArguments } from '../../scripts/arguments.ts'
import { type Load, startLoad } from '../cluster/load.ts'
import { readMongoRecords } from '../cluster/mongo_records.ts'
import { tableOf, withinOneRetry } from '../cluster/phase_counts.ts'
import { call, expectStatus } from '../system/calls.ts'
import { assertConsistent } from '../system/invariants.ts'
import type { Environment, ServiceName } from '../system/processes.ts'
import { readRecords, settledRecords } from '../system/store_records.ts'
import { byChance, type Chance } from '../system/until.ts'
import { type Cluster, SERVICES, startCluster } from './cluster.ts'
import { isHaproxyThere } from './haproxy.ts'

type Run = {
  readonly store: string
  readonly replicas: Readonly<Record<ServiceName, number>>
  readonly buyers: number
  /** The longest pause between two carts. */
  readonly pauseMs: number
}

const SQLITE: Run = {
  store: 'SQLite files shared by all processes',
  replicas: { auth_service: 2, product_service: 2, order_service: 2 },
  buyers: 12,
  pauseMs: 250,
}
/**
 * This server does not detect overlapping transactions, so only one replica decides about stock. It reads every
 * document for most queries, so the load is smaller.
 */
const WIRE_COMPATIBLE: Run = {
  store: 'the wire-compatible MongoDB server',
  replicas: { auth_service: 2, product_service: 1, order_service: 2 },
  buyers: 6,
  pauseMs: 600,
}
const MONGODB: Run = { ...SQLITE, store: 'MONGODB_URL' }

const PRODUCTS = 4
/** Some products sell out during the run. */
const STOCK = 400
const CALM_MS = 3_000
const OUTAGE_MS = 3_000
/** A new replica runs this long before the next old one is stopped. */
const MIN_READY_MS = 1_000

readArguments(
  {
    name: 'npm run test:replicas',
    summary: 'Replicas behind a balancer, killed and replaced under buyers. Needs haproxy.',
    options: {},
  },
  process.argv.slice(2),
)
if (!isHaproxyThere()) leaveOut('haproxy is not installed (Debian: apt-get install haproxy)')
await run(SQLITE)
if (process.env.MONGODB_URL) await run(MONGODB, process.env.MONGODB_URL)
else {
  const server = await start().catch(({ message }: Error) => leaveOut(message))
  process.once('exit', () => server.child.kill('SIGKILL'))
  await run(WIRE_COMPATIBLE, server.url)
}
process.exit(0)

/** Prints why it was skipped; in CI that is a failure. */
function leaveOut(needed: string): never {
  console.log(process.env.CI ? `FAILED: ${needed}` : `SKIPPED: ${needed}. The rest was not tested.`)
  process.exit(process.env.CI ? 1 : 0)
}

function run({ store, replicas, buyers, pauseMs }: Run, mongoUrl?: string): Promise<void> {
  return byChance(async (chance) => {
    const startedAt = performance.now()
    const cluster = await startCluster({ replicas, mongoUrl })
    const readStores = async () => (mongoUrl ? readMongoRecords(mongoUrl) : readRecords(cluster.dataDir))
    try {
      const { addresses, admin } = cluster
      const load = await startLoad({
        ...{
          addresses,
          admin,
          size: buyers,
          pauseMs,
          products: PRODUCTS,
          stock: STOCK,
          chance: chance.fork(),
        },
      })
      // The failure of a buyer ends the run at once.
      await Promise.race([phases(cluster, load, chance), load.failed])
      await load.stop()
      const sizes = SERVICES.map((service) => `${replicas[service]} ${service}`).join(', ')
      console.log(`\n${store}: ${sizes}, ${buyers} buyers, seed ${chance.seed}`)
      console.log(tableOf(load.counts.phases()))
      const records = await settledRecords(readStores)
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
      console.log(
        `\n${records.orders.length} orders in the store, ${load.seenOrders.length} answers, ${seconds} s`,
      )
      assertConsistent(records, load.seenOrders)
      const poor = load.counts.phases().filter((phase) => withinOneRetry(phase) < 1)
      if (poor.length > 0) {
        throw new Error(`More than one retry was needed while: ${poor.map(({ name }) => name).join(', ')}`)
      }
      console.log('The stores are in order; every order was answered within one retry.')
    } finally {
      await cluster.close()
    }
  })
}

async function phases(cluster: Cluster, { counts, admin }: Load, chance: Chance): Promise<void> {
  counts.phase('calm')
  await sleep(CALM_MS)
  for (const service of SERVICES) {
    counts.phase(`kill -9, ${service}`)
    for (const replica of cluster.replicas[service]) {
      await sleep(chance.between(100, 600))
      await replica.kill()
      await sleep(chance.between(200, 1_000))
      await replica.restart()
    }
  }
  counts.phase('rolling restart of everything')
  await Promise.all(SERVICES.map((service) => rollingRestart(cluster, service)))
  counts.phase('service secret rotated')
  await rotateSecret(cluster)
  for (const service of ['auth_service', 'product_service'] as const) {
    counts.phase(`${service} away`)
    await Promise.all(cluster.replicas[service].map((replica) => replica.kill()))
    await sleep(OUTAGE_MS)
    counts.phase(`${service} comes back`)
    await Promise.all(cluster.replicas[service].map((replica) => replica.restart()))
    await sleep(1_000)
  }
  counts.phase('calm again')
  await sleep(CALM_MS)
  expectStatus(await call('GET', `${cluster.addresses.orders}/orders?limit=1`, { token: admin.token }), 200)
}

/**
 * The procedure of docs/operations.md: first every replica gets the new secret beside the previous one, in any order; then
 * the previous one is removed. No call between services may be refused.
 */
async function rotateSecret(cluster: Cluster): Promise<void> {
  const SERVICE_SECRET = randomBytes(32).toString('hex')
  for (const SERVICE_SECRET_PREVIOUS of [cluster.secret, '']) {
    const secrets = { SERVICE_SECRET, SERVICE_SECRET_PREVIOUS }
    await Promise.all(SERVICES.map((service) => rollingRestart(cluster, service, secrets)))
  }
  for (const replica of cluster.replicas.order_service) {
    if (replica.lastWords().includes('answered 401')) {
      throw new Error(`A call was refused while the secret was rotated:\n${replica.lastWords()}`)
    }
  }
}

async function rollingRestart(
  { replicas }: Cluster,
  service: ServiceName,
  extra: Environment = {},
): Promise<void> {
  for (const replica of replicas[service]) {
    await replica.stop()
    await replica.restart(extra)
    await sleep(MIN_READY_MS)
  }
}
