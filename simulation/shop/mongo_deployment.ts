/**
 * The stores of a shop on a model of a MongoDB replica set: each process has connections of its own. The set loses its primary,
 * members are cut off, commands fail before or after they were applied, and the outcome of a commit stays unknown.
 */
import type { Faults } from '../core/faults.ts'
import { createMachine, type Machine } from '../core/machine.ts'
import { createWorld, type World } from '../core/world.ts'
import { createModelDeployment, type ModelDeployment } from '../mongo/deployment.ts'
import type { Fields } from '../mongo/documents/values.ts'
import type { Deployment, Opens, Version } from './deployment.ts'
import { changesOf, recordsOf } from './mongo_records.ts'
import { ofEach } from './releases.ts'

export type MongoFault =
  | 'a command is lost'
  | 'the answer to a command is lost'
  | 'the outcome of a commit is unknown'
  | 'a member is slow'
  | 'the primary is killed'
  | 'the primary steps down'
  | 'a member is cut off'

/** Those of the set per PERIOD_MS. */
export const MONGO_FAULTS: Readonly<Record<MongoFault, number>> = {
  'a command is lost': 0.04,
  'the answer to a command is lost': 0.04,
  'the outcome of a commit is unknown': 0.1,
  'a member is slow': 0.1,
  'the primary is killed': 0.3,
  'the primary steps down': 0.3,
  'a member is cut off': 0.3,
}

export const MONGO_SITUATIONS: readonly string[] = []

const PERIOD_MS = 6_000
const LATENCY_MS_MAX = 2
const SLOW_MS_MAX = 300
const REPLICATION_MS_MAX = 30
/**
 * Elections sooner than by the server's defaults, so that a history has several; and the lifetime of transactions of the stacks
 * (docs/operations.md). With that of a server by default, a product whose process is killed cannot be sold for a minute.
 */
const TIMING = { electionMs: 1_500, handoverMs: 100, deposedMs: 2_000, transactionLifetimeMs: 10_000 }
/** Longer than opening takes. */
const PREPARED_MS = 10_000
const DOWN_MS = { least: 300, most: 4_000 }

const OPENERS = await ofEach((release) => release.openers.mongo())

function storesOn(mongo: ModelDeployment, { auth, products, orders }: (typeof OPENERS)[Version]): Opens {
  const opening = ({ name, runtime }: Machine) => ({
    runtime,
    createClient: mongo.clientFor({ name, runtime }),
  })
  return {
    auth: (machine) => auth(mongo.url, opening(machine)),
    products: (machine) => products(mongo.url, opening(machine)),
    orders: (machine) => orders(mongo.url, opening(machine)),
  }
}

/** Databases with their collections and indexes, and nothing in them, as a release makes them: every history begins with these. */
const PREPARED = { present: await prepareData('present'), previous: await prepareData('previous') }

async function prepareData(version: Version) {
  const world = createWorld(0, false)
  const machine = createMachine(world, 'preparing', 0, { aheadMs: 0 })
  const mongo = createModelDeployment(machine.runtime, TIMING)
  const { auth, products, orders } = storesOn(mongo, OPENERS[version])
  const opened = Promise.all([auth(machine), products(machine), orders(machine)])
  await world.runUntil(PREPARED_MS, () => {})
  await opened
  return mongo.data()
}

/** `first`: the release that made the databases. */
export async function openMongoDeployment(
  world: World,
  faults: Faults<MongoFault>,
  first: Version,
): Promise<Deployment> {
  const { runtime } = createMachine(world, 'mongo', 0, { aheadMs: 0 })
  const chances = world.chances('mongo')
  const mongo = createModelDeployment(
    {
      ...runtime,
      replicationMs: () => chances.between(0, REPLICATION_MS_MAX),
      note: (what) => world.note('mongo', what),
      fault({ name }) {
        const requestMs = chances.between(0, LATENCY_MS_MAX)
        const slow = faults.happens('a member is slow') ? chances.between(0, SLOW_MS_MAX) : 0
        const answerMs = chances.between(0, LATENCY_MS_MAX)
        const times = { requestMs: requestMs + slow, answerMs }
        if (name === 'hello' || name === 'ping') return times
        if (name === 'commitTransaction' && faults.happens('the outcome of a commit is unknown'))
          return { ...times, after: 'cut' }
        if (faults.happens('a command is lost')) return { ...times, before: 'cut' }
        if (faults.happens('the answer to a command is lost')) return { ...times, after: 'cut' }
        return times
      },
    },
    { ...TIMING, data: PREPARED[first] },
  )

  const disturb = () => {
    if (faults.areOn()) {
      const { primary, members } = mongo.set
      if (faults.happens('the primary is killed'))
        mongo.set.killPrimary(chances.between(DOWN_MS.least, DOWN_MS.most))
      else if (faults.happens('the primary steps down') && primary()) mongo.set.stepDown()
      else if (faults.happens('a member is cut off')) {
        mongo.set.partition(chances.one(members).address, chances.happens(0.5))
        world.after(chances.between(DOWN_MS.least, DOWN_MS.most), mongo.set.reconnect)
      }
    }
    if (!faults.hasEnded()) world.after(chances.between(0, 2 * PERIOD_MS), disturb)
  }
  world.after(PERIOD_MS, disturb)

  return {
    stores: { present: storesOn(mongo, OPENERS.present), previous: storesOn(mongo, OPENERS.previous) },
    books: {
      revision: () => Math.max(...mongo.set.members.map((member) => member.state().majority)),
      records: () => recordsOf(committed),
      changes: () => changesOf(committed),
    },
    repair() {
      mongo.set.reconnect()
      for (const { address, isUp } of mongo.set.members) if (!isUp()) mongo.set.start(address)
    },
    close() {},
  }

  /** What a majority has, so what no election undoes. */
  function committed(namespace: string): Fields[] {
    const [most] = mongo.set.members.map((member) => member.state()).sort((a, b) => b.majority - a.majority)
    return most!.branch.at(most!.majority).all(namespace)
  }
}
