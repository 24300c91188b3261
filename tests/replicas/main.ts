/**
 * `npm run test:replicas`: replicas of every service behind a balancer, under load, while replicas are killed,
 * stopped and replaced (faults.ts), and while the previous release is updated to this one and back (releases.ts). Every
 * order must be answered within one retry, and afterwards the stores must be consistent (invariants 1 to 8) and agree with
 * every answer. First on SQLite, then on the server that MONGODB_URL names (it must be empty), or else on the
 * wire-compatible one.
 */
import { start } from '@shop/service_kit/test_support/mongo_server'
import { readArguments, refuse } from '../../scripts/arguments.ts'
import type { FirstService } from '../../scripts/services.ts'
import { type Load, startLoad } from '../cluster/load.ts'
import { readMongoRecords } from '../cluster/mongo_records.ts'
import { tableOf, withinOneRetry } from '../cluster/phase_counts.ts'
import { createRecorder } from '../history/recorder.ts'
import { mainOf } from '../previous_release/release.ts'
import type { Call } from '../system/calls.ts'
import { readRecords, settledRecords } from '../system/store_records.ts'
import { byChance, type Chance } from '../system/until.ts'
import { type Cluster, SERVICES, startCluster } from './cluster.ts'
import { faults } from './faults.ts'
import { isHaproxyThere } from './haproxy.ts'
import { releases } from './releases.ts'

type Run = {
  readonly store: string
  readonly replicas: Readonly<Record<FirstService, number>>
  readonly buyers: number
  /** The longest pause between two carts. */
  readonly pauseMs: number
  /** Are its transactions isolated from other writes? */
  readonly isolates: boolean
}

const SQLITE: Run = {
  store: 'SQLite files shared by all processes',
  replicas: { auth_service: 2, product_service: 2, order_service: 2 },
  buyers: 12,
  pauseMs: 250,
  isolates: true,
}
/**
 * This server does not detect overlapping transactions, and loses documents that are inserted while one is committed, so
 * only one replica decides about stock. It reads every document for most queries, so the load is smaller.
 */
const WIRE_COMPATIBLE: Run = {
  store: 'the wire-compatible MongoDB server',
  replicas: { auth_service: 2, product_service: 1, order_service: 2 },
  buyers: 5,
  pauseMs: 800,
  isolates: false,
}
const MONGODB: Run = { ...SQLITE, store: 'MONGODB_URL' }

const PRODUCTS = 4
/** Some products sell out during the run. */
const STOCK = 400

/** What happens to the cluster while the buyers buy. */
type Course = {
  readonly onWireCompatible: boolean
  /** The file that Node runs as a service at first; by default this release's. */
  readonly mainOf?: (service: FirstService) => string
  readonly phases: (
    cluster: Cluster,
    load: Load,
    chance: Chance,
    isolates: boolean,
    recorded: Call,
  ) => Promise<void>
}
const COURSES: Readonly<Record<string, Course>> = {
  faults: { phases: faults, onWireCompatible: true },
  releases: {
    mainOf,
    onWireCompatible: false,
    phases: (cluster, load, _, isolates, recorded) => releases(cluster, load, isolates, recorded),
  },
}

const { values } = readArguments(
  {
    name: 'npm run test:replicas',
    summary: 'Replicas behind a balancer, killed, replaced and updated under buyers. Needs haproxy.',
    options: { only: { type: 'string', help: `One of: ${Object.keys(COURSES).join(', ')}` } },
  },
  process.argv.slice(2),
)
if (!isHaproxyThere()) leaveOut('haproxy is not installed (Debian: apt-get install haproxy)')
const names = values.only === undefined ? Object.keys(COURSES) : [values.only]
for (const name of names) {
  const course = COURSES[name]
  if (!course) refuse(`--only is one of: ${Object.keys(COURSES).join(', ')}.`)
  console.log(`\n— ${name}`)
  await run(SQLITE, course)
  if (process.env.MONGODB_URL) await run(MONGODB, course, process.env.MONGODB_URL)
  // Updates on MongoDB: tests/previous_release, and here if MONGODB_URL names a server.
  else if (course.onWireCompatible) {
    const server = await start().catch(({ message }: Error) => leaveOut(message))
    process.once('exit', () => server.child.kill('SIGKILL'))
    await run(WIRE_COMPATIBLE, course, server.url)
    server.child.kill('SIGKILL')
  }
}
process.exit(0)

/** Prints why it was skipped; in CI that is a failure. */
function leaveOut(needed: string): never {
  console.log(process.env.CI ? `FAILED: ${needed}` : `SKIPPED: ${needed}. The rest was not tested.`)
  process.exit(process.env.CI ? 1 : 0)
}

function run(
  { store, replicas, buyers, pauseMs, isolates }: Run,
  { mainOf, phases }: Course,
  mongoUrl?: string,
): Promise<void> {
  return byChance(async (chance) => {
    const startedAt = performance.now()
    const cluster = await startCluster({ replicas, mongoUrl, mainOf })
    const recorder = createRecorder('replicas')
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
          call: recorder.call,
        },
      })
      // The failure of a buyer ends the run at once.
      await Promise.race([phases(cluster, load, chance, isolates, recorder.call), load.failed])
      await load.stop()
      const sizes = SERVICES.map((service) => `${replicas[service]} ${service}`).join(', ')
      console.log(`\n${store}: ${sizes}, ${buyers} buyers, seed ${chance.seed}`)
      console.log(tableOf(load.counts.phases()))
      const records = await settledRecords(readStores)
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
      console.log(
        `\n${records.orders.length} orders in the store, ${load.seenOrders.length} answers, ${seconds} s`,
      )
      const { operations } = await recorder.check(records)
      const poor = load.counts.phases().filter((phase) => withinOneRetry(phase) < 1)
      if (poor.length > 0) {
        throw new Error(`More than one retry was needed while: ${poor.map(({ name }) => name).join(', ')}`)
      }
      console.log(
        `The stores and ${operations} answers fit into one history; every order was answered within one retry.`,
      )
    } finally {
      await recorder.end(readStores)
      await cluster.close()
    }
  })
}
