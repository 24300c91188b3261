import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { hostOf, messageIdOf, normalEmail } from '../../src/domain/mail.ts'
import { FRESH_MS, mailOfEvent } from '../../src/domain/order_mails.ts'
import { AT, event, uuid } from '../samples.ts'

const NOW = new Date(AT)
const ORDER = `order:${uuid(7)}`
const buyer = { email: 'ada@example.com', language: 'de' }
const kindOf = (type: string, sequence: number, data = {}) =>
  mailOfEvent(event(ORDER, sequence, { type, data: { buyer, ...data } }), NOW)?.kind

suite('mails of events', () => {
  test('the first version of an order is received, whatever its status; of others those that its buyer waits for', () => {
    assert.equal(kindOf('order.pending', 1), 'order_received')
    assert.equal(kindOf('order.awaiting_payment', 1), 'order_received')
    assert.equal(kindOf('order.confirmed', 2), 'order_confirmed')
    assert.equal(kindOf('order.rejected', 2), 'order_rejected')
    assert.equal(kindOf('order.shipped', 3), 'order_shipped')
    assert.equal(kindOf('order.cancelled', 4), 'order_cancelled')
    assert.equal(kindOf('payment.refunded', 5), 'order_refunded')
    assert.equal(kindOf('return.accepted', 1), 'return_accepted')
    assert.equal(kindOf('return.refused', 2, { state: 'refused' }), 'return_refused')
    assert.equal(kindOf('return.refused', 2, { state: 'received' }), undefined)
    for (const type of ['order.awaiting_payment', 'order.capturing', 'order.cancelling', 'order.delivered'])
      assert.equal(kindOf(type, 2), undefined)
    for (const type of ['payment.opened', 'product.changed']) assert.equal(kindOf(type, 1), undefined)
  })

  test('1: the id is that of the event; language and address are those of the order', () => {
    const mail = mailOfEvent(event(ORDER, 1, { type: 'order.pending', data: { buyer } }), NOW)
    assert.deepEqual(
      [mail!.id, mail!.language, mail!.content.to, mail!.content.values.order_id],
      [`${ORDER}:1`, 'de', 'ada@example.com', uuid(7)],
    )
  })

  test('1: an order that is confirmed again has the same mail', () => {
    const idOf = (sequence: number) =>
      mailOfEvent(event(ORDER, sequence, { type: 'order.confirmed', data: { buyer } }), NOW)?.id
    assert.deepEqual([idOf(3), idOf(5)], [`${ORDER}:confirmed`, `${ORDER}:confirmed`])
  })

  test('2: an event that is older than a day is not mailed', () => {
    const at = (age: number) =>
      mailOfEvent(
        event(ORDER, 1, { data: { buyer }, time: new Date(NOW.getTime() - age).toISOString() }),
        NOW,
      )
    assert.ok(at(FRESH_MS))
    assert.equal(at(FRESH_MS + 1), undefined)
  })

  test('an order without an address, or with one that is none, is not mailed', () => {
    for (const given of [null, undefined, {}, { email: 5 }, { email: 'a@b' }, { email: 'a@b.example\n' }])
      assert.equal(kindOf('order.confirmed', 2, { buyer: given }), undefined)
  })

  test('data of any form make a mail or none; lines are all there or left out', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (lines, shipping) => {
        const data = { buyer, lines, shipping, number: lines, tracking: shipping, currency: lines }
        assert.ok(mailOfEvent(event(ORDER, 2, { data }), NOW))
      }),
    )
    const good = { name: 'Cup', quantity: 2, unit_price: '1.00' }
    const linesOf = (lines: unknown) =>
      mailOfEvent(event(ORDER, 2, { data: { buyer, lines } }), NOW)!.content.values.lines
    assert.deepEqual(linesOf([good]), [good])
    assert.deepEqual(linesOf([good, { ...good, unit_price: null }]), [])
  })
})

suite('addresses', () => {
  test('one mailbox, with a host as DNS has it', () => {
    assert.equal(normalEmail('Ada.L+x@Example.COM'), 'Ada.L+x@example.com')
    assert.equal(normalEmail('ada@münchen.example'), 'ada@xn--mnchen-3ya.example')
    for (const bad of [
      ...['', 'ada', '@example.com', 'ada@localhost', 'a b@example.com', 'a@b.example, c@d.example'],
      ...[
        'a@b.example\r\nBcc: c@d.example',
        '<a@b.example>',
        '"a"@b.example',
        'a..b@c.example',
        'ü@b.example',
      ],
      ...[
        `${'a'.repeat(65)}@b.example`,
        'a@b.example>',
        'a@[127.0.0.1]',
        'a@b.example/x',
        `a@${'b.'.repeat(150)}example`,
      ],
    ])
      assert.equal(normalEmail(bad), undefined, bad)
  })

  test('a Message-ID follows from the id of the mail, and two ids have two', () => {
    assert.equal(messageIdOf('order:a:1', hostOf('orders@Shop.example')), '<order.a.1@shop.example>')
    assert.notEqual(messageIdOf('a:b', 'x'), messageIdOf('a-b', 'x'))
  })
})
