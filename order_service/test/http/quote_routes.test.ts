/** Quotes, orders with a quote, and the settings they follow from, over HTTP, with the real product service. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createQuoteSeal } from '../../src/crypto/quote_tokens.ts'
import { QUOTES_AT_ONCE, QUOTES_WAITING_OF_CLIENT_MAX } from '../../src/http/quote_routes.ts'
import { ADA, uuid } from '../samples.ts'
import { as, connect, createOrderApp, memoryStores, quotesOf, startProducts } from '../shop.ts'

const POST = {
  ...{ id: 'post', names: { en: 'Parcel', de: 'Paket' }, countries: ['DE'], tax_class: 'standard' },
  prices: [
    { weight_up_to_grams: null, goods_from: '0', price: '4.90' },
    { weight_up_to_grams: null, goods_from: '50', price: '0' },
  ],
}
const SETTINGS = {
  prices_include_tax: true,
  tax_rates: [
    { tax_class: 'standard', country: 'DE', region: null, basis_points: 1900 },
    { tax_class: 'standard', country: 'US', region: null, basis_points: 0 },
    { tax_class: 'standard', country: 'US', region: 'CA', basis_points: 725 },
  ],
  shipping_methods: [POST],
}
const ADDRESS = {
  ...{
    name: 'Ada Byron',
    organization: null,
    lines: ['Gasse 1', 'Hof'],
    postal_code: '10115',
    city: 'Berlin',
  },
  ...{ region: null, country: 'DE', phone: null },
}
const DE = { country: 'DE' }

async function shop(t: TestContext, settings: object | null = SETTINGS) {
  const products = await startProducts(t)
  const stores = await memoryStores(t)
  const reservations = await connect(t, products.url)
  const clock = { at: 0 }
  const now = () => new Date(systemRuntime.now().getTime() + clock.at)
  const checkout = await quotesOf(t, products.url, stores.checkoutSettings, now)
  const runtime = { ...systemRuntime, now, random: () => 0.5 }
  const { orders, auditLog } = stores
  const made = createOrderApp(t, { orders, auditLog, reservations, checkout, runtime })
  const mug = await products.add(10)
  const send = (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object, headers: object = {}) =>
    made.app.inject({ method, url, headers: { ...headers }, ...(payload && { payload }) })
  if (settings !== null) {
    assert.equal((await send('PUT', '/checkout_settings', settings, as('root'))).statusCode, 200)
  }
  const lines = [{ product_id: mug, quantity: 2 }]
  const quote = (changes: object = {}) =>
    send('POST', '/quotes', { lines, address: DE, shipping_method: 'post', ...changes })
  const wish = async (changes: object = {}) => ({
    ...{ quote: (await quote()).json().quote, email: 'ada@example.org', address: ADDRESS, language: 'de' },
    ...changes,
  })
  const price = async (unit: number) => {
    const { version } = (await products.stores.catalogue.find(mug))!
    const stamp = { by: uuid(3), at: now().toISOString() }
    await products.stores.catalogue.edit(mug, { priceMinor: unit }, [version], stamp)
  }
  return { ...made, stores, products, clock, mug, lines, send, quote, wish, price }
}

suite('POST /quotes', () => {
  test('says what an order costs, without signing in, and stores and holds nothing', async (t) => {
    const { quote, products, mug } = await shop(t)
    const answer = await quote()
    const { quote: token, hash, expires_at, ...rest } = answer.json()
    assert.equal(answer.statusCode, 200)
    assert.match(token, /^[\w-]+\.[\w-]+$/)
    assert.match(hash, /^[0-9a-f]{64}$/)
    assert.ok(Math.abs(Date.parse(expires_at) - Date.now() - 30 * 60_000) < 60_000)
    const tax = { basis_points: 1900, net: '33.60', tax: '6.38', gross: '39.98' }
    assert.deepEqual(rest, {
      ...{ currency: 'USD', currency_digits: 2, prices_include_tax: true },
      lines: [
        {
          ...{ product_id: mug, quantity: 2, tax_class: 'standard', unit_price: '19.99', name: 'Mug' },
          ...{ available: 10, ...tax },
        },
      ],
      shipping: {
        ...{ method: 'post', names: { en: 'Parcel', de: 'Paket' }, price: '4.90', gross: '4.90' },
        taxes: [{ basis_points: 1900, net: '4.12', tax: '0.78', gross: '4.90' }],
      },
      shipping_methods: [{ id: 'post', names: { en: 'Parcel', de: 'Paket' }, price: '4.90' }],
      taxes: [{ basis_points: 1900, net: '37.72', tax: '7.16', gross: '44.88' }],
      ...{ goods: '39.98', net: '37.72', tax: '7.16', total: '44.88' },
    })
    assert.deepEqual(await products.stockOf(mug), { stock: 10, reserved: 0 })
    assert.equal((await quote()).json().hash, hash)
  })

  test('cannot be ordered before a way of shipping is chosen; where none goes, there is none', async (t) => {
    const { quote, lines } = await shop(t)
    const open = (await quote({ shipping_method: undefined })).json()
    assert.deepEqual([open.quote, open.hash, open.shipping, open.total], [null, null, null, '39.98'])
    assert.equal(open.shipping_methods.length, 1)
    const france = (await quote({ shipping_method: undefined, address: { country: 'FR' } })).json()
    assert.deepEqual([france.quote, france.shipping_methods, france.tax], [null, [], '0.00'])
    const free = (await quote({ lines: [{ ...lines[0], quantity: 3 }] })).json()
    assert.deepEqual([free.shipping.price, free.total], ['0.00', '59.97'])
  })

  test('a shop without settings has neither taxes nor shipping', async (t) => {
    const { quote } = await shop(t, null)
    const { total, tax, quote: token } = (await quote({ shipping_method: undefined })).json()
    assert.deepEqual([total, tax, typeof token], ['39.98', '0.00', 'string'])
  })

  const wrong: [string, object, number, string, RegExp?][] = [
    [
      'a country that is none',
      { address: { country: 'XX' } },
      400,
      'validation_failed',
      /must be a country of ISO/,
    ],
    ['small letters', { address: { country: 'de' } }, 400, 'validation_failed', /two capital letters/],
    [
      'a region of another country',
      { address: { country: 'DE', region: 'CA' } },
      400,
      'validation_failed',
      /region of DE/,
    ],
    [
      'no region where taxes need one',
      { address: { country: 'US' } },
      400,
      'validation_failed',
      /needed for the taxes of US/,
    ],
    ['no lines', { lines: [] }, 400, 'validation_failed'],
    ['no units', { lines: [{ product_id: uuid(1), quantity: 0 }] }, 400, 'validation_failed'],
    [
      'too many lines',
      { lines: Array.from({ length: 51 }, (_, i) => ({ product_id: uuid(i), quantity: 1 })) },
      400,
      'validation_failed',
    ],
    [
      'a product twice',
      { lines: [1, 1].map((n) => ({ product_id: uuid(n), quantity: 1 })) },
      400,
      'duplicate_lines',
    ],
    [
      'a product that is not on sale',
      { lines: [{ product_id: uuid(1), quantity: 1 }] },
      422,
      'products_unknown',
    ],
    [
      'another way of shipping',
      { shipping_method: 'drone' },
      422,
      'shipping_method_unavailable',
      /Choose post/,
    ],
    ['a field that does not exist', { voucher: 'x' }, 400, 'validation_failed'],
  ]
  for (const [what, changes, status, code, text] of wrong) {
    test(`${what}: ${code}`, async (t) => {
      const { quote } = await shop(t)
      const answer = await quote(changes)
      assert.deepEqual([answer.statusCode, answer.json().code], [status, code])
      if (text) assert.match(answer.body, text)
    })
  }

  test('more than any order may cost is refused', async (t) => {
    const { quote, products } = await shop(t)
    const lines = await Promise.all(
      ['A', 'B'].map(async (name) => ({
        product_id: await products.add(1, 100_000_000_000, name),
        quantity: 10_000,
      })),
    )
    assert.equal((await quote({ lines })).json().code, 'total_too_large')
  })

  test('without the product service there are no quotes, but those that were made are ordered', async (t) => {
    const { quote, wish, products, post } = await shop(t)
    const ready = await wish()
    await products.stop()
    const answer = await quote()
    assert.deepEqual(
      [answer.statusCode, answer.json().code, answer.json().retryable],
      [503, 'products_unavailable', true],
    )
    assert.equal((await post('ada', ready, 'k')).statusCode, 202)
  })

  test('few are made at once, and few of one client wait', async (t) => {
    const { app, stores, mug } = await shop(t)
    assert.ok(app)
    let asked = 0
    const gate = Promise.withResolvers<void>()
    const offers = {
      async of() {
        asked += 1
        await gate.promise
        return new Map()
      },
    }
    const seal = createQuoteSeal(['x'], systemRuntime.now)
    const checkout = { offers, seal, settings: stores.checkoutSettings }
    const reservations = {} as never
    const busy = createOrderApp(t, { orders: stores.orders, reservations, checkout })
    const payload = { lines: [{ product_id: mug, quantity: 1 }], address: DE }
    const ask = async () => busy.app.inject({ method: 'POST', url: '/quotes', payload })
    const fit = QUOTES_AT_ONCE + QUOTES_WAITING_OF_CLIENT_MAX
    const answers = Array.from({ length: fit + 1 }, ask)
    const refused = await answers.at(-1)!
    assert.deepEqual([refused.statusCode, refused.json().code], [503, 'overloaded'])
    assert.equal(asked, QUOTES_AT_ONCE)
    gate.resolve()
    const rest = await Promise.all(answers.slice(0, fit))
    assert.deepEqual([...new Set(rest.map(({ statusCode }) => statusCode))], [422])
    assert.equal(asked, fit)
  })
})

suite('an order with a quote', () => {
  test('has the address, the taxes and the total that were shown (invariant 8)', async (t) => {
    const { post, get, wish, quote, products, mug } = await shop(t)
    const shown = (await quote()).json()
    const answer = await post('ada', await wish(), 'k')
    const order = answer.json()
    assert.equal(answer.statusCode, 201)
    assert.equal(order.total_price, shown.total)
    const { checkout } = order
    assert.deepEqual(checkout.address, ADDRESS)
    assert.deepEqual(
      [checkout.email, checkout.language, checkout.billing_address],
      ['ada@example.org', 'de', null],
    )
    for (const field of ['goods', 'net', 'tax', 'total', 'taxes', 'shipping']) {
      assert.deepEqual(checkout[field], shown[field], field)
    }
    assert.equal(checkout.quote_hash, shown.hash)
    const [{ product_id: _id, name: _name, quantity: _quantity, available: _available, ...line }] =
      shown.lines
    assert.deepEqual(checkout.lines, [line])
    assert.deepEqual(await products.stockOf(mug), { stock: 8, reserved: 2 })
    assert.deepEqual((await get('ada', `/orders/${order.id}`)).json(), order)
    assert.equal((await get('bob', `/orders/${order.id}`)).statusCode, 404)
  })

  test('another total is never charged: the price of each line is compared (invariant 8)', async (t) => {
    const { post, wish, price, products, mug } = await shop(t)
    const ready = await wish()
    await price(1998)
    const answer = await post('ada', ready, 'k')
    assert.deepEqual([answer.statusCode, answer.json().code], [409, 'price_changed'])
    assert.deepEqual(await products.stockOf(mug), { stock: 10, reserved: 0 })
  })

  test('a change of taxes or shipping changes no quote that was made', async (t) => {
    const { post, wish, send } = await shop(t)
    const ready = await wish()
    await send('PUT', '/checkout_settings', { ...SETTINGS, tax_rates: [], shipping_methods: [] }, as('root'))
    const order = (await post('ada', ready, 'k')).json()
    assert.deepEqual([order.total_price, order.checkout.tax], ['44.88', '7.16'])
  })

  test('one key, one order: repeated also after the quote has expired (invariant 4)', async (t) => {
    const { post, wish, clock, products, mug } = await shop(t)
    const ready = await wish()
    const first = await post('ada', ready, 'k')
    assert.equal((await post('ada', await wish(), 'k')).headers['idempotent-replayed'], 'true')
    clock.at = 31 * 60_000
    const again = await post('ada', ready, 'k')
    assert.deepEqual([again.statusCode, again.headers['idempotent-replayed']], [201, 'true'])
    assert.deepEqual(again.json(), first.json())
    const late = await post('ada', ready, 'another')
    assert.deepEqual([late.statusCode, late.json().code], [409, 'quote_expired'])
    assert.equal((await post('ada', ready)).json().code, 'quote_expired')
    assert.equal((await post('bob', ready, 'k')).json().code, 'quote_expired')
    assert.deepEqual(await products.stockOf(mug), { stock: 8, reserved: 2 })
  })

  test('a key that made another order is refused: another address, e-mail or way of billing', async (t) => {
    const { post, wish } = await shop(t)
    const ready = await wish()
    const { id } = (await post('ada', ready, 'k')).json()
    for (const changes of [
      { email: 'b@example.org' },
      { address: { ...ADDRESS, city: 'Bonn' } },
      { billing_address: ADDRESS },
    ]) {
      const answer = await post('ada', { ...ready, ...changes }, 'k')
      assert.deepEqual(
        [answer.statusCode, answer.json().code, answer.json().order_id],
        [422, 'idempotency_key_reused', id],
      )
    }
    const plain = await post('ada', { lines: [], total_price: 1 }, 'k')
    assert.equal(plain.json().code, 'validation_failed')
  })

  test('a quote that was changed makes no order', async (t) => {
    const { post, wish, products, mug } = await shop(t)
    const ready = await wish()
    const [text, signature] = ready.quote.split('.')
    const payload = JSON.parse(Buffer.from(text, 'base64url').toString())
    payload.facts.lines[0].unitPriceMinor = 1
    payload.totalMinor = 492
    const forged = `${Buffer.from(JSON.stringify(payload)).toString('base64url')}.${signature}`
    for (const quote of [forged, 'x', `${text}.`]) {
      const answer = await post('ada', { ...ready, quote }, 'k')
      assert.deepEqual([answer.statusCode, answer.json().code], [422, 'quote_invalid'])
    }
    payload.facts.lines[0].unitPriceMinor = Number.MAX_SAFE_INTEGER
    const huge = `${Buffer.from(JSON.stringify(payload)).toString('base64url')}.${signature}`
    assert.equal((await post('ada', { ...ready, quote: huge }, 'k')).json().code, 'quote_invalid')
    payload.facts.currency = 'EUR'
    const euros = `${Buffer.from(JSON.stringify(payload)).toString('base64url')}.${signature}`
    assert.equal((await post('ada', { ...ready, quote: euros }, 'k')).json().code, 'quote_invalid')
    assert.deepEqual(await products.stockOf(mug), { stock: 10, reserved: 0 })
  })

  test('a quote for another country is refused', async (t) => {
    const { post, wish } = await shop(t)
    const answer = await post('ada', await wish({ address: { ...ADDRESS, country: 'AT' } }), 'k')
    assert.deepEqual([answer.statusCode, answer.json().code], [422, 'quote_for_other_address'])
    assert.match(answer.json().detail, /for DE/)
  })

  const wrong: [string, object, RegExp][] = [
    ['no address', { address: undefined }, /address/],
    ['an address without a street', { address: { ...ADDRESS, lines: [] } }, /address\/lines/],
    ['four lines', { address: { ...ADDRESS, lines: ['a', 'b', 'c', 'd'] } }, /address\/lines/],
    ['a blank name', { address: { ...ADDRESS, name: ' ' } }, /must not be blank/],
    ['a name of two lines', { address: { ...ADDRESS, name: 'a\nb' } }, /one line|control/],
    ['a postal code with signs', { address: { ...ADDRESS, postal_code: '<b>' } }, /letters, digits/],
    ['a telephone number of letters', { address: { ...ADDRESS, phone: 'call me' } }, /telephone/],
    ['no country', { address: { ...ADDRESS, country: 'XX' } }, /ISO 3166-1/],
    ['no e-mail', { email: undefined }, /email/],
    ['an e-mail without a domain', { email: 'ada@localhost' }, /must be an e-mail address/],
    ['an e-mail of two', { email: 'a@example.org,b@example.org' }, /must be an e-mail address/],
    [
      'an e-mail with a line end',
      { email: 'a@example.org\nBcc: b@example.org' },
      /must be an e-mail address/,
    ],
    ['another language', { language: 'fr' }, /language/],
    [
      'a wrong billing address',
      { billing_address: { ...ADDRESS, country: 'XX' } },
      /billing_address\/country/,
    ],
    ['a total beside the quote', { total_price: '1' }, /total_price/],
  ]
  for (const [what, changes, text] of wrong) {
    test(`${what} is refused, and says what`, async (t) => {
      const { post, wish } = await shop(t)
      const answer = await post('ada', await wish(changes), 'k')
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'validation_failed'])
      assert.match(answer.body, text)
    })
  }

  test('the largest quote fits into a request', async (t) => {
    const { post, quote, wish, products } = await shop(t, {
      ...SETTINGS,
      shipping_methods: [{ ...POST, names: { en: 'x'.repeat(80), de: 'ü'.repeat(80) } }],
    })
    const ids = await Promise.all(
      Array.from({ length: 50 }, (_, i) => products.add(10_000, 199_999_999 + i, `P${i}`)),
    )
    const lines = ids.map((product_id) => ({ product_id, quantity: 10_000 }))
    const { quote: token } = (await quote({ lines })).json()
    assert.ok(token.length < 24_000 && token.length > 5_000)
    const answer = await post('ada', { ...(await wish()), quote: token, billing_address: ADDRESS }, 'k')
    assert.deepEqual([answer.statusCode, answer.json().checkout.lines.length], [201, 50])
  })
})

suite('settings of the checkout', () => {
  test('are read by anyone, and changed over the version that was seen (invariant 7)', async (t) => {
    const { send } = await shop(t, null)
    const before = await send('GET', '/checkout_settings')
    assert.deepEqual([before.headers.etag, before.json().version, before.json().updated_at], ['"1"', 1, null])
    const changed = await send('PUT', '/checkout_settings', { ...SETTINGS, version: 1 }, as('root'))
    assert.deepEqual([changed.statusCode, changed.headers.etag], [200, '"2"'])
    const { currency, currency_digits, version, updated_at, ...rest } = changed.json()
    const prices = [
      { weight_up_to_grams: null, goods_from: '0.00', price: '4.90' },
      { weight_up_to_grams: null, goods_from: '50.00', price: '0.00' },
    ]
    const paying = { payments: 'off', payment_methods: [] }
    assert.deepEqual(rest, { ...SETTINGS, shipping_methods: [{ ...POST, prices }], ...paying })
    assert.deepEqual([currency, currency_digits, version], ['USD', 2, 2])
    assert.deepEqual((await send('GET', '/checkout_settings')).json(), changed.json())
    const late = { ...SETTINGS, prices_include_tax: false }
    const conflict = await send('PUT', '/checkout_settings', { ...late, version: 1 }, as('root'))
    assert.deepEqual(
      [conflict.statusCode, conflict.json().code, conflict.json().current],
      [409, 'settings_changed', changed.json()],
    )
    const stale = await send('PUT', '/checkout_settings', late, { ...as('root'), 'if-match': '"1"' })
    assert.deepEqual([stale.statusCode, stale.json().code], [412, 'settings_precondition_failed'])
    assert.equal(
      (await send('PUT', '/checkout_settings', late, { ...as('root'), 'if-match': '"2"' })).statusCode,
      200,
    )
    assert.ok(updated_at)
    assert.equal((await send('PUT', '/checkout_settings', late, as('ada'))).statusCode, 403)
  })

  const [rate] = SETTINGS.tax_rates
  const wrong: [string, object, RegExp][] = [
    ['a rate twice', { tax_rates: [rate, rate] }, /repeats another rate/],
    ['no standard rate', { tax_rates: [{ ...rate, tax_class: 'reduced' }] }, /needs a standard rate of DE/],
    ['a rate of zero goods', { tax_rates: [{ ...rate, tax_class: 'zero' }] }, /tax_class/],
    ['more than 100 %', { tax_rates: [{ ...rate, basis_points: 10_001 }] }, /basis_points/],
    ['a country that is none', { tax_rates: [{ ...rate, country: 'XX' }] }, /tax_rates\/0\/country/],
    ['a region that is none', { tax_rates: [rate, { ...rate, region: 'ZZ' }] }, /tax_rates\/1\/region/],
    ['a method twice', { shipping_methods: [POST, POST] }, /repeats another method/],
    ['a method without a price', { shipping_methods: [{ ...POST, prices: [] }] }, /prices/],
    [
      'half a cent',
      { shipping_methods: [{ ...POST, prices: [{ ...POST.prices[0], price: '0.005' }] }] },
      /prices\/0\/price/,
    ],
    ['a method to no country', { shipping_methods: [{ ...POST, countries: ['XX'] }] }, /countries\/0/],
    ['too many rates', { tax_rates: Array.from({ length: 1_001 }, () => rate) }, /tax_rates/],
    ['too many methods', { shipping_methods: Array.from({ length: 51 }, () => POST) }, /shipping_methods/],
  ]
  for (const [what, changes, text] of wrong) {
    test(`${what} is refused`, async (t) => {
      const { send } = await shop(t, null)
      const answer = await send('PUT', '/checkout_settings', { ...SETTINGS, ...changes }, as('root'))
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'validation_failed'])
      assert.match(answer.body, text)
    })
  }

  test('a change is in the audit log', async (t) => {
    const { stores } = await shop(t)
    const [entry] = await stores.auditLog.page({ filter: undefined, before: undefined, limit: 1 })
    assert.equal(entry!.action, 'checkout.settings_changed')
    assert.notEqual(entry!.by, ADA)
  })
})
