import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventOf, NAME_BYTES_MAX } from '../../src/clients/order_event_source.ts'
import { METHOD_NAME_LENGTH_MAX } from '../../src/domain/checkout_settings.ts'
import { LINES_MAX, QUANTITY_MAX } from '../../src/domain/order.ts'
import { checkoutOf } from '../../src/domain/quote.ts'
import { nextVersion } from '../../src/domain/schedule.ts'
import {
  ADA,
  AT,
  BUYER,
  CHECKOUT,
  confirm,
  FACTS,
  HELD,
  MUG,
  order,
  reject,
  requestCancel,
  SHORT,
  uuid,
} from '../samples.ts'

const LINE = { product_id: MUG, quantity: 2 }

suite('the event of a version of an order', () => {
  const placed = order({ id: uuid(7), number: 10_042 })
  const confirmed = nextVersion(confirm(placed, HELD, AT))
  const cancelling = nextVersion(requestCancel(confirmed, ADA, AT))

  test('has the order as it was then', () => {
    const [first, second, third] = [1, 2, 3].map((version) => eventOf(cancelling.order, version, 2))
    assert.deepEqual(first, {
      ...{ aggregate: `order:${uuid(7)}`, sequence: 1, type: 'order.pending', time: AT.toISOString() },
      data: {
        ...{ order_id: uuid(7), number: 10_042, version: 1, user_id: ADA, status: 'pending', by: ADA },
        lines: [{ ...LINE, unit_price: null }],
        ...{ total_price: '39.98', currency: 'USD', created_at: AT.toISOString() },
        ...{ buyer: null, shipping: null, tax_total: null },
      },
    })
    assert.deepEqual(
      [second!.type, second!.sequence, second!.data.lines, second!.data.by],
      ['order.confirmed', 2, [{ ...LINE, unit_price: '19.99', name: 'Mug' }], 'system'],
    )
    assert.deepEqual(
      [third!.type, third!.data.status, third!.data.by],
      ['order.cancelling', 'cancelling', ADA],
    )
  })

  test('is the same whenever it is made', () => {
    assert.deepEqual(eventOf(placed.order, 1, 2), eventOf(cancelling.order, 1, 2))
    assert.deepEqual(eventOf(confirmed.order, 2, 2), eventOf(cancelling.order, 2, 2))
  })

  test('has what the buyer pays, where messages go, and nothing of its postal address', () => {
    const quoted = nextVersion(confirm(order({ checkout: CHECKOUT }), HELD, AT))
    const { data } = eventOf(quoted.order, 2, 2)
    assert.equal(data.total_price, '44.88')
    assert.deepEqual(data.buyer, { email: CHECKOUT.email, language: CHECKOUT.language })
    assert.deepEqual(data.shipping, { method: 'post', name: 'Post', price: '4.90' })
    assert.equal(data.tax_total, '7.16')
    assert.doesNotMatch(JSON.stringify(data), /Gasse|Berlin/)
  })

  test('says why an order was rejected; there is none of a version to come', () => {
    const rejected = nextVersion(reject(placed, SHORT, AT))
    assert.equal(eventOf(rejected.order, 2, 2).data.reason, 'insufficient_stock')
    assert.equal('reason' in eventOf(rejected.order, 1, 2).data, false)
    assert.throws(() => eventOf(placed.order, 2, 2), /has no version 2/)
  })

  test('of the longest order, with the longest names, fits into 16 KiB', () => {
    const longest = (name: string) => {
      const lines = Array.from({ length: LINES_MAX }, (_, n) => ({
        productId: uuid(n),
        quantity: QUANTITY_MAX,
      }))
      const held = lines.map((line) => ({ ...line, name, unitPriceMinor: 1_900_000_000 }))
      const facts = {
        ...FACTS,
        lines: held.map((line) => ({ ...FACTS.lines[0]!, ...line })),
        shipping: { ...FACTS.shipping!, names: { en: 'x', de: '"'.repeat(METHOD_NAME_LENGTH_MAX) } },
      }
      const email = `${'x'.repeat(242)}@example.org`
      const checkout = checkoutOf(facts, 'a hash', { ...BUYER, email })
      const placed = order({
        lines,
        checkout,
        totalMinor: LINES_MAX * QUANTITY_MAX * 1_900_000_000,
        userId: ADA,
      })
      return eventOf(nextVersion(confirm(placed, held, AT)).order, 2, 4).data
    }
    for (const name of ['"'.repeat(200), '😀'.repeat(100), 'Ü'.repeat(200), 'Mug'.repeat(60)]) {
      const data = longest(name)
      assert.ok(Buffer.byteLength(JSON.stringify(data)) <= 16 * 1024, name)
      const [first] = data.lines as { name: string }[]
      assert.ok(Buffer.byteLength(JSON.stringify(first!.name)) <= NAME_BYTES_MAX)
      assert.match(first!.name, /^("+|(😀)+|Ü+|(Mug)+\w{0,2})…$/u)
    }
    assert.equal((longest('Cup').lines as { name: string }[])[0]!.name, 'Cup')
  })
})
