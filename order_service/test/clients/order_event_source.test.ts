import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventOf } from '../../src/clients/order_event_source.ts'
import { nextVersion } from '../../src/domain/schedule.ts'
import {
  ADA,
  AT,
  CHECKOUT,
  confirm,
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
      },
    })
    assert.deepEqual(
      [second!.type, second!.sequence, second!.data.lines, second!.data.by],
      ['order.confirmed', 2, [{ ...LINE, unit_price: '19.99' }], 'system'],
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

  test('has what the buyer pays, and nothing of its address', () => {
    const quoted = nextVersion(confirm(order({ checkout: CHECKOUT }), HELD, AT))
    const { data } = eventOf(quoted.order, 2, 2)
    assert.equal(data.total_price, '44.88')
    assert.doesNotMatch(JSON.stringify(data), /example\.org|Gasse|Berlin/)
  })

  test('says why an order was rejected; there is none of a version to come', () => {
    const rejected = nextVersion(reject(placed, SHORT, AT))
    assert.equal(eventOf(rejected.order, 2, 2).data.reason, 'insufficient_stock')
    assert.equal('reason' in eventOf(rejected.order, 1, 2).data, false)
    assert.throws(() => eventOf(placed.order, 2, 2), /has no version 2/)
  })
})
