import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { suite, type TestContext, test } from 'node:test'
import type { Principal, VerifyToken } from '@shop/service_kit/identity/access'
import { Problem } from '@shop/service_kit/runtime/problem'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createVirtualRuntime, untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import type { Deps } from '../../src/app.ts'
import { nextVersion, scheduleNew } from '../../src/domain/schedule.ts'
import {
  HEARTBEAT_MS,
  STREAM_MS_MAX,
  STREAMS_MAX,
  STREAMS_PER_USER_MAX,
  TOKEN_CHECK_MS,
} from '../../src/http/order_event_routes.ts'
import { createOrderWatch, POLL_MS } from '../../src/http/order_watch.ts'
import { AT, confirm, HELD, order, pending } from '../samples.ts'
import { ACCESS, as, createOrderApp, memoryOrders, startShop } from '../shop.ts'

type Event = { id: number; status: string; version: number }

async function shopWithOrder(t: TestContext, changes: Partial<Deps> = {}) {
  const shop = await startShop(t, changes)
  await shop.app.listen({ host: '127.0.0.1', port: 0 })
  const origin = `http://127.0.0.1:${(shop.app.server.address() as AddressInfo).port}`
  const mug = await shop.products.add(10)
  const { id } = (await shop.post('ada', { product_id: mug, quantity: 2, total_price: '39.98' })).json()
  const open = async (who = 'ada', headers: Record<string, string> = {}) => {
    const cut = new AbortController()
    t.after(() => cut.abort())
    const answer = await fetch(`${origin}/orders/${id}/events`, {
      headers: { ...as(who), ...headers },
      signal: cut.signal,
    })
    return { answer, cut: () => cut.abort(), events: () => eventsIn(answer.body!) }
  }
  return { ...shop, id: id as string, open }
}

async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<Event> {
  let text = ''
  for await (const chunk of body.pipeThrough(
    new TextDecoderStream() as never,
  ) as unknown as AsyncIterable<string>) {
    text += chunk
    const blocks = text.split('\n\n')
    text = blocks.pop()!
    for (const block of blocks) {
      const fields = /^event: order\nid: (\d+)\ndata: (.*)$/.exec(block)
      if (!fields) {
        assert.match(block, /^:/)
        continue
      }
      const { status, version } = JSON.parse(fields[2]!)
      yield { id: Number(fields[1]), status, version }
    }
  }
}

const take = async (events: AsyncGenerator<Event>, n: number) => {
  const taken: string[] = []
  for (let i = 0; i < n; i++) {
    const { value, done } = await events.next()
    if (done) break
    assert.equal(value.id, value.version)
    taken.push(`${value.id} ${value.status}`)
  }
  return taken
}

/** Asks again while the answer is another: a closed connection frees its slot a little later. */
async function untilAnswered(expected: number, ask: () => Promise<{ answer: Response }>) {
  let status = 0
  for (let i = 0; i < 5_000 && status !== expected; i++) status = (await ask()).answer.status
  assert.equal(status, expected)
}

suite('the event stream of an order', () => {
  test('starts with the current order, follows its changes, and ends when it is final', async (t) => {
    const { open, put, id } = await shopWithOrder(t)
    const { answer, events } = await open()
    assert.equal(answer.headers.get('content-type'), 'text/event-stream')
    const stream = events()
    assert.deepEqual(await take(stream, 1), ['2 confirmed'])
    await put('ada', id, { status: 'cancelled' })
    assert.deepEqual(await take(stream, 9), ['3 cancelling', '4 cancelled'])
  })

  test('changes made by another replica are seen', async (t) => {
    const { open, orders, reservations, id } = await shopWithOrder(t)
    const stream = (await open()).events()
    await take(stream, 1)
    const other = createOrderApp(t, { orders, reservations })
    await other.put('root', id, { status: 'shipped' })
    assert.deepEqual(await take(stream, 1), ['3 shipped'])
    await other.put('root', id, { status: 'delivered' })
    assert.deepEqual(await take(stream, 9), ['4 delivered'])
  })

  test('a client that reconnects gets the events it missed, one per version', async (t) => {
    const { open, put, id } = await shopWithOrder(t)
    await put('root', id, { status: 'shipped' })
    await put('root', id, { status: 'delivered' })
    const stream = (await open('ada', { 'last-event-id': '1' })).events()
    assert.deepEqual(await take(stream, 9), ['2 confirmed', '3 shipped', '4 delivered'])
    const all = (await open('root', { 'last-event-id': '0' })).events()
    assert.deepEqual(await take(all, 9), ['1 pending', '2 confirmed', '3 shipped', '4 delivered'])
  })

  test('after the final version the answer is 204', async (t) => {
    const { open, put, id } = await shopWithOrder(t)
    await put('ada', id, { status: 'cancelled' })
    const { answer } = await open('ada', { 'last-event-id': '4' })
    assert.deepEqual([answer.status, await answer.text()], [204, ''])
  })

  test('a Last-Event-ID from the future gets the current order and its changes', async (t) => {
    const { open, put, id } = await shopWithOrder(t)
    const stream = (await open('ada', { 'last-event-id': '99' })).events()
    assert.deepEqual(await take(stream, 1), ['2 confirmed'])
    await put('ada', id, { status: 'cancelled' })
    assert.deepEqual(await take(stream, 9), ['3 cancelling', '4 cancelled'])
    const late = (await open('ada', { 'last-event-id': '99' })).events()
    assert.deepEqual(await take(late, 9), ['4 cancelled'])
  })

  test('a Last-Event-ID that is not a version: 400', async (t) => {
    const { open } = await shopWithOrder(t)
    assert.equal((await open('ada', { 'last-event-id': 'x' })).answer.status, 400)
  })

  test('STREAMS_PER_USER_MAX limits one user; a closed stream makes room; other users are not affected', async (t) => {
    const { open } = await shopWithOrder(t)
    const streams = []
    for (let i = 0; i < STREAMS_PER_USER_MAX; i++) streams.push(await open())
    const refused = await open()
    assert.equal(refused.answer.status, 429)
    assert.equal(((await refused.answer.json()) as { code: string }).code, 'too_many_streams')
    assert.ok(refused.answer.headers.get('retry-after'))
    assert.equal((await open('root')).answer.status, 200)
    streams[0]!.cut()
    await untilAnswered(200, open)
  })

  test('beyond streamsMax in all: 503 with Retry-After, for every user', async (t) => {
    const { open } = await shopWithOrder(t, { streamsMax: 2 })
    await open('ada')
    const second = await open('root')
    const refused = await open('root')
    assert.equal(refused.answer.status, 503)
    assert.equal(((await refused.answer.json()) as { code: string }).code, 'overloaded')
    assert.ok(refused.answer.headers.get('retry-after'))
    second.cut()
    await untilAnswered(200, () => open('root'))
  })

  test('draining ends the streams and lets the service close', async (t) => {
    const { open, app } = await shopWithOrder(t)
    const stream = (await open()).events()
    await take(stream, 1)
    const [, rest] = await Promise.all([app.close(), take(stream, 9)])
    assert.deepEqual(rest, [])
  })

  test('a stream opened on an existing connection while closing sends the current order, and ends', async (t) => {
    const { id, app } = await shopWithOrder(t)
    const { port } = app.server.address() as AddressInfo
    const connected = once(app.server, 'connection') as Promise<[Socket]>
    const socket = connect(port, '127.0.0.1')
    const received = text(socket)
    const head = `host: x\r\nauthorization: Bearer ada\r\n`
    // The first half of a request keeps the connection from being closed as idle.
    socket.write(`GET /orders/${id}/events HTTP/1.1\r\n`)
    const [taken] = await connected
    await untilTrue(() => taken.bytesRead > 0)
    const closed = app.close()
    await untilTrue(() => !app.server.listening)
    socket.write(`${head}\r\n`)
    await closed
    assert.match(await received, /^HTTP\/1.1 200 .*event: order\nid: 2\n/s)
  })

  test('a stream ends when its token expires', async (t) => {
    const orders = await memoryOrders(t)
    const mine = order()
    await orders.addOnce(mine)
    const verifyToken = () => ({
      userId: mine.order.userId,
      username: 'ada',
      role: 'customer' as const,
      expiresAt: Date.now() / 1000 + 0.1,
    })
    const { get } = createOrderApp(t, {
      orders,
      reservations: {} as never,
      access: { ...ACCESS, verifyToken },
    })
    const answer = await get('ada', `/orders/${mine.order.id}/events`)
    assert.match(answer.body, /event: order\nid: 1\n/)
  })
})

suite('limits of event streams', () => {
  /** One order, and any number of admins who may see it; opened without sockets. */
  async function orderInView(
    t: TestContext,
    admit: (principal: Principal) => ReturnType<VerifyToken> = (it) => it,
    random = () => 0,
  ) {
    const clock = createVirtualRuntime()
    const orders = await memoryOrders(t)
    const mine = order()
    await orders.addOnce(mine)
    const { app, put } = createOrderApp(t, {
      ...{
        orders,
        reservations: { release: async () => {} } as never,
        runtime: { ...clock, defer: systemRuntime.defer, random },
      },
      access: {
        ...ACCESS,
        verifyToken: (userId) => {
          const of = { userId, username: userId, role: 'admin' as const }
          return admit({ ...of, expiresAt: clock.now().getTime() / 1000 + 3_600 })
        },
      },
    })
    const open = async (who: string) => {
      const url = `/orders/${mine.order.id}/events`
      const answer = await app.inject({ url, headers: as(who), payloadAsStream: true })
      const stream = answer.stream().setEncoding('utf8')
      t.after(() => stream.destroy())
      const seen = { status: answer.statusCode, text: '', ended: false }
      stream.on('data', (chunk: string) => {
        seen.text += chunk
      })
      stream.on('end', () => {
        seen.ended = true
      })
      return seen
    }
    return { open, clock, cancel: () => put('one who may', mine.order.id, { status: 'cancelled' }) }
  }

  test('STREAMS_MAX limits all users together', async (t) => {
    const { open } = await orderInView(t)
    const users = Array.from({ length: STREAMS_MAX / STREAMS_PER_USER_MAX }, (_, i) => `user ${i}`)
    for (const user of users) {
      const streams = Array.from({ length: STREAMS_PER_USER_MAX }, () => open(user))
      assert.ok((await Promise.all(streams)).every(({ status }) => status === 200))
    }
    assert.equal((await open('one more')).status, 503)
  })

  test('a stream lasts STREAM_MS_MAX, with heartbeats', async (t) => {
    const { open, clock } = await orderInView(t)
    const stream = await open('root')
    const after = async (ms: number) => {
      await clock.advance(ms)
      for (let i = 0; i < 20; i++) await new Promise(setImmediate)
    }
    await after(HEARTBEAT_MS - 1)
    assert.doesNotMatch(stream.text, /still here/)
    await clock.advance(1)
    await untilTrue(() => /: still here\n\n$/.test(stream.text))
    await after(STREAM_MS_MAX - HEARTBEAT_MS - 1)
    assert.equal(stream.ended, false)
    await clock.advance(1)
    await untilTrue(() => stream.ended)
  })

  test('streams opened together have heartbeats at different times', async (t) => {
    const drawn = [0, 0.5]
    const { open, clock } = await orderInView(t, undefined, () => drawn.shift()!)
    const streams = [await open('root'), await open('root')]
    const beats = async (ms: number) => {
      await clock.advance(ms)
      for (let i = 0; i < 20; i++) await new Promise(setImmediate)
      return streams.map(({ text }) => text.split('still here').length - 1)
    }
    assert.deepEqual(await beats(HEARTBEAT_MS / 2), [0, 1])
    assert.deepEqual(await beats(HEARTBEAT_MS / 2), [1, 1])
    assert.deepEqual(await beats(HEARTBEAT_MS / 2), [1, 2], 'and go on so')
  })

  const refuse = (): never => {
    throw new Problem('unauthenticated', 'No.')
  }
  for (const [how, answer] of [
    ['at once', (is: boolean, it: Principal) => (is ? it : refuse())],
    ['later', async (is: boolean, it: Principal) => (is ? it : refuse())],
  ] as const) {
    test(`the token is checked periodically and before each event: answered ${how}`, async (t) => {
      const settled = async () => {
        for (let i = 0; i < 50; i++) await new Promise(setImmediate)
      }
      const withdrawn = new Set<string>()
      const { open, clock, cancel } = await orderInView(t, (it) => answer(!withdrawn.has(it.userId), it))
      const [idle, busy, other] = [await open('idle'), await open('busy'), await open('other')]
      await settled()
      withdrawn.add('idle')
      await clock.advance(TOKEN_CHECK_MS - 1)
      await settled()
      assert.equal(idle.ended, false)
      await clock.advance(1)
      await untilTrue(() => idle.ended)
      await settled()
      assert.deepEqual([idle.ended, busy.ended, other.ended], [true, false, false])
      withdrawn.add('busy')
      assert.equal((await cancel()).statusCode, 200)
      await untilTrue(() => busy.ended && other.ended)
      assert.deepEqual([busy.ended, busy.text.match(/^id: /gm)?.length], [true, 1])
      assert.deepEqual(other.text.match(/^id: \d/gm), ['id: 1', 'id: 2', 'id: 3'])
    })
  }

  test('limits that proxies and users depend on', () => {
    assert.deepEqual([HEARTBEAT_MS < 30_000, STREAM_MS_MAX, STREAMS_MAX], [true, 15 * 60_000, 2_000])
    assert.ok(TOKEN_CHECK_MS <= 1_000)
  })
})

suite('watching', () => {
  test('reads all watched orders in one query, and sends none while no order is watched', async (t) => {
    const orders = await memoryOrders(t)
    const mine = [order(), order(), order()]
    for (const each of mine) await orders.addOnce(each)
    const asked: (readonly string[])[] = []
    const counting = {
      find: orders.find,
      versionsOf: (ids: readonly string[]) => {
        asked.push(ids)
        return orders.versionsOf(ids)
      },
    }
    const runtime = createVirtualRuntime()
    const watch = createOrderWatch(counting, runtime, (fault) => assert.ifError(fault))
    t.after(() => watch.close())
    const seen: string[] = []
    const stop = mine.map((each) => watch.watch(each.order, (now) => seen.push(`${now.id} ${now.version}`)))
    await orders.save(confirm(mine[1]!, HELD, AT))
    await runtime.advance(POLL_MS)
    assert.deepEqual(seen, [`${mine[1]!.order.id} 2`])
    assert.deepEqual(
      asked[0],
      mine.map((each) => each.order.id),
    )
    for (const each of stop) each()
    await runtime.advance(POLL_MS)
    assert.deepEqual(runtime.waiting(), [])
    assert.equal(asked.length, 1)
  })

  test('reads an order only when it has changed, and notifies each watcher once', async (t) => {
    const orders = await memoryOrders(t)
    const mine = order()
    await orders.addOnce(mine)
    const [looks, finds] = [t.mock.method(orders, 'versionsOf').mock, t.mock.method(orders, 'find').mock]
    const runtime = createVirtualRuntime()
    const watch = createOrderWatch(orders, runtime, (fault) => assert.ifError(fault))
    t.after(() => watch.close())
    const seen: number[][] = [[], []]
    for (const each of seen) watch.watch(mine.order, ({ version }) => each.push(version))
    await runtime.advance(3 * POLL_MS)
    assert.equal(looks.callCount(), 3)
    assert.deepEqual([finds.callCount(), seen], [0, [[], []]])
    await orders.save(confirm(mine, HELD, AT))
    await runtime.advance(3 * POLL_MS)
    assert.deepEqual([finds.callCount(), seen], [1, [[2], [2]]])
    assert.equal(POLL_MS, 1_000)
  })

  test('starts no second query while the first is running, also for new watchers', async (t) => {
    const asked: (readonly string[])[] = []
    let answer = () => {}
    const runtime = createVirtualRuntime()
    const watch = createOrderWatch(
      {
        find: async () => undefined,
        versionsOf: (ids) => {
          asked.push(ids)
          return new Promise((resolve) => {
            answer = () => resolve(new Map())
          })
        },
      },
      runtime,
      (fault) => assert.ifError(fault),
    )
    t.after(() => watch.close())
    const [first, second] = [pending(), pending()]
    watch.watch(first, () => {})
    await runtime.advance(POLL_MS)
    watch.watch(second, () => {})
    await runtime.advance(50 * POLL_MS)
    assert.deepEqual(asked, [[first.id]])
    answer()
    await runtime.advance(POLL_MS)
    assert.deepEqual(asked[1], [first.id, second.id])
  })

  test('notifies of each version once, and never of an older one', () => {
    const mine = pending()
    const watch = createOrderWatch(
      { find: async () => assert.fail(), versionsOf: async () => assert.fail() },
      createVirtualRuntime(),
      assert.ifError,
    )
    const seen: number[] = []
    const stop = watch.watch(mine, ({ version }) => seen.push(version))
    for (const version of [mine.version, 3, 3, 2, 4]) watch.changed({ ...mine, version })
    stop()
    watch.changed({ ...mine, version: 5 })
    assert.deepEqual(seen, [3, 4])
    watch.close()
  })

  test('a store that fails is read again', async (t) => {
    const mine = pending()
    let calls = 0
    const faults: unknown[] = []
    const runtime = createVirtualRuntime()
    const watch = createOrderWatch(
      {
        find: async () => nextVersion(scheduleNew(mine, AT)),
        versionsOf: async () => {
          if (++calls === 1) throw new Error('not now')
          return new Map([[mine.id, 2]])
        },
      },
      runtime,
      (fault) => faults.push(fault),
    )
    t.after(() => watch.close())
    const seen: number[] = []
    watch.watch(mine, ({ version }) => seen.push(version))
    await runtime.advance(POLL_MS)
    assert.deepEqual([seen, faults.length], [[], 1])
    await runtime.advance(POLL_MS)
    assert.deepEqual([seen, faults.length], [[2], 1])
  })
})
