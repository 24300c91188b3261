/**
 * `npm run test:replicas`: two replicas of every service behind a balancer, buyers who never stop, and replicas
 * that are killed, stopped and replaced under them. Every order must be answered within one retry, and afterwards
 * the stores must be in order (invariants 1 to 8) and everything anybody was told must still be true.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Crowd, gatherCrowd } from '../cluster/crowd.ts'
import { tableOf, withinOneRetry } from '../cluster/tally.ts'
import { readBooks } from '../system/books.ts'
import { call, expectStatus } from '../system/calls.ts'
import { assertInOrder } from '../system/invariants.ts'
import type { ServiceName } from '../system/processes.ts'
import { byChance, type Chance, until } from '../system/until.ts'
import { SETTLE_MS, UNSETTLED } from '../system/world.ts'
import { type Cluster, SERVICES, startCluster } from './cluster.ts'
import { isHaproxyThere } from './haproxy.ts'

const REPLICAS_EACH = 2
const BUYERS = 12
const PRODUCTS = 4
/** Some products sell out on the way. */
const STOCK = 400
const PAUSE_MS = 250
const CALM_MS = 4_000
const OUTAGE_MS = 4_000
/** A new replica works this long before the next old one leaves. */
const MIN_READY_MS = 1_000

if (!isHaproxyThere()) {
  const needed = 'haproxy is not installed (Debian: apt-get install haproxy)'
  console.log(process.env.CI ? `FAILED: ${needed}` : `SKIPPED: ${needed}. Nothing was tested.`)
  process.exit(process.env.CI ? 1 : 0)
}
await byChance(async (chance) => {
  const startedAt = performance.now()
  const cluster = await startCluster(REPLICAS_EACH)
  try {
    const { doors, admin } = cluster
    const crowd = await gatherCrowd({
      ...{ doors, admin, chance: chance.fork(), size: BUYERS, products: PRODUCTS, stock: STOCK },
      pauseMs: PAUSE_MS,
    })
    // A buyer who fails must not be waited for until the end.
    await Promise.race([phases(cluster, crowd, chance), crowd.failed])
    await crowd.leave()
    await until('every order is settled', SETTLE_MS, () =>
      readBooks(cluster.dataDir).orders.every(({ status }) => !UNSETTLED.includes(status)),
    )
    const books = readBooks(cluster.dataDir)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
    console.log(`\n${REPLICAS_EACH} replicas of each service, ${BUYERS} buyers, SQLite, seed ${chance.seed}`)
    console.log(tableOf(crowd.tally.phases()))
    console.log(`\n${books.orders.length} orders in the store, ${crowd.told.length} answers, ${seconds} s`)
    assertInOrder(books, crowd.told)
    const poor = crowd.tally.phases().filter((phase) => withinOneRetry(phase) < 1)
    if (poor.length > 0) {
      throw new Error(`More than one retry was needed while: ${poor.map(({ name }) => name).join(', ')}`)
    }
    console.log('The stores are in order; every order was answered within one retry.')
  } finally {
    await cluster.close()
  }
})
process.exit(0)

async function phases(cluster: Cluster, { tally, admin }: Crowd, chance: Chance): Promise<void> {
  tally.phase('calm')
  await sleep(CALM_MS)
  for (const service of SERVICES) {
    tally.phase(`kill -9, ${service}`)
    for (const replica of cluster.replicas[service]) {
      await sleep(chance.between(100, 600))
      await replica.kill()
      await sleep(chance.between(200, 1_000))
      await replica.restart()
    }
  }
  tally.phase('rolling restart of everything')
  await Promise.all(SERVICES.map((service) => rollingRestart(cluster, service)))
  for (const service of ['auth_service', 'product_service'] as const) {
    tally.phase(`${service} away`)
    await Promise.all(cluster.replicas[service].map((replica) => replica.kill()))
    await sleep(OUTAGE_MS)
    tally.phase(`${service} comes back`)
    await Promise.all(cluster.replicas[service].map((replica) => replica.restart()))
    await sleep(1_000)
  }
  tally.phase('calm again')
  await sleep(CALM_MS)
  expectStatus(await call('GET', `${cluster.doors.orders}/orders?limit=1`, { token: admin.token }), 200)
}

async function rollingRestart({ replicas }: Cluster, service: ServiceName): Promise<void> {
  for (const replica of replicas[service]) {
    await replica.stop()
    await replica.restart()
    await sleep(MIN_READY_MS)
  }
}
