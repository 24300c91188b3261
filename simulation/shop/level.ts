/**
 * Level B: whole services. Two replicas each of auth, product and order service, and a gateway, in one process: their apps as
 * in production, on stores in memory, with the network, the clocks, the disks and the lives of the processes under a seed.
 * Buyers and admins use the published client.
 *
 * Invariant 5: after the last fault an order waits at most for the longest lease or pause, a round of the settler, and an open
 * circuit; SETTLED_MS is their sum, and as much again for the last requests of clients.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ShopProblem } from '@shop/client/problem'
import { dataOf } from '@shop/client/shop_client'
import { BACKOFF, LEASE_MS } from '@shop/order_service/domain/settle_due'
import { ROUND_MS } from '@shop/order_service/settler'
import { WITHDRAWN_REFRESH_MS } from '@shop/service_kit/identity/withdrawn_tokens'
import { faultsOf } from '../../tests/system/invariants.ts'
import type { Faults } from '../core/faults.ts'
import { type History, type Level, runHistory, Violation } from '../core/history.ts'
import type { World } from '../core/world.ts'
import { ADMIN_STEPS } from './admin.ts'
import { createBookCheck } from './books.ts'
import { BUYER_STEPS, type Step } from './buyer.ts'
import { fetchOver } from './calls.ts'
import { createActor, type Scene, signIn } from './clients.ts'
import type { Deployment } from './deployment.ts'
import { installGlobals } from './globals.ts'
import { createRecording } from './recording.ts'
import { useSession } from './sessions.ts'
import { openShopWith } from './setting.ts'
import { createShop, SHOP_FAULTS, type ShopFault } from './shop.ts'
import { SHOP_SITUATIONS } from './situations.ts'
import { createWitness } from './witness.ts'

/** Until then processes start, in a quiet world. */
const OPENED_MS = 5_000
/** How long faults happen. */
const FAULTS_MS = 20_000
const SETTLED_MS = 2 * (LEASE_MS + 2 * BACKOFF.maxMs + 2 * ROUND_MS)
const STEPS_MAX = 6
/** The longest pause between two fetches of the list, that after failures (withdrawn_tokens.ts), and the fetch. */
const WITHDRAWN_WITHIN_MS = WITHDRAWN_REFRESH_MS / 2 + 10_000 + 1_000
const PAUSE_MS_MAX = 3_000

const SETTLED = ['confirmed', 'rejected', 'shipped', 'delivered', 'cancelled']

/** Never asked for. */
const pages = mkdtempSync(join(tmpdir(), 'shop_simulation_'))
writeFileSync(join(pages, 'index.html'), '')

export type OpenDeployment<Fault extends string> = (
  world: World,
  faults: Faults<Fault>,
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
  const recording = createRecording(world.time)
  faults.hold()
  let deployment: Deployment | undefined
  const uninstall = installGlobals(world, (request) => inside(request))
  let inside: (request: Request) => Promise<Response> = async () => {
    throw new Error('the shop is not open yet')
  }
  try {
    const prepared = (async () => {
      deployment = await open(world, faults as unknown as Faults<Fault>)
      const opening = await openShopWith(world, deployment, shape, recording)
      const shop = createShop({ history: history as unknown as History<ShopFault>, deployment, pages })
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
    const books = createBookCheck(deployment!.books)
    const scene: Scene = {
      history: history as unknown as History<ShopFault>,
      shop,
      books,
      witness: createWitness(books),
      recording,
      placed: [],
      ...opening,
    }
    books.check()
    faults.begin()
    shop.disturb()
    const end = OPENED_MS + FAULTS_MS
    const clients = startClients(scene, plan.clients, plan.steps ?? STEPS_MAX, end)
    await world.runUntil(end, books.check)
    faults.end()
    shop.repair()
    await untilSettled(scene, clients, end + SETTLED_MS)
    scene.witness.checkAll()
    const [fault] = faultsOf(deployment!.books.records())
    if (fault !== undefined) throw new Violation(fault)
    await checkPower(scene)
    recording.check(deployment!.books.records())
  } finally {
    uninstall()
    deployment?.close()
  }
}

type Clients = { allEnded(): boolean; left(): number }

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
    const kinds: readonly Step[] = number < scene.admins.length ? ADMIN_STEPS : [...BUYER_STEPS, useSession]
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

/** Invariant 5. Clients end what they began, and every order is settled. */
async function untilSettled({ history, books }: Scene, clients: Clients, end: number) {
  const { world } = history
  const unsettled = () => books.orders().filter(({ status }) => !SETTLED.includes(status))
  await world.runUntil(end, books.check, () => clients.allEnded() && unsettled().length === 0)
  if (!clients.allEnded()) throw new Violation(`5: ${clients.left()} clients still wait for an answer`)
  const [left] = unsettled()
  if (left)
    throw new Violation(`5: order ${left.id} is still ${left.status} ${SETTLED_MS} ms after the last fault`)
}

/** With everything at work: the shop sells, and an admin who was demoted has no power. */
async function checkPower(scene: Scene) {
  const { history, books } = scene
  const { world } = history
  const from = world.time()
  const [first, second] = scene.admins
  const results: string[] = []
  const ask = async (account: typeof first) => {
    const actor = createActor(scene, `${account!.username} at the end`, account!)
    await signIn(actor, () => world.time() > from + 10_000, world.sleep)
    const me = await actor.attempt('asks who it is', () => dataOf(actor.client.auth.GET('/me')))
    const list = await actor.attempt('lists orders', () =>
      dataOf(actor.client.orders.GET('/orders', { params: { query: {} } })),
    )
    const role = me instanceof ShopProblem ? me.code : (me as { role: string }).role
    results.push(`${role}: ${list instanceof ShopProblem ? list.code : 'listed'}`)
  }
  const asked = Promise.all([ask(first), ask(second)])
  asked.catch((error) => history.broken(String(error.stack)))
  await world.runUntil(from + 20_000, books.check, () => results.length === 2)
  const wrong = results.filter((result) => result !== 'admin: listed' && result !== 'customer: forbidden')
  if (results.length < 2 || wrong.length > 0)
    throw new Violation(`10: at the end, admins were answered ${results.join('; ') || 'nothing'}`)
  if (results.includes('customer: forbidden')) history.sometimes('a demoted admin had no power')
  if (results.every((result) => result === 'admin: listed')) await checkWithdrawal(scene)
}

/** A token that its owner still has is without power soon after the demotion, at every replica. */
async function checkWithdrawal(scene: Scene) {
  const { history, books, shop } = scene
  const { world } = history
  const [first, second] = scene.admins
  const from = world.time()
  let done = false
  const demote = async () => {
    const admin = createActor(scene, 'the first admin', first!)
    const demoted = createActor(scene, 'the second admin', second!)
    await admin.client.signIn({ username: first!.username, password: first!.password })
    const body = { username: second!.username, password: second!.password }
    const { access_token } = (await dataOf(demoted.client.auth.POST('/login', { body }))) as unknown as {
      access_token: string
    }
    const role = { params: { path: { id: second!.id } }, body: { role: 'customer' as const } }
    await dataOf(admin.client.auth.PUT('/users/{id}/role', role))
    await world.sleep(WITHDRAWN_WITHIN_MS)
    for (const address of shop.names.order_service!) {
      const ask = fetchOver(shop.network, shop.names, 'the second admin', () => address)
      const headers = { authorization: `Bearer ${access_token}` }
      const { status } = await ask(new Request('http://order_service/orders', { headers }))
      if (status !== 401)
        throw new Violation(`10: ${address} answered ${status} to the token of an admin who was demoted`)
    }
    history.sometimes('a token of a demoted admin was refused')
  }
  demote()
    .catch((error) => history.broken(error instanceof Violation ? error.message : String(error.stack)))
    .finally(() => {
      done = true
    })
  await world.runUntil(from + 20_000, books.check, () => done)
}
