/** Events as the services publish them make the mails that notification_service sends: both sides name the same fields. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { mailOfEvent } from '@shop/notification_service/domain/order_mails'
import { composed } from '@shop/notification_service/mails/compose'
import { caseEvent } from '@shop/order_service/clients/case_event_source'
import { eventOf } from '@shop/order_service/clients/order_event_source'
import type { Order } from '@shop/order_service/domain/order'
import { decideReturn, receiveGoods, requestReturn } from '@shop/order_service/domain/return_changes'
import { NO_RETURNS, type ReturnsBody } from '@shop/order_service/domain/returns'
import { nextVersion } from '@shop/order_service/domain/schedule'
import type { OutgoingEvent } from '@shop/service_kit/events/source'
import { AT, CHECKOUT, confirm, GUESTS, HELD, order } from '../order_service/test/samples.ts'

const SHOP = { name: 'Shop', publicUrl: 'https://shop.example', orderToken: () => 'T' }

const mailed = (event: OutgoingEvent) => {
  const mail = mailOfEvent({ ...event, coalesced: false }, AT)
  if (!mail) return undefined
  const { kind, language, content } = mail
  return { to: content.to, ...composed({ kind, language, values: content.values }, SHOP) }
}

suite('mails of events', () => {
  test('of an order: received and confirmed with what was bought, as it was quoted', () => {
    const placed = nextVersion(confirm(order({ checkout: CHECKOUT, number: 10_042 }), HELD, AT)).order
    const [received, confirmed] = [1, 2].map((version) => mailed(eventOf(placed, version, 2)))
    assert.deepEqual([received!.to, received!.subject], [CHECKOUT.email, 'Bestellung #10042 eingegangen'])
    assert.match(received!.text, /2 × Mug: 39,98\u00a0\$\n {2}Versand \(Post\): 4,90/)
    assert.match(received!.text, /Summe: 44,88\u00a0\$/)
    assert.match(
      confirmed!.text,
      /2 × Mug: 39,98\u00a0\$\n {2}Versand \(Post\): 4,90\u00a0\$\n {2}Summe: 44,88/,
    )
    assert.match(confirmed!.text, /Enthaltene Steuer: 7,16\u00a0\$/)
  })

  test('of a quote of an earlier release, which has no names: received without lines', () => {
    const lines = CHECKOUT.lines.map(({ name: _, ...line }) => line)
    const received = mailed(eventOf(order({ checkout: { ...CHECKOUT, lines } }).order, 1, 2))
    assert.doesNotMatch(received!.text, /×/)
  })

  test("of a guest's order: with its token in the link, which the event does not have", () => {
    const event = eventOf(order({ checkout: GUESTS }).order, 1, 2)
    assert.match(mailed(event)!.text, /\/orders\/[\w-]+#token=T/)
    assert.doesNotMatch(JSON.stringify(event), /token/)
    assert.doesNotMatch(mailed(eventOf(order({ checkout: CHECKOUT }).order, 1, 2))!.text, /token/)
  })

  test('of a return: accepted or refused, with what comes back and the words of the shop; none when only the rest is given up', () => {
    const placed = nextVersion(confirm(order({ checkout: CHECKOUT, number: 10_042 }), HELD, AT)).order
    const shipped = { ...placed, status: 'shipped' } as Order
    const { productId } = placed.lines[0]!
    const at = AT.toISOString()
    const line = { productId, quantity: 1 }
    const request = { id: 'x', key: undefined, state: 'requested', reason: undefined, by: 'ada', at } as const
    const asked = requestReturn(shipped, NO_RETURNS, { ...request, lines: [line], withdrawalId: undefined })
    const accepted = decideReturn(asked, { id: 'x', to: 'accepted', note: 'To Gasse 1', by: 'root', at })!
    const refused = decideReturn(accepted, { id: 'x', to: 'refused', note: 'Too late', by: 'root', at })!
    const of = (body: ReturnsBody) => {
      const [version, subject] = [body.history.length, placed.id]
      const found = {
        kind: 'return',
        id: placed.id,
        state: 'x',
        subject,
        key: undefined,
        body,
        version,
      } as const
      const more = {
        createdAt: at,
        updatedAt: at,
        dueAt: undefined,
        erasedAt: undefined,
        attempts: 0,
        fence: 0,
      }
      return mailed(caseEvent({ ...found, ...more }, version, 2, shipped))
    }
    assert.equal(of(asked), undefined)
    assert.deepEqual(
      [of(accepted)!.to, of(accepted)!.subject],
      [CHECKOUT.email, 'Bestellung #10042: Rückgabe angenommen'],
    )
    assert.match(of(accepted)!.text, /vom Shop: To Gasse 1[\s\S]*1 × Mug: 19,99/)
    assert.match(of(refused)!.text, /abgelehnt|nicht zurücknehmen/)
    assert.match(of(refused)!.text, /Too late/)
    const two = requestReturn(shipped, NO_RETURNS, {
      ...{ ...request, lines: [{ productId, quantity: 2 }], withdrawalId: undefined },
    })
    const goods = {
      id: 'r',
      key: undefined,
      at,
      by: 'root',
      refundsShipping: false,
      setsOff: true,
      refund: false,
    }
    const part = receiveGoods(two, 'x', { ...goods, lines: [{ ...line, restock: true }] }, true)
    assert.equal(
      of(decideReturn(part, { id: 'x', to: 'refused', note: undefined, by: 'root', at })!),
      undefined,
    )
  })

  test('of an order without an address: none', () => {
    assert.equal(mailed(eventOf(order().order, 1, 2)), undefined)
  })
})
