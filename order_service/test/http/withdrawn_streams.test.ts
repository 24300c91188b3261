/** Event streams whose token is withdrawn, over HTTP with the real auth service. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { followAuthService } from '@shop/service_kit/identity/auth_service'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { pino } from 'pino'
import { createWorld, PASSWORD, type Tokens, type World } from '../../../auth_service/test/support.ts'
import { order } from '../samples.ts'
import { ACCESS, createOrderApp, memoryOrders } from '../shop.ts'

const LONG = { timeout: 60_000 }

/** An order of ada, an admin eve, and an order service that reads withdrawn tokens from auth_service. */
async function twoServices(t: TestContext) {
  const world = await createWorld(t, { runtime: systemRuntime })
  const authOrigin = await world.app.listen({ host: '127.0.0.1', port: 0 })
  const auth = followAuthService({
    origins: [authOrigin],
    runtime: systemRuntime,
    logger: pino({ level: 'silent' }),
  })
  t.after(() => auth.stop())
  const ada = await world.join('ada')
  const root = await world.login('root')
  const { user } = await world.join('eve')
  const role = { token: root.access_token, body: { role: 'admin' } }
  await world.call('PUT', `/users/${user.id}/role`, role)
  const eve = await world.login('eve')
  const orders = await memoryOrders(t)
  const mine = order({ userId: ada.user.id })
  await orders.addOnce(mine)
  const { app, put } = createOrderApp(t, {
    ...{ orders, reservations: { release: async () => {} } as never },
    access: { ...ACCESS, verifyToken: auth.verifyToken },
  })
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  const get = (path: string, token: string) =>
    fetch(origin + path, { headers: { authorization: `Bearer ${token}` } })
  return { world, ada, eve, root, id: mine.order.id, get, put }
}

async function openStream(answer: Response) {
  assert.equal(answer.status, 200)
  const seen = { text: '', ended: false, reading: Promise.resolve() }
  seen.reading = (async () => {
    for await (const text of answer.body!.pipeThrough(new TextDecoderStream() as never)) seen.text += text
    seen.ended = true
  })()
  while (!seen.text.includes('event: order')) await sleep(5)
  return seen
}

suite('streams whose token is withdrawn (invariant 10)', () => {
  const withdrawals = [
    {
      who: 'an admin who is made a customer',
      role: 'admin',
      call: (world: World, rootToken: string, eve: Tokens) =>
        world.call('PUT', `/users/${eve.user.id}/role`, { token: rootToken, body: { role: 'customer' } }),
    },
    {
      who: 'an owner whose password is changed',
      role: 'customer',
      call: (world: World, _: string, ada: Tokens) =>
        world.call('PUT', '/me/password', {
          token: ada.access_token,
          body: { current_password: PASSWORD, new_password: 'quince jam on friday' },
        }),
    },
  ]
  for (const { who, role, call } of withdrawals) {
    test(`${who} gets no further event, and the stream ends`, LONG, async (t) => {
      const { world, ada, eve, root, id, get, put } = await twoServices(t)
      const watcher = role === 'admin' ? eve : ada
      const watched = await openStream(await get(`/orders/${id}/events`, watcher.access_token))
      const unconcerned = await openStream(await get(`/orders/${id}/events`, root.access_token))
      const before = watched.text
      const { status } = await call(world, root.access_token, watcher)
      assert.ok(status < 300)
      while ((await get(`/orders/${id}`, watcher.access_token)).status !== 401) await sleep(20)
      // At once, before any look in between: the event itself has to ask.
      assert.equal((await put(root.access_token, id, { status: 'cancelled' })).statusCode, 200)
      await Promise.all([watched.reading, unconcerned.reading])
      assert.equal(watched.text, before)
      assert.match(unconcerned.text, /event: order\nid: 3\n.*"cancelled"/)
    })
  }

  test('a stream without events ends too, and streams of others continue', LONG, async (t) => {
    const { world, eve, root, id, get } = await twoServices(t)
    const mine = await openStream(await get(`/orders/${id}/events`, eve.access_token))
    const other = await openStream(await get(`/orders/${id}/events`, root.access_token))
    await world.call('PUT', `/users/${eve.user.id}/role`, {
      ...{ token: root.access_token, body: { role: 'customer' } },
    })
    await mine.reading
    assert.deepEqual([mine.ended, other.ended], [true, false])
  })
})
