import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { createVirtualRuntime, untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { PAUSE } from '../../src/clients/circuit_breaker.ts'
import { DECISION_DEADLINE_MS, WAITING_MAX } from '../../src/clients/product_client.ts'
import type { Rejection } from '../../src/domain/order.ts'
import { cancellingOf, HELD, MUG, pending, shippedOf, uuid } from '../samples.ts'
import { connect, startProducts, startProxy, textOf } from '../shop.ts'

/** A server with the given answers. */
async function serve(
  t: TestContext,
  answer: (
    body: Record<string, { order_id: string }[]>,
    path: string,
  ) => [status: number, body: unknown, headers?: object] | 'cut' | undefined,
) {
  const calls: [string, number][] = []
  const url = await startProxy(t, async (request, response) => {
    const body = JSON.parse(await textOf(request))
    calls.push([request.url!, (Object.values(body)[0] as unknown[]).length])
    const answered = answer(body, request.url!)
    if (answered === 'cut') request.socket.destroy()
    else if (answered)
      response
        .writeHead(answered[0], { 'content-type': 'application/json', ...answered[2] })
        .end(JSON.stringify(answered[1]))
  })
  return { url, calls }
}

/** Time stands still but for `advance`; sockets are real. */
function movableClock() {
  const runtime = createVirtualRuntime({ realDefer: true })
  return { ...runtime, runtime }
}

const LONG_MS = 60_000

const mine = pending({ id: uuid(7) })
const totalOf = (rejection: Rejection) =>
  rejection.reason === 'price_changed' ? rejection.totalMinor : undefined

const held = {
  order_id: mine.id,
  status: 'held',
  lines: [{ product_id: MUG, name: 'Mug', unit_price: '19.99', quantity: 2 }],
  total_price: '39.98',
  shortages: [],
  unknown_products: [],
  currency: 'USD',
}

suite('answers of product_service', () => {
  test('held, with names and prices', async (t) => {
    const { url } = await serve(t, () => [200, { results: [held] }])
    assert.deepEqual(await (await connect(t, url)).hold(mine), { status: 'held', lines: HELD })
  })

  const unusable: [string, [number, unknown]][] = [
    ['an empty object', [200, {}]],
    ['no results', [200, { results: [] }]],
    ["another order's result", [200, { results: [{ ...held, order_id: uuid(8) }] }]],
    ['a status that does not exist', [200, { results: [{ ...held, status: 'maybe' }] }]],
    ['a rejection without a reason', [200, { results: [{ ...held, status: 'rejected' }] }]],
    [
      'a price that is no amount',
      [200, { results: [{ ...held, lines: [{ ...held.lines[0], unit_price: 'x' }] }] }],
    ],
    ['another currency', [200, { results: [{ ...held, currency: 'EUR' }] }]],
    ['a refused token', [401, { code: 'unauthenticated' }]],
    ['a server error', [500, {}]],
    ['a redirect', [302, {}]],
  ]
  for (const [what, answer] of unusable) {
    test(`${what} is no usable answer`, async (t) => {
      const { url } = await serve(t, () => answer)
      const reservations = await connect(t, url)
      await assert.rejects(reservations.hold(mine), { name: 'OutcomeUnknown' })
    })
  }

  test('no answer before the deadline is OutcomeUnknown', async (t) => {
    const { url, calls } = await serve(t, () => undefined)
    const clock = movableClock()
    const reservations = await connect(t, url, DECISION_DEADLINE_MS, clock.runtime)
    const holding = assert.rejects(reservations.hold(mine), { name: 'OutcomeUnknown' })
    await untilTrue(() => calls.length === 1)
    await clock.advance(DECISION_DEADLINE_MS)
    await holding
  })

  for (const [code, status] of [
    ['validation_failed', 400],
    ['internal_error', 500],
  ] as const) {
    test(`a call answered ${status} is divided, so that only the bad order fails`, async (t) => {
      const bad = pending({ id: uuid(66) })
      const { url, calls } = await serve(t, (body) => {
        const ids = body.reservations!.map((each) => each.order_id)
        if (ids.includes(bad.id)) return [status, { code }]
        return [200, { results: ids.map((order_id) => ({ ...held, order_id })) }]
      })
      const reservations = await connect(t, url)
      const outcomes = await Promise.allSettled([mine, bad, pending()].map((each) => reservations.hold(each)))
      assert.deepEqual(
        outcomes.map((outcome) => outcome.status),
        ['fulfilled', 'rejected', 'fulfilled'],
      )
      assert.deepEqual(calls.map(([, n]) => n).sort(), [1, 1, 1, 3])
      assert.equal(reservations.circuit(), 'closed')
    })
  }

  test('server errors for many orders in a row open the circuit before every order is sent alone', async (t) => {
    const { url, calls } = await serve(t, () => [500, { code: 'internal_error' }])
    const reservations = await connect(t, url)
    const many = Array.from({ length: 128 }, () => pending())
    const outcomes = await Promise.allSettled(many.map((each) => reservations.hold(each)))
    assert.ok(outcomes.every(({ status }) => status === 'rejected'))
    assert.notEqual(reservations.circuit(), 'closed')
    assert.ok(calls.length < 50, `${calls.length} calls`)
  })

  test('a Retry-After sets the pause before the next call', async (t) => {
    const { url, calls } = await serve(t, () => [503, { code: 'overloaded' }, { 'retry-after': '2' }])
    const clock = movableClock()
    const reservations = await connect(t, url, LONG_MS, clock.runtime)
    await assert.rejects(reservations.hold(mine), { name: 'OutcomeUnknown' })
    assert.ok(PAUSE.maxMs < 2_000)
    await clock.advance(1_999)
    assert.equal(reservations.circuit(), 'open')
    await assert.rejects(reservations.hold(pending()), { name: 'OutcomeUnknown' })
    assert.equal(calls.length, 1)
    await clock.advance(1 + PAUSE.maxMs)
    assert.equal(reservations.circuit(), 'half_open')
  })

  const partial: [string, (ids: string[]) => unknown[]][] = [
    ['leaves one out', (ids) => ids.slice(1).map((order_id) => ({ ...held, order_id }))],
    ['answers nothing for one', (ids) => [null, ...ids.slice(1).map((order_id) => ({ ...held, order_id }))]],
    [
      'says that it could not answer one',
      (ids) =>
        ids.map((order_id, i) => (i === 0 ? { order_id, status: 'unanswered' } : { ...held, order_id })),
    ],
  ]
  for (const [what, results] of partial) {
    test(`an answer that ${what} is used for all other orders`, async (t) => {
      const { url, calls } = await serve(t, (body) => [
        200,
        { results: results(body.reservations!.map((each) => each.order_id)) },
      ])
      const reservations = await connect(t, url)
      const outcomes = await Promise.allSettled(
        [mine, pending(), pending()].map((each) => reservations.hold(each)),
      )
      assert.deepEqual(
        outcomes.map((outcome) => outcome.status),
        ['rejected', 'fulfilled', 'fulfilled'],
      )
      assert.deepEqual([calls.length, reservations.circuit()], [1, 'closed'])
    })
  }

  test('answers in another order are matched by order_id', async (t) => {
    const prices = new Map<string, string>()
    const { url } = await serve(t, (body) => {
      const ids = body.reservations!.map((each) => each.order_id)
      const results = ids.map((order_id, i) => {
        prices.set(order_id, `${i + 1}.00`)
        return { ...held, order_id, status: 'rejected', reason: 'price_changed', total_price: `${i + 1}.00` }
      })
      return [200, { results: results.toReversed() }]
    })
    const reservations = await connect(t, url)
    const many = [mine, pending(), pending()]
    const answers = await Promise.all(many.map((each) => reservations.hold(each)))
    assert.deepEqual(
      answers.map((answer) => answer.status === 'rejected' && totalOf(answer.rejection)),
      many.map(({ id }) => Number(prices.get(id)) * 100),
    )
  })

  test('an order that cannot be serialised fails alone', async (t) => {
    const { url, calls } = await serve(t, (body) => [
      200,
      { results: body.reservations!.map(({ order_id }) => ({ ...held, order_id })) },
    ])
    const reservations = await connect(t, url)
    const bad = {
      ...pending(),
      get lines(): never[] {
        throw new Error('no lines')
      },
    }
    const outcomes = await Promise.allSettled([mine, bad, pending()].map((each) => reservations.hold(each)))
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.equal(reservations.circuit(), 'closed')
    assert.ok(calls.length > 0)
  })

  test('at most WAITING_MAX orders wait', async (t) => {
    const { url, calls } = await serve(t, () => undefined)
    const clock = movableClock()
    const reservations = await connect(t, url, LONG_MS, clock.runtime)
    const first = reservations.hold(mine).catch((error) => error)
    await untilTrue(() => calls.length === 1)
    const many = Array.from({ length: WAITING_MAX }, () =>
      reservations.hold(pending()).catch((error) => error),
    )
    await assert.rejects(reservations.hold(pending()), /are already waiting/)
    await clock.advance(LONG_MS)
    for (const each of [first, ...many]) assert.equal((await each).name, 'OutcomeUnknown')
  })

  test('a closed connection, as of a stopped replica, is no outage: the call is sent once more', async (t) => {
    let cuts = 1
    const { url, calls } = await serve(t, () => (cuts-- > 0 ? 'cut' : [200, { results: [held] }]))
    const reservations = await connect(t, url)
    assert.equal((await reservations.hold(mine)).status, 'held')
    assert.deepEqual([calls.length, reservations.circuit()], [2, 'closed'])
    cuts = 2
    await assert.rejects(reservations.hold(mine), { name: 'OutcomeUnknown' })
    assert.deepEqual([calls.length, reservations.circuit()], [4, 'open'])
  })

  test('an answer that contradicts the order is an error', async (t) => {
    const { url } = await serve(t, (_body, path) => [
      200,
      { results: [{ order_id: mine.id, status: path.endsWith('releases') ? 'shipped' : 'unknown' }] },
    ])
    const reservations = await connect(t, url)
    await assert.rejects(
      reservations.release(cancellingOf(mine)),
      /is cancelling, but its reservation is shipped/,
    )
    await assert.rejects(reservations.ship(shippedOf(mine)), /but its reservation is unknown/)
  })

  test('64 concurrent orders share one call', async (t) => {
    const { url, calls } = await serve(t, (body) => [
      200,
      {
        results: body.reservations!.map(({ order_id }) => ({ ...held, order_id })),
      },
    ])
    const reservations = await connect(t, url)
    await Promise.all(Array.from({ length: 64 }, () => reservations.hold(pending())))
    assert.deepEqual(calls, [['/internal/reservations', 64]])
  })
})

suite('with the real product service', () => {
  test('every call may be repeated, and a release is final', async (t) => {
    const products = await startProducts(t)
    const reservations = await connect(t, products.url)
    const mug = await products.add(5)
    const bought = pending({ lines: [{ productId: mug, quantity: 2 }] })
    const first = await reservations.hold(bought)
    assert.equal(first.status, 'held')
    assert.deepEqual(await reservations.hold(bought), first)
    assert.deepEqual(await products.stockOf(mug), { stock: 3, reserved: 2 })
    await reservations.release(cancellingOf(bought))
    await reservations.release(cancellingOf(bought))
    assert.deepEqual(await reservations.hold(bought), { status: 'released' })
    assert.deepEqual(await products.stockOf(mug), { stock: 5, reserved: 0 })
  })

  test('a shipment may be repeated', async (t) => {
    const products = await startProducts(t)
    const reservations = await connect(t, products.url)
    const mug = await products.add(5)
    const bought = pending({ lines: [{ productId: mug, quantity: 2 }] })
    await reservations.hold(bought)
    await reservations.ship(shippedOf(bought))
    await reservations.ship(shippedOf(bought))
    assert.deepEqual(await products.stockOf(mug), { stock: 3, reserved: 0 })
  })

  test('rejections say why', async (t) => {
    const products = await startProducts(t)
    const reservations = await connect(t, products.url)
    const mug = await products.add(1)
    const short = await reservations.hold(pending({ lines: [{ productId: mug, quantity: 2 }] }))
    assert.deepEqual(short, {
      status: 'rejected',
      rejection: {
        reason: 'insufficient_stock',
        shortages: [{ productId: mug, requested: 2, available: 1 }],
        totalMinor: 3998,
      },
    })
    const unknown = await reservations.hold(pending({ lines: [{ productId: uuid(9), quantity: 1 }] }))
    assert.deepEqual(unknown, {
      status: 'rejected',
      rejection: { reason: 'product_not_found', unknownProducts: [uuid(9)] },
    })
    const rejected = await reservations.hold(
      pending({ lines: [{ productId: mug, quantity: 1 }], totalMinor: 1 }),
    )
    assert.ok(rejected.status === 'rejected')
    assert.deepEqual(rejected.rejection, { reason: 'price_changed', totalMinor: 1999 })
  })
})
