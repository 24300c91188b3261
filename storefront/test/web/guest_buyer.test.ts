/** What a guest leaves in the browser, and whose attempt comes first. */
import assert from 'node:assert/strict'
import { beforeEach, suite, test } from 'node:test'
import { orderAsked } from '../../web/src/account/order_asked.ts'
import { beginAttempt, buyerNow, readAttempt, setAttemptAside } from '../../web/src/checkout/attempt.ts'
import { keepBuyer, readBuyer } from '../../web/src/checkout/buyer.ts'
import { forgetBuyer, forgetGuest, GUEST } from '../../web/src/checkout/kept.ts'
import { keepOrderToken, orderToken, tokenHeader, tokenIn } from '../../web/src/orders/order_token.ts'
import { browserStorage, tabStorage } from '../../web/src/storage.ts'

const LINES = [{ productId: 'p1', name: 'Mug', unitPrice: '1.00', currency: 'USD', quantity: 1 }]
const typed = { ...readBuyer(tabStorage, 'x'), email: 'ada@example.org', city: 'Berlin' }

beforeEach(() => {
  forgetGuest()
  forgetBuyer('ada')
})

suite('tokens of orders', () => {
  test('are kept by order, and sent with the order that they open alone', () => {
    keepOrderToken('o1', 'first')
    keepOrderToken('o2', 'second')
    assert.deepEqual(tokenHeader('o1'), { headers: { 'order-token': 'first' } })
    assert.equal(orderToken('o2'), 'second')
    for (const unknown of ['o3', 'toString', '__proto__']) assert.deepEqual(tokenHeader(unknown), {})
  })

  test('what is no list of them is ignored', () => {
    for (const text of ['', '7', 'null', '{"o1":7}', '["a"]', '{']) {
      tabStorage.setItem('shop.order_tokens', text)
      assert.equal(orderToken('o1'), undefined, text)
    }
  })

  test('come after the # of a link', () => {
    assert.equal(tokenIn('#token=abc-_'), 'abc-_')
    for (const none of ['', '#', '#main', '#token=']) assert.equal(tokenIn(none), undefined, none)
  })
})

suite('when a session ends', () => {
  test('nothing of a guest is left', () => {
    keepBuyer(tabStorage, GUEST, typed)
    keepOrderToken('o1', 'first')
    beginAttempt(browserStorage, GUEST, LINES)
    forgetGuest()
    assert.equal(readBuyer(tabStorage, GUEST).email, '')
    assert.equal(orderToken('o1'), undefined)
    assert.equal(readAttempt(browserStorage, GUEST), undefined)
  })

  test('what the account typed is not left, and its attempt is, for it alone', () => {
    keepBuyer(browserStorage, 'ada', typed)
    beginAttempt(browserStorage, 'ada', LINES)
    forgetBuyer('ada')
    assert.equal(readBuyer(browserStorage, 'ada').email, '')
    assert.notEqual(readAttempt(browserStorage, 'ada'), undefined)
  })
})

test('who signs in while an order of a guest has no answer does not order the cart again before it has', () => {
  const next = () => [buyerNow(browserStorage, 'ada'), buyerNow(browserStorage, undefined)]
  assert.deepEqual(next(), ['ada', GUEST])
  beginAttempt(browserStorage, GUEST, LINES)
  assert.deepEqual(next(), [GUEST, GUEST])
  setAttemptAside(browserStorage, GUEST)
  assert.deepEqual(next(), ['ada', GUEST])
})

suite('the link of an order, asked for again', () => {
  const LIMITS = { number: { minimum: 10_001, maximum: 99_999 }, email: { maxLength: 20 } }
  test('by its number as it is shown, and an address', () => {
    for (const number of ['10042', ' #10042 ', '# 10042'])
      assert.deepEqual(orderAsked(number, ' Ada@example.org ', LIMITS).body, {
        number: 10_042,
        email: 'Ada@example.org',
      })
  })
  for (const number of ['', '#', '10000', '100000', '1e4', '12.5', 'x'])
    test(`“${number}” is no number`, () => {
      const { body, faults } = orderAsked(number, 'ada@example.org', LIMITS)
      assert.deepEqual([body, faults], [undefined, { number: true, email: false }])
    })
  for (const email of ['', 'ada', 'ada@', 'a b@c', 'a-very-long-name@example.org'])
    test(`“${email}” is no address`, () =>
      assert.equal(orderAsked('10042', email, LIMITS).faults.email, true))
})
