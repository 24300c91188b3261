/** Buying without an account, over HTTP: the order token, the caps on unpaid orders, and adding an order to an account. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { createOrderTokens } from '@shop/service_kit/identity/order_tokens'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createQuoteSeal } from '../../src/crypto/quote_tokens.ts'
import { GUEST_ORDERS_OF_MAILBOX_MAX, UNPAID_OF_ADDRESS_MAX } from '../../src/domain/guest_orders.ts'
import { UNPAID_MAX } from '../../src/domain/unpaid_orders.ts'
import type { PaymentRules } from '../../src/http/payment_rules.ts'
import { GUEST, uuid } from '../samples.ts'
import {
  as,
  connect,
  createOrderApp,
  memoryStores,
  orderTokens,
  quotesOf,
  SECRET,
  startProducts,
  verifyToken,
} from '../shop.ts'

const ADDRESS = { name: 'Gil', lines: ['Gasse 1'], postal_code: '10115', city: 'Berlin', country: 'DE' }
type Sent = {
  readonly who?: string
  readonly token?: string
  readonly key?: string
  readonly seen?: string
}

async function shop(t: TestContext, payments: PaymentRules['payments'] = 'off') {
  const products = await startProducts(t)
  const stores = await memoryStores(t)
  const { orders, auditLog } = stores
  const checkout = await quotesOf(t, products.url, stores.checkoutSettings)
  const { app } = createOrderApp(t, {
    ...{ orders, auditLog, checkout, reservations: await connect(t, products.url) },
    rules: { payments, methods: ['card', 'invoice'] },
    access: {
      verifyServiceToken: () => undefined,
      // Any number of guests.
      verifyToken: (token) =>
        token.startsWith('guest ')
          ? { ...verifyToken('gil'), userId: uuid(200 + Number(token.slice(6))) }
          : verifyToken(token),
    },
  })
  const mug = await products.add(1_000)
  const send = (
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    { who, token, key, seen }: Sent = {},
    payload?: object,
  ) =>
    app.inject({
      ...{ method, url, ...(payload && { payload }) },
      headers: {
        ...(who === undefined ? {} : as(who)),
        ...(token === undefined ? {} : { 'order-token': token }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(seen === undefined ? {} : { 'if-none-match': seen }),
      },
    })
  const wish = async (changes: object = {}) => {
    const asked = { lines: [{ product_id: mug, quantity: 1 }], address: { country: 'DE' } }
    const { quote } = (await send('POST', '/quotes', {}, asked)).json()
    return { quote, email: 'Gil@Example.org', address: ADDRESS, payment_method: 'card', ...changes }
  }
  const place = async (changes: object = {}, sent: Sent = { who: 'gil' }) =>
    send('POST', '/orders', sent, await wish(changes))
  return { ...stores, app, products, mug, send, wish, place }
}

suite('buying without an account', () => {
  for (const payments of ['off', 'optional', 'required'] as const)
    test(`a guest orders with a quote, and gets the token of the order: PAYMENTS=${payments}`, async (t) => {
      const { place, send } = await shop(t, payments)
      const answer = await place()
      assert.equal(answer.statusCode, 201, answer.body)
      const { id, order_token: token, user_id, guest, checkout } = answer.json()
      assert.deepEqual([user_id, guest, checkout.email], [GUEST, true, 'gil@example.org'])
      assert.equal(Buffer.from(token, 'base64url').length, 16)
      const seen = await send('GET', `/orders/${id}`, { token })
      assert.equal(seen.statusCode, 200)
      assert.equal('order_token' in seen.json(), false)
      assert.deepEqual(seen.json().allowed, ['cancelled'])
    })

  test('the same key makes one order, and answers with the same token (invariant 4)', async (t) => {
    const { send, wish } = await shop(t)
    const body = await wish()
    const [one, other] = await Promise.all([
      send('POST', '/orders', { who: 'gil', key: 'k' }, body),
      send('POST', '/orders', { who: 'gil', key: 'k' }, body),
    ])
    assert.deepEqual([one.statusCode, other.statusCode], [201, 201])
    assert.deepEqual(one.json().order_token, other.json().order_token)
    assert.equal(one.json().id, other.json().id)
    // An address is the same in capitals.
    const again = await send(
      'POST',
      '/orders',
      { who: 'gil', key: 'k' },
      { ...body, email: 'GIL@example.ORG' },
    )
    assert.deepEqual([again.json().id, again.headers['idempotent-replayed']], [one.json().id, 'true'])
  })

  test('without a quote, and with an account, there is no such order and no token', async (t) => {
    const { send, mug, place } = await shop(t)
    const seed = { product_id: mug, quantity: 1, total_price: '19.99' }
    const refused = await send('POST', '/orders', { who: 'gil' }, seed)
    assert.deepEqual([refused.statusCode, refused.json().code], [403, 'forbidden'])
    const own = (await place({}, { who: 'ada' })).json()
    assert.deepEqual(['order_token' in own, 'guest' in own], [false, false])
    // The right token of an order with an account opens nothing.
    assert.equal((await send('GET', `/orders/${own.id}`, { token: orderTokens.of(own.id) })).statusCode, 404)
  })

  test('a wrong token answers like an unknown order; a signed-in user may send the right one', async (t) => {
    const { send, place } = await shop(t)
    const [one, other] = [(await place()).json(), (await place({}, { who: 'guest 1' })).json()]
    const unknown = await send('GET', `/orders/${uuid(9)}`, { token: one.order_token })
    for (const token of [other.order_token, `${one.order_token}A`, '', 'ü']) {
      const answer = await send('GET', `/orders/${one.id}`, { token })
      const [{ request_id: _, ...seen }, { request_id: __, ...none }] = [answer.json(), unknown.json()]
      assert.deepEqual([answer.statusCode, seen], [404, none], token)
      const change = await send('PUT', `/orders/${one.id}`, { token }, { status: 'cancelled' })
      assert.equal(change.statusCode, 404)
    }
    assert.equal((await send('GET', `/orders/${one.id}`, { who: 'bob' })).statusCode, 404)
    const signedIn = await send('GET', `/orders/${one.id}`, { who: 'bob', token: one.order_token })
    assert.equal(signedIn.statusCode, 200)
    // An expired access token is not replaced by the right order token: the page renews it.
    assert.equal(
      (await send('GET', `/orders/${one.id}`, { who: 'x', token: one.order_token })).statusCode,
      401,
    )
  })

  test('the token lets its holder cancel, and nothing else', async (t) => {
    const { send, place, products, mug } = await shop(t)
    const { id, order_token: token } = (await place()).json()
    for (const status of ['shipped', 'delivered'])
      assert.equal((await send('PUT', `/orders/${id}`, { token }, { status })).statusCode, 403)
    const cancelled = await send('PUT', `/orders/${id}`, { token }, { status: 'cancelled' })
    assert.equal(cancelled.json().status, 'cancelled')
    assert.equal(cancelled.json().history.at(-2).by, GUEST)
    assert.deepEqual(await products.stockOf(mug), { stock: 1_000, reserved: 0 })
    const late = await send('PUT', `/orders/${id}`, { token }, { status: 'delivered' })
    assert.equal(late.statusCode, 403)
    assert.equal((await send('GET', `/orders/${id}/events`, { token })).statusCode, 401)
  })
})

test(`${GUEST_ORDERS_OF_MAILBOX_MAX} orders of guests go to one mailbox in a day, also those that were cancelled`, async (t) => {
  const { place, send, wish } = await shop(t)
  const first = await wish()
  const placed = []
  for (let i = 0; i < GUEST_ORDERS_OF_MAILBOX_MAX; i++) {
    const answer = await send('POST', '/orders', { who: `guest ${i}`, key: 'one' }, first)
    placed.push(answer.json())
    const { id, order_token: token } = answer.json()
    const cancelled = await send('PUT', `/orders/${id}`, { token }, { status: 'cancelled' })
    assert.equal(cancelled.statusCode, 200, cancelled.body)
  }
  const refused = await place({}, { who: 'guest 99' })
  assert.deepEqual([refused.statusCode, refused.json().code], [409, 'too_many_orders'])
  const again = await send('POST', '/orders', { who: 'guest 0', key: 'one' }, first)
  assert.deepEqual([again.json().id, again.headers['idempotent-replayed']], [placed[0].id, 'true'])
  assert.equal((await place({}, { who: 'ada' })).statusCode, 201)
  assert.equal((await place({ email: 'other@example.org' }, { who: 'guest 98' })).statusCode, 201)
})

suite('unpaid orders of guests', () => {
  test(`${UNPAID_MAX} of one mailbox, whatever their ids; with an account they count for it alone`, async (t) => {
    const { place } = await shop(t, 'optional')
    for (let i = 0; i < UNPAID_MAX; i++) {
      const answer = await place(
        { email: i % 2 ? 'gil@example.org' : 'GIL@EXAMPLE.ORG' },
        { who: `guest ${i}` },
      )
      assert.equal(answer.statusCode, 201, answer.body)
    }
    const refused = await place({}, { who: 'guest 99' })
    assert.deepEqual([refused.statusCode, refused.json().code], [409, 'too_many_unpaid_orders'])
    assert.equal((await place({}, { who: 'ada' })).statusCode, 201)
    assert.equal((await place({ email: 'other@example.org' }, { who: 'guest 98' })).statusCode, 201)
  })

  test(`${UNPAID_OF_ADDRESS_MAX} of one client address, whatever their mailboxes; who pays or cancels is not refused`, async (t) => {
    const { place, send } = await shop(t, 'optional')
    const placed = []
    for (let i = 0; i < UNPAID_OF_ADDRESS_MAX; i++)
      placed.push((await place({ email: `gil${i}@example.org` }, { who: `guest ${i}` })).json())
    const next = () => place({ email: 'next@example.org' }, { who: 'guest 99' })
    assert.equal((await next()).json().code, 'too_many_unpaid_orders')
    const [{ id, order_token: token }] = placed
    await send('PUT', `/orders/${id}`, { token }, { status: 'cancelled' })
    // Without payment_service it is still cancelling, and holds its stock.
    assert.equal((await next()).json().code, 'too_many_unpaid_orders')
  })
})

suite('adding an order to an account (G2)', () => {
  const link = (made: Awaited<ReturnType<typeof shop>>, id: string, who: string, token?: string) =>
    made.send('PUT', `/orders/${id}/account`, { who, ...(token === undefined ? {} : { token }) })

  test('needs the verified mailbox of the order', async (t) => {
    const made = await shop(t)
    const { id, order_token: token } = (await made.place()).json()
    const codes = []
    for (const [who, with_] of [['bob'], ['bob', token], ['eve'], ['eve', token], ['gil', token]] as const)
      codes.push((await link(made, id, who, with_)).json().code)
    assert.deepEqual(codes, [
      ...['email_not_verified', 'email_not_verified', 'order_not_found', 'email_differs', 'forbidden'],
    ])
    assert.equal((await link(made, uuid(9), 'gilda')).json().code, 'order_not_found')
    const own = (await made.place({ email: 'gil@example.org' }, { who: 'ada' })).json()
    assert.equal((await link(made, own.id, 'gilda')).json().code, 'order_not_found')
  })

  test('makes it the account’s, once; the token still opens it, and the log names who did it', async (t) => {
    const made = await shop(t)
    const { id, order_token: token, version } = (await made.place()).json()
    const guests = await made.send('GET', `/orders/${id}`, { token })
    const answers = await Promise.all([link(made, id, 'gilda'), link(made, id, 'gilda')])
    const gilda = verifyToken('gilda').userId
    for (const answer of answers)
      assert.deepEqual(
        [answer.statusCode, answer.json().user_id, 'guest' in answer.json(), answer.json().version],
        [200, gilda, false, version],
      )
    const seen = String(guests.headers.etag)
    const later = await made.send('GET', `/orders/${id}`, { token, seen })
    assert.deepEqual([guests.statusCode, later.statusCode, later.json().user_id], [200, 200, gilda])
    const list = await made.send('GET', `/orders/user/${gilda}`, { who: 'gilda' })
    assert.deepEqual(
      list.json().items.map((order: { id: string }) => order.id),
      [id],
    )
    assert.equal((await made.send('GET', `/orders/${id}`, { token })).statusCode, 200)
    assert.equal((await made.send('GET', `/orders/${id}`, { who: 'gil' })).statusCode, 404)
    const entries = await made.auditLog.page({ filter: { subject: id }, before: undefined, limit: 9 })
    assert.deepEqual(
      entries.map(({ by, action, changes }) => ({ by, action, changes })),
      [{ by: gilda, action: 'order.linked', changes: [{ field: 'user_id', before: GUEST, after: gilda }] }],
    )
    const asked = await made.send('POST', '/internal/order_owners', { who: 'service' }, { order_id: id })
    assert.deepEqual(asked.json(), { user_id: gilda })
    assert.equal(
      (await made.send('PUT', `/orders/${id}`, { who: 'gilda' }, { status: 'cancelled' })).statusCode,
      200,
    )
  })
})

suite('tracking', () => {
  test('comes with what ships, and is corrected by the same request; the log has both', async (t) => {
    const made = await shop(t)
    const { id, order_token: token } = (await made.place()).json()
    const put = (body: object, who = 'root') => made.send('PUT', `/orders/${id}`, { who }, body)
    const tracking = { carrier: 'DHL', number: '00340' }
    assert.equal((await put({ status: 'delivered', tracking })).json().code, 'validation_failed')
    assert.equal((await put({ status: 'shipped', tracking: { number: 'a\nb' } })).statusCode, 400)
    const shipped = await put({ status: 'shipped', tracking })
    assert.deepEqual([shipped.json().status, shipped.json().tracking], ['shipped', tracking])
    assert.deepEqual((await put({ status: 'shipped' })).json().tracking, tracking)
    const read = await made.send('GET', `/orders/${id}`, { token })
    const seen = String(read.headers.etag)
    assert.deepEqual([seen, seen.startsWith(`"${read.json().version}-`)], [shipped.headers.etag, true])
    assert.equal((await made.send('GET', `/orders/${id}`, { token, seen })).statusCode, 304)
    const corrected = await put({ status: 'shipped', tracking: { number: '00341' } })
    const again = await made.send('GET', `/orders/${id}`, { token, seen })
    assert.deepEqual([again.statusCode, again.headers.etag], [200, corrected.headers.etag])
    assert.deepEqual(
      [corrected.json().version, corrected.json().tracking],
      [shipped.json().version, { carrier: null, number: '00341' }],
    )
    const mine = (await made.send('GET', `/orders/${id}`, { token })).json()
    assert.deepEqual(mine.tracking, { carrier: null, number: '00341' })
    assert.equal(
      (await made.send('PUT', `/orders/${id}`, { token }, { status: 'shipped', tracking })).statusCode,
      403,
    )
    const entries = await made.auditLog.page({ filter: { subject: id }, before: undefined, limit: 9 })
    assert.deepEqual(
      entries.map(({ action, changes }) => [action, changes.at(-1)?.after]),
      [
        ['order.tracking_changed', '00341'],
        ['order.status_changed', 'DHL 00340'],
      ],
    )
  })
})

suite('order tokens', () => {
  test('are those of every service with the secret, and of the one before, and never a quote', () => {
    const id = uuid(5)
    const [before, both, after] = [['old'], ['new', 'old'], ['new']].map(createOrderTokens)
    const token = before!.of(id)
    assert.match(token, /^[\w-]{22}$/)
    assert.deepEqual([both!.isOf(id, token), after!.isOf(id, token)], [true, false])
    assert.equal(both!.of(id), after!.of(id))
    assert.equal(both!.isOf(uuid(6), token), false)
    // 22 letters have 132 bits: other spellings of the same bytes are no token.
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(token.at(-1)!)
    const spelled = `${token.slice(0, -1)}${'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'[last + 1]}`
    assert.deepEqual(Buffer.from(spelled, 'base64url'), Buffer.from(token, 'base64url'))
    for (const other of [spelled, `${token}=`, `${token} `]) assert.equal(before!.isOf(id, other), false)
    assert.equal(createQuoteSeal([SECRET], systemRuntime.now).open(token), undefined)
  })
})
