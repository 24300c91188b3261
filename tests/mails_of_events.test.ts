/** Events as the services publish them make the mails that notification_service sends: both sides name the same fields. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { mailOfEvent } from '@shop/notification_service/domain/order_mails'
import { composed } from '@shop/notification_service/mails/compose'
import { eventOf } from '@shop/order_service/clients/order_event_source'
import { nextVersion } from '@shop/order_service/domain/schedule'
import type { OutgoingEvent } from '@shop/service_kit/events/source'
import { AT, CHECKOUT, confirm, HELD, order } from '../order_service/test/samples.ts'

const SHOP = { name: 'Shop', publicUrl: 'https://shop.example' }

const mailed = (event: OutgoingEvent) => {
  const mail = mailOfEvent({ ...event, coalesced: false }, AT)
  if (!mail) return undefined
  const { kind, language, content } = mail
  return { to: content.to, ...composed({ kind, language, values: content.values }, SHOP) }
}

suite('mails of events', () => {
  test('of an order: received without lines, because their names are not known yet, and confirmed with them', () => {
    const placed = nextVersion(confirm(order({ checkout: CHECKOUT, number: 10_042 }), HELD, AT)).order
    const [received, confirmed] = [1, 2].map((version) => mailed(eventOf(placed, version, 2)))
    assert.deepEqual([received!.to, received!.subject], [CHECKOUT.email, 'Bestellung #10042 eingegangen'])
    assert.match(received!.text, /Summe: 44,88\u00a0\$/)
    assert.doesNotMatch(received!.text, /×/)
    assert.match(
      confirmed!.text,
      /2 × Mug: 39,98\u00a0\$\n {2}Versand \(Post\): 4,90\u00a0\$\n {2}Summe: 44,88/,
    )
    assert.match(confirmed!.text, /Enthaltene Steuer: 7,16\u00a0\$/)
  })

  test('of an order without an address: none', () => {
    assert.equal(mailed(eventOf(order().order, 1, 2)), undefined)
  })
})
