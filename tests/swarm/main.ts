/**
 * `npm run test:swarm`: our images from our Dockerfiles and our stack file on a Swarm, under load, while containers are
 * killed, services are stopped and started, and a new version is rolled out. Afterwards the stores must
 * be consistent (invariants 1 to 8) and agree with every answer.
 *
 * Needs docker, and a running engine or root to start one. Not part of `npm run check`, because it takes several
 * minutes and needs an engine.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { readArguments, refuse } from '../../scripts/arguments.ts'
import { type Load, startLoad } from '../cluster/load.ts'
import { tableOf, withinOneRetry } from '../cluster/phase_counts.ts'
import { createRecorder } from '../history/recorder.ts'
import { answerOrNothing } from '../system/buyer.ts'
import { type Call, call, expectStatus } from '../system/calls.ts'
import { settledRecords } from '../system/store_records.ts'
import { byChance, until } from '../system/until.ts'
import { newKey, type Product, place, signIn } from '../system/world.ts'
import { requireBaseImage } from './base_image.ts'
import { requireEngine } from './docker.ts'
import { deployStack, printFailures, SERVICES, STORES, type Stack, type Store, type Undo } from './stack.ts'

/** The least share of the orders of every phase that are answered within one retry. */
const SHARE_MIN = 0.999
const PRODUCTS = 4
const STOCK = 600
/** The wire-compatible server reads every document for most queries, so its load is smaller. */
const LOADS: Readonly<Record<Store, { readonly size: number; readonly pauseMs: number }>> = {
  sqlite: { size: 8, pauseMs: 300 },
  mongo_image: { size: 8, pauseMs: 300 },
  wire_compatible: { size: 5, pauseMs: 2_500 },
}
/** From the loss of the primary to the next confirmed order. */
const FAILOVER_MS_MAX = 6_000
const CONFIRMED_MS = 120_000
const CALM_MS = 8_000
const OUTAGE_MS = 8_000

const { values } = readArguments(
  {
    name: 'npm run test:swarm',
    summary: 'Deploys the stack to a Swarm and breaks it while buyers go on. Cleans up after itself.',
    options: {
      store: {
        type: 'string',
        help: `${STORES.join(', ')} (default: mongo_image if MONGO_IMAGE is set, else wire_compatible).`,
      },
    },
  },
  process.argv.slice(2),
)
const store = (values.store ?? (process.env.MONGO_IMAGE ? 'mongo_image' : 'wire_compatible')) as Store
if (!STORES.includes(store)) refuse(`There is no store "${store}". There are: ${STORES.join(', ')}.`)

const startedAt = performance.now()
const say = (what: string) =>
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${what}`)
const undo: Undo = []
let cleaning: Promise<void> | undefined
/** Runs once: a later caller, a signal or the end of the run, waits for the same promise. */
const cleanUp = () => {
  cleaning ??= undoAll()
  return cleaning
}
async function undoAll() {
  for (let step = undo.pop(); step; step = undo.pop()) {
    // A failed cleanup task must neither hide the first error nor stop the other tasks.
    await step().catch((error) => console.error('Not cleaned up:', error))
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => cleanUp().finally(() => process.exit(1)))
}
try {
  await byChance(async (chance) => {
    undo.push(await requireEngine())
    const baseImage = await requireBaseImage(undo)
    say('building the images, deploying the stack')
    const stack = await deployStack(store, baseImage, undo)
    say('the stack is up')
    await assertShut(stack.addresses)
    await stack.keysKept()
    const recorder = createRecorder('swarm')
    undo.push(() => recorder.end(() => stack.records()))
    const load = await startLoad({
      // The catalogue through the storefront, as visitors see it; accounts and orders at the services' own ports.
      addresses: { ...stack.addresses, products: `${stack.addresses.storefront}/api` },
      ...{ admin: stack.admin, products: PRODUCTS, stock: STOCK },
      ...LOADS[store],
      chance: chance.fork(),
      call: recorder.call,
    })
    await Promise.race([phases(stack, load, recorder.call), load.failed])
    await load.stop()
    say('the buyers have left; orders settle')
    console.log(`\n${LOADS[store].size} buyers, store ${store}, seed ${chance.seed}`)
    console.log(tableOf(load.counts.phases()))
    const records = await settledRecords(() => stack.records())
    console.log(`\n${records.orders.length} orders in the store, ${load.seenOrders.length} answers`)
    const { operations } = await recorder.check(records)
    console.log(`The stores and ${operations} answers fit into one history.`)
    const poor = load.counts.phases().filter((phase) => withinOneRetry(phase) < SHARE_MIN)
    if (poor.length > 0) throw new Error(`Too many retries while: ${poor.map(({ name }) => name).join(', ')}`)
    console.log('Every phase is above its share.')
    if (store !== 'sqlite') await operate(stack)
  })
} catch (error) {
  if (undo.length > 1) await printFailures()
  throw error
} finally {
  say('cleaning up')
  await cleanUp()
  say('done')
}
process.exit(0)

/** The routes for calls between services are not reachable from outside (invariant 10). */
async function assertShut({ products, orders, storefront }: Stack['addresses']): Promise<void> {
  for (const url of [products, orders, storefront, `${storefront}/api`]) {
    const answer = await call('POST', `${url}/internal/reservations`, { body: { reservations: [] } })
    expectStatus(answer, 404)
  }
}

/** The operator's commands beside the database, as docs/operations.md has them. */
async function operate(stack: Stack): Promise<void> {
  const expect = async (pattern: RegExp, ...args: readonly string[]) => {
    say(`npm run stack:ops -- ${args.join(' ')}`)
    const output = await stack.ops(...args)
    if (!pattern.test(output)) throw new Error(`${args.join(' ')} printed:\n${output}`)
  }
  await expect(/No fault was found/, 'doctor')
  await expect(/the ledger balances/, 'backup', '--into', '/backups', '--keep', '2')
  await expect(/signed with the key/, 'rotate-keys')
  await expect(/admin/, 'accounts', '--show', stack.admin.username)
  const failed = await stack.ops('restore', '--from', '/backups/none').catch((error: Error) => error.message)
  if (!/is not a finished backup/.test(failed)) throw new Error(`A failing command printed:\n${failed}`)
}

/** The time from the end of `fault` until an order is confirmed. */
async function confirmedAgainAfter(
  { addresses, admin }: Stack,
  call: Call,
  fault: () => Promise<void>,
): Promise<number> {
  const buyer = await signIn(addresses.auth, admin.username, admin.password)
  const fields = { name: 'Probe', description: 'Shows when orders are confirmed', price: '1.00', stock: 100 }
  const added = await call<Product>('POST', `${addresses.products}/products`, {
    token: buyer.token,
    body: fields,
  })
  const product = expectStatus(added, 201)
  await fault()
  const startedAt = performance.now()
  await until('an order is confirmed', CONFIRMED_MS, async () => {
    const asked = place(
      addresses.orders,
      buyer,
      { lines: [{ product, quantity: 1 }], key: newKey() },
      { call },
    )
    return (await answerOrNothing(asked))?.status === 201
  })
  const ms = performance.now() - startedAt
  say(`orders are confirmed again after ${ms.toFixed(0)} ms`)
  return ms
}

async function phases(stack: Stack, { counts }: Load, recorded: Call): Promise<void> {
  const phase = (name: string) => {
    say(name)
    counts.phase(name)
  }
  phase('calm')
  await sleep(CALM_MS)
  phase('the same deployed again')
  await stack.deployAgain()
  for (const service of SERVICES) {
    phase(`containers of ${service} killed`)
    const kill = () => stack.killContainers(service)
    if (service === 'product_service') await confirmedAgainAfter(stack, recorded, kill)
    else await kill()
  }
  for (const service of ['auth_service', 'product_service'] as const) {
    phase(`${service} away`)
    const replicas = stack.replicasOf(service)
    await stack.scale(service, 0)
    await sleep(OUTAGE_MS)
    phase(`${service} comes back`)
    await stack.scale(service, replicas)
  }
  phase('new version rolled out')
  await stack.update()
  if (store === 'mongo_image') {
    phase('members of the database updated')
    await stack.updateMembers()
    phase('the primary of the database killed')
    const ms = await confirmedAgainAfter(stack, recorded, () => stack.killPrimary())
    if (ms > FAILOVER_MS_MAX) throw new Error(`Orders again only ${ms.toFixed(0)} ms after the primary died.`)
    phase('the password of the database replaced')
    await stack.rotate('database_url')
    phase('the key of the members replaced')
    await stack.rotate('mongo_keyfile')
  }
  phase('the service secret replaced')
  await stack.rotate('service_secret')
  phase('broken version rolled back')
  await stack.updateToBroken()
  phase('a replica of order_service drained')
  await stack.scale('order_service', 1)
  await stack.scale('order_service', stack.replicasOf('order_service'))
  phase('calm again')
  await sleep(CALM_MS)
}
