import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { suite, type TestContext, test } from 'node:test'
import { untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { type NewOrder, type Order, OrderUndecided } from '../src/ordering.ts'
import type { ShopProblem } from '../src/problem.ts'
import { createShopClient } from '../src/shop_client.ts'
import { answer, refuse, type Seen, serve } from './serve.ts'
import { stopTime } from './stopped_time.ts'

const DRAFT: NewOrder = {
  product_id: '01890000-0000-7000-8000-000000000001',
  quantity: 1,
  total_price: '19.99',
}
const ID = '01890000-0000-7000-8000-0000000000aa'

const order = (status: string, version: number, more = {}) =>
  ({ id: ID, status, version, rejection: null, ...more }) as unknown as Order
const PENDING = order('pending', 1)
const CONFIRMED = order('confirmed', 2)

type Respond = (seen: Seen, response: ServerResponse, times: number) => void | Promise<void>
type Routes = { post: Respond; get?: Respond; events?: Respond }

/** An order service with the given answers, and a client of it. */
async function world(t: TestContext, { post, get, events }: Routes) {
  const times = new Map<Respond, number>()
  const { origin, seen } = await serve(t, async (one, response) => {
    const respond = one.method === 'POST' ? post : one.path.endsWith('/events') ? events : get
    if (!respond) return refuse(response, 404, 'route_not_found', false)
    times.set(respond, (times.get(respond) ?? 0) + 1)
    await respond(one, response, times.get(respond)!)
  })
  const retry = { attempts: 3, waitMs: 1, waitMaxMs: 1_000 }
  const shop = createShopClient({ authUrl: origin, productUrl: origin, orderUrl: origin, retry })
  const paths = () => seen.map(({ method, path }) => `${method} ${path.slice(path.lastIndexOf('/'))}`)
  return { shop, seen, paths }
}

const accept: Respond = (_, response) => answer(response, 202, PENDING)
const stream = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' })
const event = (response: ServerResponse, one: Order) =>
  response.write(`id: ${one.version}\nevent: order\ndata: ${JSON.stringify(one)}\n\n`)

suite('placing an order', () => {
  test('resolves an order that is confirmed at once', async (t) => {
    const { shop, seen } = await world(t, { post: (_, response) => answer(response, 201, CONFIRMED) })
    assert.deepEqual(await shop.placeOrder(DRAFT), CONFIRMED)
    assert.deepEqual(seen[0]!.body, DRAFT)
    const key = String(seen[0]!.headers['idempotency-key'])
    assert.match(key, /^[0-9a-f]{32}$/)
    const age = Date.now() - Number.parseInt(key.slice(0, 12), 16)
    assert.ok(age >= 0 && age < 60_000, 'it begins with the time')
  })

  test('two purchases have two keys', async (t) => {
    const { shop, seen } = await world(t, { post: (_, response) => answer(response, 201, CONFIRMED) })
    await shop.placeOrder(DRAFT)
    await shop.placeOrder(DRAFT)
    assert.notEqual(seen[0]!.headers['idempotency-key'], seen[1]!.headers['idempotency-key'])
  })

  test('all attempts of one purchase have one key', async (t) => {
    const { shop, seen } = await world(t, {
      post: (_, response, times) => {
        if (times === 1) response.destroy()
        else if (times === 2) refuse(response, 503, 'store_unavailable', true, { 'retry-after': '0' })
        else answer(response, 201, CONFIRMED)
      },
    })
    assert.deepEqual(await shop.placeOrder(DRAFT), CONFIRMED)
    assert.equal(seen.length, 3)
    assert.equal(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size, 1)
  })

  test('a given key is sent, and is in the error after the last retry', async (t) => {
    const { shop, seen } = await world(t, { post: (_, response) => void response.destroy() })
    await assert.rejects(shop.placeOrder(DRAFT, { idempotencyKey: 'cart-7' }), (error: OrderUndecided) => {
      assert.ok(error instanceof OrderUndecided)
      assert.equal(error.code, 'order_undecided')
      assert.equal(error.idempotencyKey, 'cart-7')
      assert.equal(error.order, undefined)
      return true
    })
    assert.deepEqual(new Set(seen.map(({ headers }) => headers['idempotency-key'])), new Set(['cart-7']))
  })

  test('a rejected order fails with its problem', async (t) => {
    const { shop, seen } = await world(t, {
      post: (_, response) => refuse(response, 409, 'insufficient_stock', false),
    })
    await assert.rejects(shop.placeOrder(DRAFT), (error: ShopProblem) => error.code === 'insufficient_stock')
    assert.equal(seen.length, 1)
  })
})

suite('a pending order', () => {
  test('is followed by its events', async (t) => {
    stopTime(t)
    const { shop, paths, seen } = await world(t, {
      post: accept,
      events: (_, response) => {
        stream(response)
        event(response, PENDING)
        setImmediate(() => event(response, CONFIRMED))
      },
    })
    const states: string[] = []
    const placed = await shop.placeOrder(DRAFT, { onChange: ({ status }) => states.push(status) })
    assert.deepEqual(placed, CONFIRMED)
    assert.deepEqual(states, ['pending', 'confirmed'])
    assert.deepEqual(paths(), ['POST /orders', 'GET /events'])
    assert.equal(seen[1]!.headers.accept, 'text/event-stream')
  })

  test('is polled where there are no events', async (t) => {
    const { shop, paths } = await world(t, {
      post: accept,
      get: (_, response, times) => answer(response, 200, times < 2 ? PENDING : CONFIRMED),
    })
    assert.deepEqual(await shop.placeOrder(DRAFT), CONFIRMED)
    assert.deepEqual(paths(), ['POST /orders', 'GET /events', `GET /${ID}`, `GET /${ID}`])
  })

  for (const [what, events] of [
    ['break off', (_, response) => void stream(response).write('data: {"id', () => response.destroy())],
    ['end early', (_, response) => void stream(response).end(': bye\n\n')],
    ['make no sense', (_, response) => void stream(response).end('data: <html>\n\n')],
  ] as [string, Respond][]) {
    test(`is polled when its events ${what}`, async (t) => {
      const { shop } = await world(t, { post: accept, events, get: (_, r) => answer(r, 200, CONFIRMED) })
      assert.deepEqual(await shop.placeOrder(DRAFT), CONFIRMED)
    })
  }

  test('is polled at once when its event stream is refused', async (t) => {
    const clock = stopTime(t)
    const { shop, paths } = await world(t, {
      post: accept,
      events: (_, response) => refuse(response, 429, 'too_many_streams', true, { 'retry-after': '1' }),
      get: (_, response) => answer(response, 200, CONFIRMED),
    })
    let placed: Order | undefined
    shop.placeOrder(DRAFT).then((order) => {
      placed = order
    }, assert.ifError)
    await untilTrue(() => placed !== undefined)
    assert.deepEqual([placed, clock.monotonic()], [CONFIRMED, 0])
    assert.deepEqual(paths(), ['POST /orders', 'GET /events', `GET /${ID}`])
  })

  test('is polled while its events are held back', async (t) => {
    const { shop } = await world(t, {
      post: accept,
      events: (_, response) => void stream(response).write(': held back\n\n'),
      get: (_, response) => answer(response, 200, CONFIRMED),
    })
    assert.deepEqual(await shop.placeOrder(DRAFT), CONFIRMED)
  })

  test('that is rejected later fails with the same problem as one rejected at once', async (t) => {
    const { shop, seen } = await world(t, {
      post: (_, response, times) =>
        times === 1 ? answer(response, 202, PENDING) : refuse(response, 409, 'insufficient_stock', false),
      get: (_, response) => answer(response, 200, order('rejected', 2)),
    })
    await assert.rejects(shop.placeOrder(DRAFT), (error: ShopProblem) => error.code === 'insufficient_stock')
    const posts = seen.filter(({ method }) => method === 'POST')
    assert.equal(posts.length, 2)
    assert.equal(posts[0]!.headers['idempotency-key'], posts[1]!.headers['idempotency-key'])
    assert.deepEqual(posts[0]!.body, posts[1]!.body)
  })

  test('that stays pending fails at the deadline, with the order and the key', async (t) => {
    const clock = stopTime(t)
    const { shop, seen } = await world(t, {
      post: accept,
      get: (_, response) => answer(response, 200, PENDING),
    })
    const outcome: { failure?: unknown } = {}
    shop.placeOrder(DRAFT, { deadlineMs: 400_000 }).catch((error: unknown) => {
      outcome.failure = error
    })
    await untilTrue(() => seen.length === 2)
    for (let polls = 1; polls <= 3; polls++) {
      await untilTrue(() => clock.waiting().length === 2)
      await clock.advance(clock.waiting()[0]!)
      await untilTrue(() => seen.length === 2 + polls)
    }
    assert.deepEqual(outcome, {})
    await clock.advance(400_000)
    await untilTrue(() => outcome.failure !== undefined)
    assert.ok(outcome.failure instanceof OrderUndecided)
    assert.deepEqual(outcome.failure.order, PENDING)
    assert.match(outcome.failure.idempotencyKey!, /^[0-9a-f]{32}$/)
  })

  test('whose events hang fails at the deadline too', async (t) => {
    const clock = stopTime(t)
    const { shop, seen } = await world(t, {
      post: accept,
      events: (_, r) => void stream(r).write(': hello\n\n'),
    })
    const outcome: { failure?: unknown } = {}
    shop.placeOrder(DRAFT, { deadlineMs: 200 }).catch((error: unknown) => {
      outcome.failure = error
    })
    await untilTrue(() => seen.length === 2)
    await clock.advance(199)
    assert.deepEqual(outcome, {})
    await clock.advance(1)
    await untilTrue(() => outcome.failure !== undefined)
    assert.ok(outcome.failure instanceof OrderUndecided)
    assert.deepEqual(outcome.failure.order, PENDING)
  })

  test('is no longer followed once the signal is aborted', async (t) => {
    const { shop, seen } = await world(t, {
      post: accept,
      events: (_, r) => {
        stream(r).write(': hello\n\n')
        leaving.abort(new Error('left the page'))
      },
    })
    const leaving = new AbortController()
    await assert.rejects(shop.placeOrder(DRAFT, { signal: leaving.signal }), /left the page/)
    assert.equal(seen.length, 2)
  })

  test('can be followed by its id', async (t) => {
    const { shop } = await world(t, {
      post: accept,
      get: (_, response, times) => answer(response, 200, times < 2 ? PENDING : CONFIRMED),
    })
    assert.deepEqual(await shop.followOrder(ID), CONFIRMED)
  })

  test('that is rejected is resolved by followOrder', async (t) => {
    const rejected = order('rejected', 2)
    const { shop } = await world(t, { post: accept, get: (_, response) => answer(response, 200, rejected) })
    assert.deepEqual(await shop.followOrder(ID), rejected)
  })
})
