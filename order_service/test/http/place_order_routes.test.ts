import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { LINES_MAX, QUANTITY_MAX } from '../../src/domain/order.ts'
import { ADA, MUG, uuid } from '../samples.ts'
import { createOrderApp, memoryOrders, startShop } from '../shop.ts'

async function shopWithMugs(t: TestContext, stock = 10) {
  const shop = await startShop(t)
  const mug = await shop.products.add(stock)
  return { ...shop, mug, two: { product_id: mug, quantity: 2, total_price: '39.98' } }
}

suite('placing an order', () => {
  test('the error for a total that is too large names the largest amount', async (t) => {
    const { post, two } = await shopWithMugs(t)
    const answer = await post('ada', { ...two, total_price: '10000000000000.01' })
    assert.equal(answer.statusCode, 400)
    assert.match(answer.json().errors[0].message, /^must be at most 10000000000000\.00 USD /)
  })

  test('for one product holds its stock and answers 201 with the order (invariant 6)', async (t) => {
    const { post, get, products, mug, two } = await shopWithMugs(t)
    const answer = await post('ada', two)
    const order = answer.json()
    assert.equal(answer.statusCode, 201)
    assert.equal(answer.headers.location, `/orders/${order.id}`)
    assert.equal(answer.headers.etag, '"2"')
    assert.equal(answer.headers['idempotent-replayed'], undefined)
    assert.deepEqual(order, {
      id: order.id,
      number: 10_001,
      user_id: ADA,
      status: 'confirmed',
      allowed: ['cancelled'],
      lines: [{ product_id: mug, quantity: 2, name: 'Mug', unit_price: '19.99' }],
      total_price: '39.98',
      currency: 'USD',
      currency_digits: 2,
      history: [
        { status: 'pending', at: order.created_at, by: ADA },
        { status: 'confirmed', at: order.updated_at, by: 'system' },
      ],
      version: 2,
      created_at: order.created_at,
      updated_at: order.updated_at,
    })
    assert.deepEqual(await products.stockOf(mug), { stock: 8, reserved: 2 })
    assert.deepEqual((await get('ada', `/orders/${order.id}`)).json(), order)
  })

  test('numbers may be strings of digits, and a total a number', async (t) => {
    const { post, mug } = await shopWithMugs(t)
    const answer = await post('ada', { product_id: mug, quantity: '2', total_price: 39.98 })
    assert.deepEqual([answer.statusCode, answer.json().lines[0].quantity], [201, 2])
  })

  test('for several products holds all or nothing (invariant 6)', async (t) => {
    const { post, products, mug } = await shopWithMugs(t)
    const pen = await products.add(1, 150, 'Pen')
    const lines = (pens: number) => [
      { product_id: mug, quantity: 1 },
      { product_id: pen, quantity: pens },
    ]
    const short = await post('ada', { lines: lines(2), total_price: '22.99' })
    assert.deepEqual([short.statusCode, short.json().code], [409, 'insufficient_stock'])
    assert.deepEqual(short.json().shortages, [{ product_id: pen, requested: 2, available: 1 }])
    assert.deepEqual(await products.stockOf(mug), { stock: 10, reserved: 0 })
    const answer = await post('ada', { lines: lines(1), total_price: '21.49' })
    assert.deepEqual([answer.statusCode, answer.json().lines.length], [201, 2])
    assert.deepEqual(await products.stockOf(pen), { stock: 0, reserved: 1 })
  })

  test('200 buyers for 50 units: 50 get one, 150 get insufficient_stock (invariant 1)', async (t) => {
    const { post, products, mug } = await shopWithMugs(t, 50)
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => post('ada', { product_id: mug, quantity: 1, total_price: '19.99' })),
    )
    const count = (status: number) => answers.filter((answer) => answer.statusCode === status).length
    assert.deepEqual([count(201), count(409)], [50, 150])
    assert.deepEqual(await products.stockOf(mug), { stock: 0, reserved: 50 })
  })
})

suite('a rejected order is stored, and is part of the answer', () => {
  const cases: [string, object, number, string, object][] = [
    ['too little stock', { quantity: 11, total_price: '219.89' }, 409, 'insufficient_stock', {}],
    [
      '8: another price',
      { total_price: '39.97' },
      409,
      'price_changed',
      { current: { total_price: '39.98' } },
    ],
    [
      '8: a total of nothing',
      { total_price: 0 },
      409,
      'price_changed',
      { current: { total_price: '39.98' } },
    ],
    [
      'an unknown product',
      { product_id: uuid(9) },
      404,
      'product_not_found',
      { unknown_products: [uuid(9)] },
    ],
  ]
  for (const [what, changes, status, code, members] of cases) {
    test(`${what}: ${status} ${code}`, async (t) => {
      const { post, get, products, mug, two } = await shopWithMugs(t)
      const answer = await post('ada', { ...two, ...changes }, 'key')
      const problem = answer.json()
      assert.deepEqual([answer.statusCode, problem.code], [status, code])
      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
      assert.deepEqual({ ...problem, ...members }, problem)
      assert.deepEqual([problem.order.status, problem.order.rejection.reason], ['rejected', code])
      assert.deepEqual((await get('ada', answer.headers.location as string)).json(), problem.order)
      assert.deepEqual(await products.stockOf(mug), { stock: 10, reserved: 0 })
      const again = await post('ada', { ...two, ...changes }, 'key')
      assert.equal(again.headers['idempotent-replayed'], 'true')
      assert.deepEqual(again.json(), { ...problem, request_id: again.json().request_id })
    })
  }
})

test('lines above the largest amount are rejected, whatever the total', async (t) => {
  const { post, products } = await shopWithMugs(t)
  const yacht = await products.add(20_000, 100_000_000_000, 'Yacht')
  const cutter = await products.add(20_000, 100_000_000_000, 'Cutter')
  const most = '10000000000000.00'
  const lines = [yacht, cutter].map((product_id) => ({ product_id, quantity: 10_000 }))
  const refused = await post('ada', { lines, total_price: most }, 'key')
  const { code, detail, current, order } = refused.json()
  assert.deepEqual([refused.statusCode, code, current], [409, 'price_changed', { total_price: null }])
  assert.match(detail, /more than an order may cost/)
  assert.deepEqual([order.status, order.rejection.current_total_price], ['rejected', null])
  const bought = await post('ada', { product_id: yacht, quantity: 10_000, total_price: most })
  assert.deepEqual([bought.statusCode, bought.json().total_price], [201, most])
})

suite('one key, one order (invariant 4)', () => {
  test('50 concurrent requests: one order, all get its answer, one unit is held', async (t) => {
    const { post, get, products, mug } = await shopWithMugs(t)
    const body = { product_id: mug, quantity: 1, total_price: '19.99' }
    const answers = await Promise.all(Array.from({ length: 50 }, () => post('ada', body, 'key')))
    assert.deepEqual([...new Set(answers.map((answer) => answer.statusCode))], [201])
    assert.equal(new Set(answers.map((answer) => answer.body)).size, 1)
    assert.equal(answers.filter((answer) => answer.headers['idempotent-replayed']).length, 49)
    assert.deepEqual(await products.stockOf(mug), { stock: 9, reserved: 1 })
    assert.equal((await get('ada', `/orders/user/${ADA}`)).json().items.length, 1)
  })

  test('50 concurrent requests to two replicas of one store: the same', async (t) => {
    const shop = await shopWithMugs(t)
    const other = createOrderApp(t, { orders: shop.orders, reservations: shop.reservations })
    const body = { product_id: shop.mug, quantity: 1, total_price: '19.99' }
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 ? shop : other).post('ada', body, 'key')),
    )
    assert.equal(new Set(answers.map((answer) => answer.json().id)).size, 1)
    assert.deepEqual([...new Set(answers.map((answer) => answer.statusCode))], [201])
    assert.deepEqual(await shop.products.stockOf(shop.mug), { stock: 9, reserved: 1 })
  })

  test('the same in another form is the same request', async (t) => {
    const { post, mug, two } = await shopWithMugs(t)
    const first = await post('ada', two, 'key')
    const lines = [{ product_id: mug.toUpperCase(), quantity: '2' }]
    const again = await post('ada', { lines, total_price: 39.98 }, 'key')
    assert.deepEqual([again.statusCode, again.json().id], [201, first.json().id])
  })

  test('another body with the key: 422, and no order is made', async (t) => {
    const { post, products, mug, two } = await shopWithMugs(t)
    const first = await post('ada', two, 'key')
    const answer = await post('ada', { ...two, quantity: 1, total_price: '19.99' }, 'key')
    assert.deepEqual([answer.statusCode, answer.json().code], [422, 'idempotency_key_reused'])
    assert.equal(answer.json().order_id, first.json().id)
    assert.deepEqual(await products.stockOf(mug), { stock: 8, reserved: 2 })
  })

  test('the same key of another user is another order', async (t) => {
    const { post, two } = await shopWithMugs(t)
    const [a, b] = [await post('ada', two, 'key'), await post('bob', two, 'key')]
    assert.deepEqual([a.statusCode, b.statusCode], [201, 201])
    assert.notEqual(a.json().id, b.json().id)
  })

  test('an invalid body does not use up the key', async (t) => {
    const { post, two } = await shopWithMugs(t)
    assert.equal((await post('ada', { ...two, quantity: 0 }, 'key')).statusCode, 400)
    const answer = await post('ada', two, 'key')
    assert.deepEqual([answer.statusCode, answer.headers['idempotent-replayed']], [201, undefined])
  })

  test('without a key each request makes an order', async (t) => {
    const { post, two } = await shopWithMugs(t)
    assert.notEqual((await post('ada', two)).json().id, (await post('ada', two)).json().id)
  })

  test('a later replay has the order as it is then', async (t) => {
    const { post, put, two } = await shopWithMugs(t)
    const { id } = (await post('ada', two, 'key')).json()
    await put('ada', id, { status: 'cancelled' })
    const again = await post('ada', two, 'key')
    assert.deepEqual([again.statusCode, again.json().status], [201, 'cancelled'])
  })
})

suite('while the product service is down', () => {
  test('orders are accepted quickly: 202, pending, readable (invariant 3)', async (t) => {
    const { post, get, products, two } = await shopWithMugs(t)
    await products.stop()
    await post('ada', two)
    const startedAt = performance.now()
    const answer = await post('ada', two, 'key')
    // The deadline of a call is 60 s here.
    assert.ok(performance.now() - startedAt < 30_000, 'no request waits for a service known to be down')
    const order = answer.json()
    assert.deepEqual([answer.statusCode, order.status, order.version], [202, 'pending', 1])
    assert.equal(answer.headers.location, `/orders/${order.id}`)
    assert.ok(Number(answer.headers['retry-after']) >= 1)
    assert.deepEqual(order.lines[0], { ...order.lines[0], name: null, unit_price: null })
    assert.deepEqual((await get('ada', `/orders/${order.id}`)).json(), order)
    const again = await post('ada', two, 'key')
    assert.deepEqual(
      [again.statusCode, again.json(), again.headers['idempotent-replayed']],
      [202, order, 'true'],
    )
  })

  test('a replay after the outage settles the order and answers 201', async (t) => {
    const { post, products, reservations, two, mug } = await shopWithMugs(t)
    await products.stop()
    const { id } = (await post('ada', two, 'key')).json()
    await products.start()
    await untilTrue(() => reservations.circuit() !== 'open')
    const answer = await post('ada', two, 'key')
    assert.deepEqual([answer.statusCode, answer.json().id, answer.json().status], [201, id, 'confirmed'])
    assert.deepEqual(await products.stockOf(mug), { stock: 8, reserved: 2 })
  })

  test('a store that fails after the order was accepted does not make it look rejected (invariant 3)', async (t) => {
    const orders = await memoryOrders(t)
    const save = () => Promise.reject(new Error('the disk is gone'))
    const shop = await startShop(t, { orders: { ...orders, save } })
    const mug = await shop.products.add(10)
    const answer = await shop.post('ada', { product_id: mug, quantity: 2, total_price: '39.98' })
    assert.deepEqual([answer.statusCode, answer.json().status], [202, 'pending'])
    assert.equal((await orders.find(answer.json().id))?.order.status, 'pending')
  })
})

suite('invalid bodies', () => {
  const line = { product_id: MUG, quantity: 1 }
  const many = (n: number) => Array.from({ length: n }, (_, i) => ({ product_id: uuid(i), quantity: 1 }))
  const wrong: [string, unknown, string, string?][] = [
    ['nothing', {}, '/product_id'],
    ['an array', [], ''],
    ['text', 'order', ''],
    ['no total', line, '/total_price'],
    ['no quantity', { product_id: MUG, total_price: 1 }, '/quantity'],
    ['no units', { ...line, quantity: 0, total_price: 1 }, '/quantity'],
    ['no units, in digits', { ...line, quantity: '0', total_price: 1 }, '/quantity'],
    ['half a unit', { ...line, quantity: 1.5, total_price: 1 }, '/quantity'],
    ['a quantity of null', { ...line, quantity: null, total_price: 1 }, '/quantity'],
    ['too many units', { ...line, quantity: QUANTITY_MAX + 1, total_price: 1 }, '/quantity'],
    ['too many units, in digits', { ...line, quantity: `${QUANTITY_MAX + 1}`, total_price: 1 }, '/quantity'],
    ['a product id that is not a UUID', { ...line, product_id: 'mug', total_price: 1 }, '/product_id'],
    ['a negative total', { ...line, total_price: -1 }, '/total_price'],
    ['9: a total finer than a cent', { ...line, total_price: '1.999' }, '/total_price'],
    ['9: a total in floating point', { ...line, total_price: 0.1 + 0.2 }, '/total_price'],
    ['a total too large', { ...line, total_price: '10000000000001' }, '/total_price'],
    ['a total that is text', { ...line, total_price: 'free' }, '/total_price'],
    ['a field that only the server sets', { ...line, total_price: 1, status: 'confirmed' }, '/status'],
    ["someone else's order", { ...line, total_price: 1, user_id: uuid(2) }, '/user_id'],
    ['both forms', { ...line, lines: [line], total_price: 1 }, '/product_id'],
    ['no lines', { lines: [], total_price: 1 }, '/lines'],
    ['too many lines', { lines: many(LINES_MAX + 1), total_price: 1 }, '/lines'],
    ['lines that are not a list', { lines: 'mug', total_price: 1 }, '/lines'],
    ['a line with a price', { lines: [{ ...line, unit_price: 1 }], total_price: 1 }, '/lines/0/unit_price'],
    [
      'a line with too many units',
      { lines: [{ ...line, quantity: '99999' }], total_price: 1 },
      '/lines/0/quantity',
    ],
    ['a product twice', { lines: [line, line], total_price: 1 }, '', 'duplicate_lines'],
  ]
  for (const [what, body, path, code = 'validation_failed'] of wrong) {
    test(`${what}: 400 ${code}${path && ` at ${path}`}`, async (t) => {
      const { app, orders } = await startShop(t)
      const answer = await app.inject({
        method: 'POST',
        url: '/orders',
        headers: { authorization: 'Bearer ada', 'content-type': 'application/json' },
        payload: JSON.stringify(body),
      })
      assert.deepEqual([answer.statusCode, answer.json().code], [400, code])
      if (code === 'validation_failed') assert.equal(answer.json().errors[0].path, path)
      assert.deepEqual(await orders.listByUser(ADA, { limit: 1 }), [])
    })
  }

  for (const [what, key] of [
    ['empty', ''],
    ['with a space', 'a b'],
    ['too long', 'k'.repeat(256)],
    ['not ASCII', 'schlüssel'],
  ] as const) {
    test(`an Idempotency-Key that is ${what}: 400`, async (t) => {
      const { post } = await startShop(t)
      const answer = await post('ada', { ...line, total_price: '19.99' }, key)
      assert.deepEqual([answer.statusCode, answer.json().errors?.[0].in], [400, 'headers'])
    })
  }

  test('the longest key and the largest order are accepted', async (t) => {
    const { post } = await startShop(t)
    const answer = await post('ada', { lines: many(LINES_MAX), total_price: '1.00' }, '~'.repeat(255))
    assert.deepEqual([answer.statusCode, answer.json().code], [404, 'product_not_found'])
  })
})
