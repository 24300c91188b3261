/** Which changes of an order are recorded: those of admins, and not what its buyer may do. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openStores } from '../../src/storage/open_stores.ts'
import { ROOT } from '../samples.ts'
import { MEMORY, startShop } from '../shop.ts'

async function shopOf(t: TestContext, buyer: 'ada' | 'root') {
  const { orders, auditLog, close } = await openStores(MEMORY, { runtime: systemRuntime })
  t.after(() => close())
  const shop = await startShop(t, { orders, auditLog })
  const product_id = await shop.products.add(10)
  const bought = await shop.post(buyer, { product_id, quantity: 1, total_price: '19.99' })
  assert.equal(bought.statusCode, 201)
  const { id } = bought.json() as { id: string }
  const moved = async (who: string, status: string, headers = {}) =>
    (await shop.put(who, id, { status }, headers)).statusCode
  type Entry = {
    by: string
    action: string
    subject: { id: string }
    changes: { before: string; after: string }[]
  }
  const recorded = async () => {
    const { items } = (await shop.get('root', '/audit/orders')).json() as { items: Entry[] }
    return items.map(({ by, action, subject, changes: [change] }) => {
      assert.deepEqual([action, subject.id], ['order.status_changed', id])
      return `${by} ${change!.before} -> ${change!.after}`
    })
  }
  return { ...shop, moved, recorded }
}

suite('the audit log of orders', () => {
  test('an admin ships and delivers: one entry each, also if the request is repeated or refused', async (t) => {
    const { moved, recorded } = await shopOf(t, 'ada')
    assert.deepEqual(
      [await moved('root', 'shipped'), await moved('root', 'shipped'), await moved('root', 'cancelled')],
      [200, 200, 409],
    )
    assert.equal(await moved('root', 'delivered', { 'if-match': '"9"' }), 412)
    assert.equal(await moved('root', 'delivered'), 200)
    assert.deepEqual(await recorded(), [`${ROOT} shipped -> delivered`, `${ROOT} confirmed -> shipped`])
  })

  test('an admin cancels the order of a customer: what follows by itself has no entry', async (t) => {
    const { moved, recorded } = await shopOf(t, 'ada')
    assert.equal(await moved('root', 'cancelled'), 200)
    assert.deepEqual(await recorded(), [`${ROOT} confirmed -> cancelling`])
  })

  test('a buyer cancels: no entry, also for an admin who bought', async (t) => {
    for (const buyer of ['ada', 'root'] as const) {
      const { moved, recorded } = await shopOf(t, buyer)
      assert.equal(await moved(buyer, 'cancelled'), 200)
      assert.deepEqual(await recorded(), [])
    }
  })

  test('an admin ships what they bought themselves: an entry', async (t) => {
    const { moved, recorded } = await shopOf(t, 'root')
    assert.equal(await moved('root', 'shipped'), 200)
    assert.deepEqual(await recorded(), [`${ROOT} confirmed -> shipped`])
  })

  test('of admins who ship one order at once, one is recorded', async (t) => {
    const { moved, recorded } = await shopOf(t, 'ada')
    await Promise.all(Array.from({ length: 8 }, () => moved('root', 'shipped')))
    assert.deepEqual(await recorded(), [`${ROOT} confirmed -> shipped`])
  })
})
