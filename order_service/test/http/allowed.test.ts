/** `allowed`: the statuses a reader may request, in every answer that has the order. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { OrderStatus } from '../../src/domain/order.ts'
import { ADA } from '../samples.ts'
import { as, startShop } from '../shop.ts'

type Shown = { status: OrderStatus; allowed: OrderStatus[] }
const shown = ({ status, allowed }: Shown) => [status, allowed]

async function shopWithOrder(t: TestContext) {
  const shop = await startShop(t)
  const mug = await shop.products.add(10)
  const body = { product_id: mug, quantity: 2, total_price: '39.98' }
  const placed = await shop.post('ada', body, 'the-key')
  return { ...shop, mug, body, placed, id: placed.json().id as string }
}

/** Status and `allowed` in each event of the stream, which ends when the order is final. */
async function eventsOf({ app }: Awaited<ReturnType<typeof startShop>>, who: string, id: string, seen = 0) {
  const headers = { ...as(who), 'last-event-id': String(seen) }
  const { body } = await app.inject({ url: `/orders/${id}/events`, headers })
  return [...body.matchAll(/^data: (.*)$/gm)].map(([, data]) => shown(JSON.parse(data!)))
}

suite('an order lists the statuses its reader may request (invariant 10)', () => {
  const readers: [who: string, confirmed: OrderStatus[], shipped: OrderStatus[]][] = [
    ['ada', ['cancelled'], []],
    ['root', ['cancelled', 'shipped'], ['delivered']],
  ]
  for (const [who, confirmed, shipped] of readers) {
    test(`for ${who}: in every answer`, async (t) => {
      const shop = await shopWithOrder(t)
      const { get, put, placed, post, body, id } = shop
      assert.deepEqual(shown(placed.json()), ['confirmed', ['cancelled']])
      assert.deepEqual(shown((await post('ada', body, 'the-key')).json()), ['confirmed', ['cancelled']])
      const lists = [`/orders/user/${ADA}`, `/orders/user/${ADA}?idempotency_key=the-key`]
      if (who === 'root') lists.push('/orders', '/orders?status=confirmed')
      const found = [(await get(who, `/orders/${id}`)).json()]
      for (const list of lists) found.push((await get(who, list)).json().items[0])
      found.push((await put(who, id, { status: 'cancelled', version: 1 })).json().current)
      if (who === 'root') found.push((await put(who, id, { status: 'confirmed' })).json())
      for (const order of found) assert.deepEqual(shown(order), ['confirmed', confirmed])

      await put('root', id, { status: 'shipped' })
      assert.deepEqual(shown((await get(who, `/orders/${id}`)).json()), ['shipped', shipped])
      assert.deepEqual(shown((await put(who, id, { status: 'cancelled' })).json().current), [
        'shipped',
        shipped,
      ])
      await put('root', id, { status: 'delivered' })
      assert.deepEqual(await eventsOf(shop, who, id), [
        ['pending', ['cancelled']],
        ['confirmed', confirmed],
        ['shipped', shipped],
        ['delivered', []],
      ])
    })
  }

  test('a rejected order allows nothing', async (t) => {
    const { post, body } = await shopWithOrder(t)
    const refused = await post('ada', { ...body, total_price: '1.00' })
    assert.deepEqual(shown(refused.json().order), ['rejected', []])
  })

  test('a cancelling order allows nothing', async (t) => {
    const { products, put, id } = await shopWithOrder(t)
    await products.stop()
    for (const who of ['ada', 'root']) {
      assert.deepEqual(shown((await put(who, id, { status: 'cancelled' })).json()), ['cancelling', []])
    }
  })
})
