/**
 * Level B: whole services. Two replicas each of auth, product and order service, and a gateway, in one process: their apps as
 * in production, on stores in memory, with the network, the clocks, the disks and the lives of the processes under a seed.
 * Buyers and admins use the published client.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { faultsOf } from '../../tests/system/invariants.ts'
import type { Faults } from '../core/faults.ts'
import { type History, type Level, runHistory, Violation } from '../core/history.ts'
import type { World } from '../core/world.ts'
import { keepAccount } from './account_life.ts'
import { ADMIN_STEPS } from './admin.ts'
import { createBookCheck } from './books.ts'
import { BUYER_STEPS } from './buyer.ts'
import { fetchOver } from './calls.ts'
import { createActor, type Scene, type Step, signIn } from './clients.ts'
import type { Deployment, Version } from './deployment.ts'
import { type Clients, checkPower, untilSettled } from './ending.ts'
import { installGlobals } from './globals.ts'
import { createRecording, recordOpening } from './recording.ts'
import { RELEASES } from './releases.ts'
import { useSession } from './sessions.ts'
import { createShop, SHOP_FAULTS, type ShopFault } from './shop.ts'
import { SHOP_SITUATIONS } from './situations.ts'
import { createWitness } from './witness.ts'

/** Until then processes start, in a quiet world. */
const OPENED_MS = 5_000
/** How long faults happen. */
const FAULTS_MS = 20_000
const STEPS_MAX = 6
const PAUSE_MS_MAX = 3_000

const VERSIONS = [
  ['present', 'present'],
  ['previous', 'present'],
  ['previous', 'present'],
  ['present', 'previous'],
] as const

/** Never asked for. */
const pages = mkdtempSync(join(tmpdir(), 'shop_simulation_'))
writeFileSync(join(pages, 'index.html'), '')

export type OpenDeployment<Fault extends string> = (
  world: World,
  faults: Faults<Fault>,
  first: Version,
) => Promise<Deployment>

/** `faults`: those of the stores. */
export function shopLevel<Fault extends string>(
  name: string,
  what: string,
  storeFaults: Readonly<Record<Fault, number>>,
  storeSituations: readonly string[],
  open: OpenDeployment<Fault>,
): Level {
  const faults = { ...SHOP_FAULTS, ...storeFaults } as Readonly<Record<Fault | ShopFault, number>>
  const situations = [...SHOP_SITUATIONS, ...storeSituations]
  return {
    name,
    what,
    faults: Object.keys(faults),
    situations,
    run: (plan, keep) =>
      runHistory<Fault | ShopFault>(plan, keep, { faults, situations }, (history) => play(history, open)),
  }
}

async function play<Fault extends string>(history: History<Fault | ShopFault>, open: OpenDeployment<Fault>) {
  const { world, faults, plan } = history
  const chances = world.chances('shape')
  const shape = { buyers: chances.whole(2, 4), products: chances.whole(1, 3) }
  const versions = versionsOf(history)
  const [first] = versions
  const recording = createRecording(world.time)
  faults.hold()
  let deployment: Deployment | undefined
  const uninstall = installGlobals(world, (request) => inside(request))
  let inside: (request: Request) => Promise<Response> = async () => {
    throw new Error('the shop is not open yet')
  }
  try {
    const prepared = (async () => {
      deployment = await open(world, faults as unknown as Faults<Fault>, first)
      const opening = await RELEASES[first].openShopWith(world, deployment.stores[first], shape)
      const shop = createShop({
        history: history as unknown as History<ShopFault>,
        deployment,
        versions,
        pages,
      })
      const one = world.chances('replicas of auth')
      // A process is named behind the dot: the call comes from its host.
      inside = (request) => {
        const [service = '', from = ''] = new URL(request.url).hostname.split('.')
        return fetchOver(shop.network, { [`${service}.${from}`]: shop.names[service]! }, from, (all) =>
          one.one(all),
        )(request)
      }
      await shop.open()
      return { shop, opening }
    })()
    let ready: Awaited<typeof prepared> | undefined
    prepared.then(
      (result) => {
        ready = result
      },
      (error) => history.broken(`the shop did not open: ${error.stack}`),
    )
    await world.runUntil(OPENED_MS, () => {})
    if (!ready) throw new Violation(`the shop did not open within ${OPENED_MS} ms`)
    const { shop, opening } = ready
    const books = createBookCheck(deployment!.books, world.time)
    const scene: Scene = {
      history: history as unknown as History<ShopFault>,
      shop,
      books,
      witness: createWitness(books),
      recording,
      placed: [],
      admins: opening.admins,
      buyers: opening.buyers,
      productIds: opening.products.map(({ id }) => id),
    }
    recordOpening(recording, opening)
    books.check()
    faults.begin()
    shop.disturb()
    const end = OPENED_MS + FAULTS_MS
    const clients = startClients(scene, plan.clients, plan.steps ?? STEPS_MAX, end)
    await world.runUntil(end, books.check)
    faults.end()
    shop.repair()
    await untilSettled(scene, clients)
    scene.witness.checkAll()
    const [fault] = faultsOf(deployment!.books.records())
    if (fault !== undefined) throw new Violation(fault)
    await checkPower(scene)
    books.checkChanges()
    recording.check(deployment!.books.records())
  } finally {
    uninstall()
    deployment?.close()
  }
}

/** Of the processes, and of a deployment: an update, a rollback, or the same with another secret. */
function versionsOf({ world, faults }: History<ShopFault>): readonly [first: Version, next: Version] {
  const versions = world.chances('versions').one(VERSIONS)
  return faults.probability('a deployment') > 0 ? versions : ['present', 'present']
}

function startClients(
  scene: Scene,
  only: readonly number[] | undefined,
  steps: number,
  end: number,
): Clients {
  const { world } = scene.history
  const isOver = () => world.time() >= end
  let left = 0
  const accounts = [...scene.admins, ...scene.buyers]
  for (const [number, account] of accounts.entries()) {
    if (only && !only.includes(number)) continue
    const kinds: readonly Step[] =
      number < scene.admins.length ? ADMIN_STEPS : [...BUYER_STEPS, useSession, keepAccount]
    const actor = createActor(scene, account.username, account)
    const act = async () => {
      await world.sleep(actor.chances.between(0, PAUSE_MS_MAX))
      await signIn(actor, isOver, world.sleep)
      for (let step = 0; step < steps && !isOver(); step++) {
        await actor.chances.one(kinds)(scene, actor)
        await world.sleep(actor.chances.between(0, PAUSE_MS_MAX))
      }
    }
    left += 1
    // An error that is no problem of the shop, a Violation among them.
    act()
      .then(() => {
        left -= 1
      })
      .catch((error) =>
        scene.history.broken(
          error instanceof Violation ? error.message : `${account.username}: ${error.stack ?? error}`,
        ),
      )
  }
  return { allEnded: () => left === 0, left: () => left }
}
