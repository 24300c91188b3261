/** A damaged record affects only its own order. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { answerEach } from '../../src/http/answer_each.ts'
import { folder, nextId, openShop } from '../worlds.ts'

/** A shop with three held reservations; the second one is unreadable. */
async function damaged(t: TestContext) {
  const path = join(folder(t), 'products.db')
  const shop = await openShop(t, { path })
  const tea = { name: 'Tea', description: '', price: '3.00', stock: 10 }
  const { id } = (await shop.admin('POST', '/products', tea)).json()
  const ids = [nextId(), nextId(), nextId()]
  const reservations = (orderIds: readonly string[]) => ({
    reservations: orderIds.map((order_id) => ({
      order_id,
      lines: [{ product_id: id, quantity: 1 }],
      total_price: '3.00',
    })),
  })
  await shop.service('POST', '/internal/reservations', reservations(ids))
  const other = new DatabaseSync(path)
  other.prepare(`UPDATE reservations SET lines = '[{' WHERE order_id = ?`).run(ids[1]!)
  other.close()
  const ask = async (what: string, body: object) => {
    const answer = await shop.service('POST', `/internal/${what}`, body)
    const results: { order_id: string; status: string }[] | undefined = answer.json().results
    return { status: answer.statusCode, results: results?.map(({ order_id, status }) => [order_id, status]) }
  }
  return { ids, ask, reservations, stockOf: () => shop.stores.catalogue.find(id) }
}

suite('one order of a call that fails', () => {
  test('does not affect the reservations, shipments and releases of the others', async (t) => {
    const { ids, ask, reservations, stockOf } = await damaged(t)
    const [first, bad, last] = ids as [string, string, string]
    const fresh = nextId()
    assert.deepEqual((await ask('reservations', reservations([...ids, fresh]))).results, [
      [first, 'held'],
      [bad, 'unanswered'],
      [last, 'held'],
      [fresh, 'held'],
    ])
    assert.deepEqual((await ask('shipments', { order_ids: [bad, first] })).results, [
      [bad, 'unanswered'],
      [first, 'shipped'],
    ])
    assert.deepEqual((await ask('releases', { order_ids: [last, bad] })).results, [
      [last, 'released'],
      [bad, 'unanswered'],
    ])
    const { stock, reserved } = (await stockOf())!
    assert.deepEqual([stock, reserved], [7, 2])
  })

  test('fails the call if it is the only one, or if all others fail too', async (t) => {
    const { ids, ask } = await damaged(t)
    assert.equal((await ask('releases', { order_ids: [ids[1]] })).status, 500)
    assert.equal((await ask('releases', { order_ids: [ids[1], ids[1]] })).status, 500)
  })
})

test('an unavailable store is not called again for each item', async () => {
  let calls = 0
  const unavailable = Object.assign(new Error('full'), { code: 'store_unavailable' })
  const work = async () => {
    calls++
    throw unavailable
  }
  await assert.rejects(
    answerEach([1, 2, 3], work, () => {}),
    unavailable,
  )
  assert.equal(calls, 1)
})

test('if all items fail, the call fails with the first error', async () => {
  const work = async (items: readonly number[]) => {
    throw new Error(items.length > 1 ? 'together' : `alone ${items[0]}`)
  }
  await assert.rejects(
    answerEach([1, 2, 3], work, () => assert.fail()),
    /alone 1/,
  )
})
