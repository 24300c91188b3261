/**
 * What must hold once no fault happens any more.
 *
 * Invariant 5: after the last fault an order waits at most for the longest lease or pause, a round of the settler, and an open
 * circuit; SETTLED_MS is their sum, and as much again for the last requests of clients.
 */
import { ShopProblem } from '@shop/client/problem'
import { dataOf } from '@shop/client/shop_client'
import { BACKOFF, LEASE_MS } from '@shop/order_service/domain/settle_due'
import { ROUND_MS } from '@shop/order_service/settler'
import { WITHDRAWN_REFRESH_MS } from '@shop/service_kit/identity/withdrawn_tokens'
import { Violation } from '../core/history.ts'
import { fetchOver } from './calls.ts'
import { checkCatalogue } from './catalogue.ts'
import { type Actor, createActor, type Scene, signIn } from './clients.ts'

const SETTLED_MS = 2 * (LEASE_MS + 2 * BACKOFF.maxMs + 2 * ROUND_MS)
/** The longest pause between two fetches of the list, that after failures (withdrawn_tokens.ts), and the fetch. */
const WITHDRAWN_WITHIN_MS = WITHDRAWN_REFRESH_MS / 2 + 10_000 + 1_000
/** Of one process. */
const WRITE_ATTEMPTS = 3
const WRITE_AGAIN_MS = 1_000
/** The part of the histories that check it: it takes as long again as the rest of an ending. */
const WITHDRAWALS = 1 / 4
const SHIPPED = ['shipped', 'delivered']
const SETTLED = ['confirmed', 'rejected', 'shipped', 'delivered', 'cancelled']

export type Clients = { allEnded(): boolean; left(): number }

/** Invariant 5. Clients end what they began, and every order is settled. */
export async function untilSettled({ history, books }: Scene, clients: Clients): Promise<void> {
  const { world } = history
  const end = world.time() + SETTLED_MS
  // A shipment is settled when product_service has recorded it, too.
  const unsettled = () =>
    books
      .orders()
      .filter(({ id, status }) =>
        SHIPPED.includes(status) ? books.reservation(id)?.status !== 'shipped' : !SETTLED.includes(status),
      )
  await world.runUntil(end, books.check, () => clients.allEnded() && unsettled().length === 0)
  if (!clients.allEnded()) throw new Violation(`5: ${clients.left()} clients still wait for an answer`)
  const [left] = unsettled()
  if (left)
    throw new Violation(`5: order ${left.id} is still ${left.status} ${SETTLED_MS} ms after the last fault`)
}

const reportTo = (history: Scene['history']) => (error: Error) =>
  history.broken(error instanceof Violation ? error.message : String(error.stack))

/** With everything at work: the shop sells, and an admin who was demoted has no power. */
export async function checkPower(scene: Scene): Promise<void> {
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
    if (account === first) {
      await checkReplicas(scene, actor)
      await checkCatalogue(scene, actor)
    }
    const role = me instanceof ShopProblem ? me.code : (me as { role: string }).role
    results.push(`${role}: ${list instanceof ShopProblem ? list.code : 'listed'}`)
  }
  const asked = Promise.all([ask(first), ask(second)])
  asked.catch(reportTo(history))
  await world.runUntil(from + 20_000, books.check, () => results.length === 2)
  const wrong = results.filter((result) => result !== 'admin: listed' && result !== 'customer: forbidden')
  if (results.length < 2 || wrong.length > 0)
    throw new Violation(`10: at the end, admins were answered ${results.join('; ') || 'nothing'}`)
  if (results.includes('customer: forbidden')) history.sometimes('a demoted admin had no power')
  const isChecked = world.chances('withdrawal').happens(WITHDRAWALS)
  if (isChecked && results.every((result) => result === 'admin: listed')) await checkWithdrawal(scene)
}

/** None hangs: each process takes a write of its own. `admin` has a session. */
async function checkReplicas(scene: Scene, admin: Actor) {
  const { history, shop, recording, books } = scene
  const { world } = history
  const { username, password } = admin.account
  const body = { username, password }
  const { access_token } = (await dataOf(admin.client.auth.POST('/login', { body }))) as unknown as {
    access_token: string
  }
  const write = async (address: string, path: string, headers: object, sent: object) => {
    const send = fetchOver(shop.network, shop.names, `${username} at the end`, () => address, recording)
    let status = 0
    for (let attempt = 1; attempt <= WRITE_ATTEMPTS; attempt++) {
      const request = new Request(`http://${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(sent),
      })
      status = (await send(request)).status
      if (status < 500) return
      await world.sleep(WRITE_AGAIN_MS)
    }
    throw new Violation(`5: ${address} still answers ${status} to POST ${path}`)
  }
  for (const address of shop.names.auth_service!) await write(address, 'auth_service/login', {}, body)
  const [product] = books.changes().products.filter(({ removed }) => !removed)
  for (const address of product === undefined ? [] : shop.names.product_service!) {
    const headers = { authorization: `Bearer ${access_token}`, 'idempotency-key': `the end of ${address}` }
    const adjustment = { delta: 1, reason: `the end of ${address}` }
    await write(address, `product_service/products/${product!.id}/stock_adjustments`, headers, adjustment)
  }
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
    .catch(reportTo(history))
    .finally(() => {
      done = true
    })
  await world.runUntil(from + 20_000, books.check, () => done)
  if (!done) throw new Violation('5: the demotion of an admin was not answered')
}
