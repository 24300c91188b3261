import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { HELD, MUG, order, uuid } from '../samples.ts'
import { connect, startProducts } from '../shop.ts'

/** A server that answers as it is told, to see what the client believes. */
async function serve(
  t: TestContext,
  answer: (
    body: Record<string, { order_id: string }[]>,
    path: string,
  ) => [number, unknown] | 'cut' | undefined,
) {
  const calls: [string, number][] = []
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await textOf(request))
    calls.push([request.url!, (Object.values(body)[0] as unknown[]).length])
    const answered = answer(body, request.url!)
    if (answered === 'cut') request.socket.destroy()
    else if (answered)
      response.writeHead(answered[0], { 'content-type': 'application/json' }).end(JSON.stringify(answered[1]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls }
}

async function textOf(request: IncomingMessage) {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

const mine = order({ id: uuid(7) })
const held = {
  order_id: mine.id,
  status: 'held',
  lines: [{ product_id: MUG, name: 'Mug', unit_price: '19.99', quantity: 2 }],
  total_price: '39.98',
  shortages: [],
  unknown_products: [],
  currency: 'USD',
}

suite('what the product service answers', () => {
  test('held, with names and prices', async (t) => {
    const { url } = await serve(t, () => [200, { results: [held] }])
    assert.deepEqual(await (await connect(t, url)).hold(mine), { status: 'held', lines: HELD })
  })

  const unusable: [string, [number, unknown] | undefined][] = [
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
    ['a refusal', [401, { code: 'unauthenticated' }]],
    ['a fault', [500, {}]],
    ['a redirect', [302, {}]],
    ['silence', undefined],
  ]
  for (const [what, answer] of unusable) {
    test(`${what} is not an answer`, async (t) => {
      const { url } = await serve(t, () => answer)
      const reservations = await connect(t, url, 100)
      await assert.rejects(reservations.hold(mine), { name: 'OutcomeUnknown' })
    })
  }

  for (const [code, status] of [
    ['validation_failed', 400],
    ['internal_error', 500],
  ] as const) {
    test(`a call answered ${status} is sent again one by one, so that only the bad order fails`, async (t) => {
      const bad = order({ id: uuid(66) })
      const { url, calls } = await serve(t, (body) => {
        const ids = body.reservations!.map((each) => each.order_id)
        if (ids.includes(bad.id)) return [status, { code }]
        return [200, { results: ids.map((order_id) => ({ ...held, order_id })) }]
      })
      const reservations = await connect(t, url)
      const outcomes = await Promise.allSettled([mine, bad, order()].map((each) => reservations.hold(each)))
      assert.deepEqual(
        outcomes.map((outcome) => outcome.status),
        ['fulfilled', 'rejected', 'fulfilled'],
      )
      assert.deepEqual(
        calls.map(([, n]) => n),
        [3, 1, 1, 1],
      )
      assert.equal(reservations.outlook(), 'up')
    })
  }

  test('a service that fails on each of them is down', async (t) => {
    const { url } = await serve(t, () => [500, { code: 'internal_error' }])
    const reservations = await connect(t, url)
    const outcomes = await Promise.allSettled([mine, order()].map((each) => reservations.hold(each)))
    assert.ok(outcomes.every(({ status }) => status === 'rejected'))
    assert.notEqual(reservations.outlook(), 'up')
  })

  test('sending one by one ends with the first call that is lost: nobody waits for the others', async (t) => {
    const { url, calls } = await serve(t, (body) =>
      body.reservations!.length > 1 ? [400, { code: 'validation_failed' }] : undefined,
    )
    const reservations = await connect(t, url, 500)
    const outcomes = await Promise.allSettled([mine, order(), order()].map((each) => reservations.hold(each)))
    assert.ok(outcomes.every(({ status }) => status === 'rejected'))
    for (let i = 0; i < 100 && reservations.outlook() === 'up'; i++) await sleep(10)
    assert.notEqual(reservations.outlook(), 'up')
    assert.deepEqual(
      calls.map(([, n]) => n),
      [3, 1],
    )
  })

  test('a connection that is cut, as by a replica that dies, is no outage: the call goes out once more', async (t) => {
    let cuts = 1
    const { url, calls } = await serve(t, () => (cuts-- > 0 ? 'cut' : [200, { results: [held] }]))
    const reservations = await connect(t, url)
    assert.equal((await reservations.hold(mine)).status, 'held')
    assert.deepEqual([calls.length, reservations.outlook()], [2, 'up'])
    cuts = 2
    await assert.rejects(reservations.hold(mine), { name: 'OutcomeUnknown' })
    assert.deepEqual([calls.length, reservations.outlook()], [4, 'down'])
  })

  test('a contradiction is a fault, not an answer to believe', async (t) => {
    const { url } = await serve(t, (_body, path) => [
      200,
      { results: [{ order_id: mine.id, status: path.endsWith('releases') ? 'shipped' : 'unknown' }] },
    ])
    const reservations = await connect(t, url)
    await assert.rejects(reservations.release(mine), /is pending, but its reservation is shipped/)
    await assert.rejects(reservations.ship(mine), /but its reservation is unknown/)
  })

  test('64 orders at once travel in one call', async (t) => {
    const { url, calls } = await serve(t, (body) => [
      200,
      {
        results: body.reservations!.map(({ order_id }) => ({ ...held, order_id })),
      },
    ])
    const reservations = await connect(t, url)
    await Promise.all(Array.from({ length: 64 }, () => reservations.hold(order())))
    assert.deepEqual(calls, [['/internal/reservations', 64]])
  })
})

suite('with the real product service', () => {
  test('every call may be repeated, and a release is final', async (t) => {
    const products = await startProducts(t)
    const reservations = await connect(t, products.url)
    const mug = await products.add(5)
    const bought = order({ lines: [{ productId: mug, quantity: 2 }] })
    const first = await reservations.hold(bought)
    assert.equal(first.status, 'held')
    assert.deepEqual(await reservations.hold(bought), first)
    assert.deepEqual(await products.stockOf(mug), { stock: 3, reserved: 2 })
    await reservations.release(bought)
    await reservations.release(bought)
    assert.deepEqual(await reservations.hold(bought), { status: 'released' })
    assert.deepEqual(await products.stockOf(mug), { stock: 5, reserved: 0 })
  })

  test('a shipment may be repeated', async (t) => {
    const products = await startProducts(t)
    const reservations = await connect(t, products.url)
    const mug = await products.add(5)
    const bought = order({ lines: [{ productId: mug, quantity: 2 }] })
    await reservations.hold(bought)
    await reservations.ship(bought)
    await reservations.ship(bought)
    assert.deepEqual(await products.stockOf(mug), { stock: 3, reserved: 0 })
  })

  test('rejections say why', async (t) => {
    const products = await startProducts(t)
    const reservations = await connect(t, products.url)
    const mug = await products.add(1)
    const short = await reservations.hold(order({ lines: [{ productId: mug, quantity: 2 }] }))
    assert.deepEqual(short, {
      status: 'rejected',
      rejection: {
        reason: 'insufficient_stock',
        shortages: [{ productId: mug, requested: 2, available: 1 }],
        unknownProducts: [],
        totalMinor: 3998,
      },
    })
    const unknown = await reservations.hold(order({ lines: [{ productId: uuid(9), quantity: 1 }] }))
    assert.deepEqual(unknown, {
      status: 'rejected',
      rejection: { reason: 'product_not_found', shortages: [], unknownProducts: [uuid(9)] },
    })
    const rejected = await reservations.hold(
      order({ lines: [{ productId: mug, quantity: 1 }], totalMinor: 1 }),
    )
    assert.ok(rejected.status === 'rejected')
    assert.deepEqual([rejected.rejection.reason, rejected.rejection.totalMinor], ['price_changed', 1999])
  })
})
