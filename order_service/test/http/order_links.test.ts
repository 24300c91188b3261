/** POST /order_links: what is mailed, and that the answer says nothing of it. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import {
  AT_ONCE_MAX,
  CLIENT_MAX,
  CLIENT_MS,
  createOrderLinks,
  type LinkMail,
  WINDOW_MS,
} from '../../src/domain/order_links.ts'
import { AT, CHECKOUT, GUESTS, order } from '../samples.ts'
import { connect, createOrderApp, memoryStores, startProducts } from '../shop.ts'

async function world(t: TestContext, send?: (mail: LinkMail) => Promise<void>) {
  const { orders } = await memoryStores(t)
  const placed = order({ checkout: GUESTS, number: 10_042 })
  await orders.addOnce(placed)
  await orders.addOnce(order({ number: 10_043 }))
  await orders.addOnce(order({ checkout: CHECKOUT, number: 10_044 }))
  const sent: LinkMail[] = []
  const reported: unknown[] = []
  let at = AT.getTime()
  const ports = { orders, now: () => new Date(at), report: (fault: unknown) => void reported.push(fault) }
  const links = createOrderLinks(ports, send ?? (async (mail) => void sent.push(mail)))
  return {
    ...{ orders, placed, sent, reported, links },
    pass: (ms: number) => {
      at += ms
    },
  }
}

suite('the link of an order', () => {
  test('goes to the address of the order alone, once in a while, whatever is typed', async (t) => {
    const { links, placed, sent, pass } = await world(t)
    const ask = async (number: number, email: string) => {
      links.ask('1.2.3.4', number, email)
      await links.idle()
    }
    await ask(10_042, ' GIL@example.org')
    const { id } = placed.order
    assert.deepEqual(
      sent.map(({ to, language, guest, orderId }) => [to, language, guest, orderId]),
      [['gil@example.org', 'de', true, id]],
    )
    for (const [number, email] of [
      [10_042, 'eve@example.org'],
      [10_043, 'gil@example.org'],
      [10_099, 'gil@example.org'],
    ] as const)
      await ask(number, email)
    assert.equal(sent.length, 1)
    await ask(10_044, CHECKOUT.email)
    assert.equal(sent[1]!.guest, false)
    // notification_service takes each id once.
    await ask(10_042, 'gil@example.org')
    pass(WINDOW_MS)
    await ask(10_042, 'gil@example.org')
    const ids = sent.filter(({ orderId }) => orderId === id).map(({ id }) => id)
    assert.deepEqual([ids[0] === ids[1], ids[1] === ids[2]], [true, false])
  })

  test(`is asked for ${CLIENT_MAX} times an hour from one client address`, async (t) => {
    const { links, pass } = await world(t)
    for (let i = 0; i < CLIENT_MAX; i++) links.ask('1.2.3.4', 1, 'a@b.example')
    assert.throws(() => links.ask('1.2.3.4', 1, 'a@b.example'), { code: 'too_many_attempts' })
    links.ask('1.2.3.5', 1, 'a@b.example')
    pass(CLIENT_MS)
    await links.idle()
    links.ask('1.2.3.4', 1, 'a@b.example')
    await links.idle()
  })

  test(`at most ${AT_ONCE_MAX} are under way, and one that fails is reported, not answered`, async (t) => {
    const { promise, reject } = Promise.withResolvers<void>()
    const { links, reported } = await world(t, () => promise)
    for (let i = 0; i < AT_ONCE_MAX; i++) links.ask(`1.2.3.${i}`, 10_042, 'gil@example.org')
    assert.throws(() => links.ask('1.2.4.1', 1, 'a@b.example'), { code: 'too_many_attempts' })
    reject(new Error('No answer.'))
    await links.idle()
    assert.equal(reported.length, AT_ONCE_MAX)
  })

  test('has one answer for all, before anything is looked up; without a service of mails it says so', async (t) => {
    const products = await startProducts(t)
    const { orders } = await memoryStores(t)
    const reservations = await connect(t, products.url)
    const asked: number[] = []
    const never = {
      ...orders,
      findByNumber(number: number) {
        asked.push(number)
        return new Promise<undefined>(() => {})
      },
    }
    const { app } = createOrderApp(t, { orders: never, reservations, sendLink: async () => {} })
    const payload = { number: 10_042, email: 'gil@example.org' }
    const answer = await app.inject({ method: 'POST', url: '/order_links', payload })
    assert.deepEqual([answer.statusCode, answer.body, asked], [202, '{}', [10_042]])
    const silent = createOrderApp(t, { orders, reservations })
    const refused = await silent.app.inject({ method: 'POST', url: '/order_links', payload })
    assert.deepEqual([refused.statusCode, refused.json().code], [503, 'mail_unavailable'])
  })
})
