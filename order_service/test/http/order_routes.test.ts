import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import type { OrderStatus } from '../../src/domain/order.ts'
import { ORDER_STATUSES } from '../../src/domain/order.ts'
import { PROBLEMS } from '../../src/http/problems.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { ADA, BOB, order, uuid } from '../samples.ts'
import { as, connect, createOrderApp, memoryOrders, startProducts, startShop } from '../shop.ts'

/** A shop with an order of ada after the statuses of `path`; `current` is the order as an admin sees it. */
async function shopWithOrder(t: TestContext, ...path: OrderStatus[]) {
  const shop = await startShop(t)
  const mug = await shop.products.add(10)
  const placed = (await shop.post('ada', { product_id: mug, quantity: 2, total_price: '39.98' })).json()
  const move = async (status: OrderStatus) => (await shop.put('root', placed.id, { status })).json()
  let current = (await shop.get('root', `/orders/${placed.id}`)).json()
  for (const status of path) current = await move(status)
  return { ...shop, mug, id: placed.id as string, current, move }
}

suite('changing the status', () => {
  test('cancelling releases the stock (invariant 6)', async (t) => {
    const { put, products, mug, id } = await shopWithOrder(t)
    const answer = await put('ada', id, { status: 'cancelled' })
    assert.deepEqual(
      [answer.statusCode, answer.json().status, answer.headers.etag],
      [200, 'cancelled', '"4"'],
    )
    assert.deepEqual(
      answer.json().history.map((entry: { status: string; by: string }) => [entry.status, entry.by]),
      [
        ['pending', ADA],
        ['confirmed', 'system'],
        ['cancelling', ADA],
        ['cancelled', 'system'],
      ],
    )
    assert.deepEqual(await products.stockOf(mug), { stock: 10, reserved: 0 })
  })

  test('shipping removes the units from the stock; a delivered order is final', async (t) => {
    const { put, products, orders, mug, id } = await shopWithOrder(t)
    const shipped = await put('root', id, { status: 'shipped' })
    assert.deepEqual([shipped.statusCode, shipped.json().status, shipped.json().version], [200, 'shipped', 3])
    assert.deepEqual(await products.stockOf(mug), { stock: 8, reserved: 0 })
    assert.equal((await orders.backlog()).count, 0)
    const delivered = await put('root', id, { status: 'delivered' })
    assert.deepEqual([delivered.statusCode, delivered.json().status], [200, 'delivered'])
  })

  test('with the product service down a cancellation is recorded: 202 cancelling', async (t) => {
    const { put, get, products, reservations, id } = await shopWithOrder(t)
    await products.stop()
    const answer = await put('ada', id, { status: 'cancelled' })
    assert.deepEqual([answer.statusCode, answer.json().status], [202, 'cancelling'])
    assert.equal((await get('ada', `/orders/${id}`)).json().status, 'cancelling')
    assert.equal((await put('root', id, { status: 'shipped' })).json().code, 'illegal_transition')
    await products.start()
    await untilTrue(() => reservations.circuit() !== 'open')
    const again = await put('ada', id, { status: 'cancelled' })
    assert.deepEqual([again.statusCode, again.json().status], [200, 'cancelled'])
  })

  test('with the product service down an order can be shipped and delivered; it stays unsettled', async (t) => {
    const { put, products, orders, id } = await shopWithOrder(t)
    await products.stop()
    assert.equal((await put('root', id, { status: 'shipped' })).statusCode, 200)
    assert.equal((await put('ada', id, { status: 'cancelled' })).json().code, 'illegal_transition')
    assert.equal((await put('root', id, { status: 'delivered' })).statusCode, 200)
    assert.equal((await orders.backlog()).count, 1)
  })

  test('a pending order can be cancelled, and its late reservation takes nothing (invariant 6)', async (t) => {
    const shop = await startShop(t)
    const mug = await shop.products.add(10)
    await shop.products.stop()
    const body = { product_id: mug, quantity: 2, total_price: '39.98' }
    const { id } = (await shop.post('ada', body, 'key')).json()
    assert.equal((await shop.put('ada', id, { status: 'cancelled' })).statusCode, 202)
    await shop.products.start()
    await untilTrue(() => shop.reservations.circuit() !== 'open')
    const cancelling = (await shop.orders.find(id))!.order
    assert.equal((await shop.put('ada', id, { status: 'cancelled' })).json().status, 'cancelled')
    assert.deepEqual(await shop.reservations.hold({ ...cancelling, status: 'pending' }), {
      status: 'released',
    })
    assert.deepEqual(await shop.products.stockOf(mug), { stock: 10, reserved: 0 })
    const replay = await shop.post('ada', body, 'key')
    assert.deepEqual([replay.statusCode, replay.json().status], [201, 'cancelled'])
  })

  /** The requests that lead to each status. */
  const PATHS: Partial<Record<OrderStatus, OrderStatus[]>> = {
    confirmed: [],
    shipped: ['shipped'],
    delivered: ['shipped', 'delivered'],
    cancelled: ['cancelled'],
  }
  const ALLOWED: Partial<Record<OrderStatus, OrderStatus[]>> = {
    confirmed: ['cancelled', 'shipped'],
    shipped: ['delivered'],
  }
  for (const [from, path] of Object.entries(PATHS) as [OrderStatus, OrderStatus[]][]) {
    test(`a ${from} order: allowed requests succeed, others are refused, the current status changes nothing`, async (t) => {
      for (const to of ORDER_STATUSES) {
        const { put, id, current } = await shopWithOrder(t, ...path)
        assert.equal(current.status, from)
        assert.deepEqual(current.allowed, ALLOWED[from] ?? [])
        const answer = await put('root', id, { status: to })
        const allowed = ALLOWED[from] ?? []
        if (to === from) {
          assert.deepEqual([answer.statusCode, answer.json()], [200, current], `${to} again`)
        } else if (allowed.includes(to)) {
          assert.deepEqual([answer.statusCode, answer.json().status], [200, to])
        } else {
          assert.deepEqual([answer.statusCode, answer.json().code], [409, 'illegal_transition'], `to ${to}`)
          assert.deepEqual(answer.json().allowed, allowed)
          assert.deepEqual(answer.json().current, current)
        }
      }
    })
  }

  test('owners may only cancel', async (t) => {
    const { put, id, get, current } = await shopWithOrder(t)
    for (const status of ORDER_STATUSES.filter((each) => each !== 'cancelled')) {
      const answer = await put('ada', id, { status })
      assert.deepEqual([answer.statusCode, answer.json().code], [403, 'forbidden'], status)
    }
    assert.deepEqual((await get('root', `/orders/${id}`)).json(), current)
  })

  test('`allowed` of a refusal is for the reader', async (t) => {
    const { put, id } = await shopWithOrder(t, 'shipped')
    const answer = await put('ada', id, { status: 'cancelled' })
    assert.deepEqual([answer.statusCode, answer.json().allowed], [409, []])
  })

  test('an unknown status: 400 with the list', async (t) => {
    const { put, id } = await shopWithOrder(t)
    const answer = await put('root', id, { status: 'lost' })
    assert.deepEqual([answer.statusCode, answer.json().code], [400, 'validation_failed'])
    for (const status of ORDER_STATUSES) assert.ok(answer.json().detail.includes(status))
  })

  const wrong: [string, object, object?][] = [
    ['no status', {}],
    ['another field', { status: 'shipped', total_price: 0 }],
    ['a version that is text', { status: 'shipped', version: 'one' }],
    ['a version of 0', { status: 'shipped', version: 0 }],
    ['an If-Match that is not a tag', { status: 'shipped' }, { 'if-match': '2' }],
  ]
  for (const [what, body, headers] of wrong) {
    test(`${what}: 400`, async (t) => {
      const { put, id } = await shopWithOrder(t)
      assert.equal((await put('root', id, body, headers)).statusCode, 400)
    })
  }
})

suite('a change that names a version (invariant 7)', () => {
  const cases: [string, object, object, number, string?][] = [
    ['the current version', { version: 2 }, {}, 200],
    ['the current tag', {}, { 'if-match': '"2"' }, 200],
    ['any tag', {}, { 'if-match': '*' }, 200],
    ['a list of tags with the current one', {}, { 'if-match': '"1", "2"' }, 200],
    ['a list of tags without the current one', {}, { 'if-match': '"1", "3"' }, 412, 'precondition_failed'],
    ['a weak tag, which never matches for a write', {}, { 'if-match': 'W/"2"' }, 412, 'precondition_failed'],
    [
      'a list of tags and another version',
      { version: 1 },
      { 'if-match': '"1", "2"' },
      409,
      'version_conflict',
    ],
    ['both', { version: 2 }, { 'if-match': '"2"' }, 200],
    ['an old version', { version: 1 }, {}, 409, 'version_conflict'],
    ['a future version', { version: 3 }, {}, 409, 'version_conflict'],
    ['an old tag', {}, { 'if-match': '"1"' }, 412, 'precondition_failed'],
    ['an old tag and the current version', { version: 2 }, { 'if-match': '"1"' }, 412, 'precondition_failed'],
    ['the current tag and an old version', { version: 1 }, { 'if-match': '"2"' }, 409, 'version_conflict'],
  ]
  for (const [what, body, headers, status, code] of cases) {
    test(`${what}: ${status}`, async (t) => {
      const { put, get, id, current } = await shopWithOrder(t)
      const answer = await put('root', id, { status: 'shipped', ...body }, headers)
      assert.deepEqual([answer.statusCode, answer.json().code], [status, code])
      if (code === undefined) return
      assert.deepEqual(answer.json().current, current)
      assert.equal(answer.headers.etag, '"2"')
      assert.deepEqual((await get('root', `/orders/${id}`)).json(), current)
    })
  }

  test('a request for the current status succeeds, also with an old version', async (t) => {
    const { put, id } = await shopWithOrder(t)
    const first = await put('ada', id, { status: 'cancelled', version: 2 })
    const again = await put('ada', id, { status: 'cancelled', version: 2 })
    assert.deepEqual([again.statusCode, again.json()], [200, first.json()])
  })

  test('of a concurrent cancellation and shipment exactly one succeeds, and the stock agrees', async (t) => {
    for (let round = 0; round < 5; round++) {
      const { put, get, products, mug, id } = await shopWithOrder(t)
      const [cancel, ship] = await Promise.all([
        put('ada', id, { status: 'cancelled' }),
        put('root', id, { status: 'shipped' }),
      ])
      assert.deepEqual([cancel.statusCode, ship.statusCode].sort(), [200, 409])
      const { status } = (await get('ada', `/orders/${id}`)).json()
      assert.equal(status, cancel.statusCode === 200 ? 'cancelled' : 'shipped')
      assert.deepEqual(await products.stockOf(mug), { stock: status === 'cancelled' ? 10 : 8, reserved: 0 })
    }
  })
})

suite('reading', () => {
  test('a current ETag is answered 304, empty', async (t) => {
    const { get, move, id } = await shopWithOrder(t)
    for (const tag of ['"2"', 'W/"2"', '"1", "2"', '*']) {
      const answer = await get('ada', `/orders/${id}`, { 'if-none-match': tag })
      assert.deepEqual([answer.statusCode, answer.body, answer.headers.etag], [304, '', '"2"'])
      assert.equal(answer.headers['content-length'], undefined)
    }
    await move('shipped')
    assert.equal((await get('ada', `/orders/${id}`, { 'if-none-match': '"2"' })).statusCode, 200)
  })

  const world = async (t: TestContext) => {
    const orders = await memoryOrders(t)
    const mine = Array.from({ length: 5 }, (_, i) =>
      order({ idempotencyKey: i === 2 ? 'the key' : undefined }),
    )
    for (const each of [...mine, order({ userId: BOB })]) await orders.addOnce(each)
    const products = await startProducts(t)
    const app = createOrderApp(t, { orders, reservations: await connect(t, products.url) })
    return { ...app, mine: mine.map((each) => each.order.id) }
  }
  const idsOf = (answer: { json(): { items: { id: string }[] } }) =>
    answer.json().items.map((each) => each.id)

  test("a user's orders come newest first, page by page", async (t) => {
    const { get, mine } = await world(t)
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page = await get('ada', `/orders/user/${ADA}?limit=2${cursor && `&cursor=${cursor}`}`)
      seen.push(...idsOf(page))
      cursor = page.json().next_cursor
    }
    assert.deepEqual(seen, mine.toReversed())
  })

  test('a full last page has no next_cursor', async (t) => {
    const { get } = await world(t)
    assert.equal((await get('ada', `/orders/user/${ADA}?limit=5`)).json().next_cursor, null)
  })

  test("an order is found by its user's key, and by no other user's", async (t) => {
    const { get, mine } = await world(t)
    assert.deepEqual(idsOf(await get('ada', `/orders/user/${ADA}?idempotency_key=the%20key`)), [mine[2]])
    assert.deepEqual(idsOf(await get('bob', `/orders/user/${BOB}?idempotency_key=the%20key`)), [])
  })

  test('an order is found by its number by its user, and by no other user (invariant 10)', async (t) => {
    const { get, mine } = await world(t)
    const { number } = (await get('ada', `/orders/${mine[1]}`)).json()
    assert.deepEqual(idsOf(await get('ada', `/orders/user/${ADA}?number=${number}`)), [mine[1]])
    assert.deepEqual(idsOf(await get('bob', `/orders/user/${BOB}?number=${number}`)), [])
    assert.deepEqual(
      idsOf(await get('ada', `/orders/user/${ADA}?number=${number}&idempotency_key=the%20key`)),
      [],
    )
  })

  test('admins find orders by number, user, product and time, and by a text', async (t) => {
    const { get, mine } = await world(t)
    const { number, lines, created_at } = (await get('ada', `/orders/${mine[1]}`)).json()
    const find = async (query: string) => idsOf(await get('root', `/orders?${query}`))
    assert.deepEqual(await find(`number=${number}`), [mine[1]])
    assert.deepEqual(await find(`q=%23${number}`), [mine[1]])
    assert.deepEqual(await find(`q=${mine[1]}`), [mine[1]])
    assert.deepEqual(await find(`q=${ADA}`), mine.toReversed())
    assert.deepEqual(await find(`user_id=${ADA}&status=pending`), mine.toReversed())
    assert.equal((await find(`product_id=${lines[0].product_id}`)).length, 6)
    assert.deepEqual(await find(`to=1999-01-01T00:00:00Z`), [])
    assert.deepEqual(await find(`from=${created_at}&to=2999-01-01T00:00:00Z&status=shipped`), [])
  })

  test('admins list all orders, or those of a status', async (t) => {
    const { get, put, mine } = await world(t)
    assert.equal(idsOf(await get('root', '/orders')).length, 6)
    await put('root', mine[0]!, { status: 'cancelled' })
    assert.deepEqual(idsOf(await get('root', '/orders?status=cancelled')), [mine[0]])
  })

  test('a cursor continues the list that gave it, whatever the status, and no other', async (t) => {
    const { get, mine } = await world(t)
    const lists = [`/orders/user/${ADA}`, `/orders/user/${BOB}`, '/orders']
    const read = (list: string, cursor: string, more = '') =>
      get('root', `${list}?limit=1&cursor=${cursor}${more}`)
    for (const giver of [lists[0]!, lists[2]!]) {
      const { next_cursor: cursor } = (await get('root', `${giver}?limit=1`)).json()
      for (const taker of lists) {
        const answer = await read(taker, cursor)
        const refused = [400, 'malformed_cursor']
        assert.deepEqual(
          [answer.statusCode, answer.json().code],
          taker === giver ? [200, undefined] : refused,
          `${giver} at ${taker}`,
        )
      }
      for (const junk of ['!!!!', '==', '%20', 'A']) {
        assert.equal((await read(giver, cursor + junk)).json().code, 'malformed_cursor', giver + junk)
      }
    }
    const { next_cursor: cursor } = (await get('root', '/orders?limit=1')).json()
    assert.deepEqual(idsOf(await read('/orders', cursor, '&status=pending')), [mine[4]])
    const byKey = await read(lists[0]!, cursor, '&idempotency_key=the%20key')
    assert.equal(byKey.json().code, 'malformed_cursor')
  })

  const cursorOf = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url')
  const wrong: [string, string][] = [
    ['a limit of 0', `/orders/user/${ADA}?limit=0`],
    ['a limit of 101', `/orders/user/${ADA}?limit=101`],
    ['a limit that is text', `/orders/user/${ADA}?limit=all`],
    ['an invented cursor', `/orders/user/${ADA}?cursor=abc`],
    ["another list's cursor", `/orders/user/${ADA}?cursor=${cursorOf([1])}`],
    ['a cursor edited by hand', `/orders/user/${ADA}?cursor=${cursorOf([`orders of ${ADA}`, 'z'])}`],
    ['a cursor of users', `/orders/user/${ADA}?cursor=${cursorOf(['users', ADA])}`],
    ['a cursor without its list', `/orders/user/${ADA}?cursor=${cursorOf([ADA])}`],
    ['an unknown filter', `/orders/user/${ADA}?state=pending`],
    ['an empty key', `/orders/user/${ADA}?idempotency_key=`],
    ['a user id that is not a UUID', '/orders/user/ada'],
    ['an order id that is not a UUID', '/orders/1'],
    ['an unknown status', '/orders?status=lost'],
    ['a text that is no number or id', '/orders?q=ada'],
    ['a number below the first', '/orders?number=10000'],
    ['a time that is none', '/orders?from=yesterday'],
    ['an e-mail address that is none', '/orders?email=nope'],
    ['a time before all', '/orders?from=1066-10-14T00:00:00Z'],
  ]
  for (const [what, url] of wrong) {
    test(`${what}: 400`, async (t) => {
      const { get } = await world(t)
      assert.equal((await get(url.startsWith('/orders?') ? 'root' : 'ada', url)).statusCode, 400)
    })
  }
})

/** What a guest may ask for. */
const GUESTS_ROUTES = new Set([
  'GET /orders/:id',
  'GET /orders/:id of no order',
  'GET /orders/:id/returns',
  'POST /orders/:id/returns',
  'PUT /orders/:id cancelled',
  'PUT /orders/:id delivered',
])

suite('every route and every caller (invariant 10)', () => {
  type Expected = Record<'anonymous' | 'bob' | 'ada' | 'root', number> & { readonly service?: number }
  const routes: [
    string,
    (id: string) => { method: 'GET' | 'POST' | 'PUT'; url: string; payload?: object },
    Expected,
  ][] = [
    [
      'GET /orders/:id',
      (id) => ({ method: 'GET', url: `/orders/${id}` }),
      { anonymous: 401, bob: 404, ada: 200, root: 200 },
    ],
    [
      'GET /orders/:id of no order',
      () => ({ method: 'GET', url: `/orders/${uuid(9)}` }),
      { anonymous: 401, bob: 404, ada: 404, root: 404 },
    ],
    [
      'GET /orders/:id/events',
      (id) => ({ method: 'GET', url: `/orders/${id}/events` }),
      { anonymous: 401, bob: 404, ada: 200, root: 200 },
    ],
    [
      'GET /audit/orders',
      () => ({ method: 'GET', url: '/audit/orders' }),
      { anonymous: 401, bob: 403, ada: 403, root: 200 },
    ],
    [
      'GET /orders/overview',
      () => ({ method: 'GET', url: '/orders/overview?day=2026-03-01' }),
      { anonymous: 401, bob: 403, ada: 403, root: 200 },
    ],
    [
      'GET /orders/user/:user_id',
      () => ({ method: 'GET', url: `/orders/user/${ADA}` }),
      { anonymous: 401, bob: 403, ada: 200, root: 200 },
    ],
    [
      'GET /orders/user/:user_id by key',
      () => ({ method: 'GET', url: `/orders/user/${ADA}?idempotency_key=k` }),
      { anonymous: 401, bob: 403, ada: 200, root: 200 },
    ],
    [
      'GET /orders',
      () => ({ method: 'GET', url: '/orders' }),
      { anonymous: 401, bob: 403, ada: 403, root: 200 },
    ],
    [
      'POST /orders',
      () => ({
        method: 'POST',
        url: '/orders',
        payload: { product_id: uuid(9), quantity: 1, total_price: 1 },
      }),
      { anonymous: 401, bob: 404, ada: 404, root: 404 },
    ],
    [
      'POST /quotes',
      () => ({
        method: 'POST',
        url: '/quotes',
        payload: { lines: [{ product_id: uuid(9), quantity: 1 }], address: { country: 'DE' } },
      }),
      { anonymous: 422, bob: 422, ada: 422, root: 422, service: 422 },
    ],
    [
      'GET /checkout_settings',
      () => ({ method: 'GET', url: '/checkout_settings' }),
      { anonymous: 200, bob: 200, ada: 200, root: 200, service: 200 },
    ],
    [
      'PUT /checkout_settings',
      () => ({
        method: 'PUT',
        url: '/checkout_settings',
        payload: { prices_include_tax: true, tax_rates: [], shipping_methods: [] },
      }),
      { anonymous: 401, bob: 403, ada: 403, root: 200 },
    ],
    [
      'PUT /orders/:id/account',
      (id) => ({ method: 'PUT', url: `/orders/${id}/account` }),
      { anonymous: 401, bob: 403, ada: 403, root: 403 },
    ],
    [
      'POST /order_links',
      () => ({ method: 'POST', url: '/order_links', payload: { number: 10_001, email: 'a@b.example' } }),
      { anonymous: 503, bob: 503, ada: 503, root: 503, service: 503 },
    ],
    [
      'GET /orders/:id/returns',
      (id) => ({ method: 'GET', url: `/orders/${id}/returns` }),
      { anonymous: 401, bob: 404, ada: 200, root: 200 },
    ],
    [
      'POST /orders/:id/returns',
      (id) => ({
        method: 'POST',
        url: `/orders/${id}/returns`,
        payload: { lines: [{ product_id: uuid(9), quantity: 1 }] },
      }),
      { anonymous: 401, bob: 404, ada: 409, root: 409 },
    ],
    [
      'PUT /orders/:id/returns/:return_id',
      (id) => ({ method: 'PUT', url: `/orders/${id}/returns/${uuid(9)}`, payload: { state: 'accepted' } }),
      { anonymous: 401, bob: 403, ada: 403, root: 404 },
    ],
    [
      'POST /orders/:id/returns/:return_id/receipts',
      (id) => ({
        method: 'POST',
        url: `/orders/${id}/returns/${uuid(9)}/receipts`,
        payload: { lines: [{ product_id: uuid(9), quantity: 1, restock: true }] },
      }),
      { anonymous: 401, bob: 403, ada: 403, root: 404 },
    ],
    [
      'GET /returns',
      () => ({ method: 'GET', url: '/returns' }),
      { anonymous: 401, bob: 403, ada: 403, root: 200 },
    ],
    [
      'POST /withdrawals',
      () => ({
        method: 'POST',
        url: '/withdrawals',
        payload: { order_number: '#1', name: 'Ada', email: 'ada@example.org' },
      }),
      { anonymous: 201, bob: 201, ada: 201, root: 201, service: 201 },
    ],
    [
      'GET /withdrawals',
      () => ({ method: 'GET', url: '/withdrawals' }),
      { anonymous: 401, bob: 403, ada: 403, root: 200 },
    ],
    [
      'PUT /withdrawals',
      () => ({
        method: 'PUT',
        url: '/withdrawals',
        payload: { state: 'done', items: [{ id: uuid(9), version: 1 }] },
      }),
      { anonymous: 401, bob: 403, ada: 403, root: 200 },
    ],
    [
      'PUT /withdrawals/:id',
      () => ({ method: 'PUT', url: `/withdrawals/${uuid(9)}`, payload: { state: 'done' } }),
      { anonymous: 401, bob: 403, ada: 403, root: 404 },
    ],
    [
      'POST /internal/order_owners',
      (id) => ({ method: 'POST', url: '/internal/order_owners', payload: { order_id: id } }),
      { anonymous: 401, bob: 401, ada: 401, root: 401 },
    ],
    [
      'POST /internal/erasures',
      () => ({ method: 'POST', url: '/internal/erasures', payload: { user_ids: [uuid(9)] } }),
      { anonymous: 401, bob: 401, ada: 401, root: 401 },
    ],
    [
      'POST /internal/payment_changes',
      () => ({ method: 'POST', url: '/internal/payment_changes', payload: { order_ids: [uuid(9)] } }),
      { anonymous: 401, bob: 401, ada: 401, root: 401 },
    ],
    [
      'PUT /orders/:id cancelled',
      (id) => ({ method: 'PUT', url: `/orders/${id}`, payload: { status: 'cancelled' } }),
      { anonymous: 401, bob: 404, ada: 200, root: 200 },
    ],
    [
      'PUT /orders/:id delivered',
      (id) => ({ method: 'PUT', url: `/orders/${id}`, payload: { status: 'delivered' } }),
      { anonymous: 401, bob: 404, ada: 403, root: 409 },
    ],
  ]
  for (const [name, request, expected] of routes) {
    // A guest is as a stranger at what an order shows to its own, and refused at what needs an account.
    const gil = GUESTS_ROUTES.has(name)
      ? expected.bob
      : expected.anonymous === 401 && !name.includes('/internal/')
        ? 403
        : expected.anonymous
    for (const [caller, status] of Object.entries({ service: 401, gil, ...expected })) {
      test(`${name} by ${caller}: ${status}`, async (t) => {
        // Cancelled, so that its stream of events ends.
        const { app, id } = await shopWithOrder(t, 'cancelled')
        const answer = await app.inject({
          ...request(id),
          ...(caller === 'anonymous' ? {} : { headers: as(caller) }),
        })
        assert.equal(answer.statusCode, status)
      })
    }
  }

  test('the table has every route', async (t) => {
    const { app } = await shopWithOrder(t)
    const { paths } = (await app.operations().inject('/openapi.json')).json()
    const described = Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/{(\w+)}/g, ':$1')}`),
    )
    const tabled = routes.map(([name]) => name.split(' ', 2).join(' '))
    assert.deepEqual(described.sort(), ['GET /healthz', 'GET /readyz', ...new Set(tabled)].sort())
  })
})

test('every problem of this service is documented at a route', async (t) => {
  const { app } = await shopWithOrder(t)
  const document = (await app.operations().inject('/openapi.json')).body
  for (const code of Object.keys(PROBLEMS).filter((code) => !(code in KIT_PROBLEMS)))
    assert.ok(document.includes(`\`${code}\``), code)
})

suite('operations', () => {
  test('ready while the store can be used, whatever the product service does', async (t) => {
    const { app, products } = await shopWithOrder(t)
    await products.stop()
    assert.equal((await app.inject('/readyz')).statusCode, 200)
  })

  test('a store that cannot be used: 503 store_unavailable, retryable', async (t) => {
    const { orders, close } = await openStores(
      {
        DATABASE_URL: 'sqlite::memory:',
        DATA_DIR: '',
        CURRENCY: 'USD',
      },
      { runtime: systemRuntime },
    )
    const products = await startProducts(t)
    const { post, app } = createOrderApp(t, { orders, reservations: await connect(t, products.url) })
    await close()
    const answer = await post('ada', { product_id: uuid(9), quantity: 1, total_price: 1 })
    assert.deepEqual(
      [answer.statusCode, answer.json().code, answer.json().retryable],
      [503, 'store_unavailable', true],
    )
    assert.equal((await app.inject('/readyz')).statusCode, 503)
  })

  test('orders are counted by status and reason', async (t) => {
    const { app, post, move } = await shopWithOrder(t)
    await post('ada', { product_id: uuid(9), quantity: 1, total_price: 1 })
    await move('cancelled')
    const text = (await app.operations().inject('/metrics')).body
    for (const [status, reason] of [
      ['confirmed', ''],
      ['rejected', 'product_not_found'],
      ['cancelled', ''],
    ]) {
      assert.match(
        text,
        new RegExp(`order_outcomes_total\\{status="${status}",reason="${reason}",.*\\} 1\\n`),
      )
    }
  })
})
