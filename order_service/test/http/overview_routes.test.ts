/** The overview of orders as admins get it. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { compileValidator } from '@shop/service_kit/http/validation'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import Fastify from 'fastify'
import { overviewRoutes, WAITING_MAX } from '../../src/http/overview_routes.ts'
import { startShop } from '../shop.ts'

suite('GET /orders/overview', () => {
  test('has the orders of a day in a zone, by the hour, as they are now', async (t) => {
    const { products, post, get } = await startShop(t)
    const mug = await products.add(10)
    const body = { product_id: mug, quantity: 2, total_price: '39.98' }
    const { created_at } = (await post('ada', body)).json()
    const day = new Date(Date.parse(created_at) + 2 * 3_600_000).toISOString().slice(0, 10)
    const answer = await get('root', `/orders/overview?day=${day}&zone=%2B02:00`)
    const { slots, best_selling, ...rest } = answer.json()
    assert.deepEqual(rest, { currency: 'USD', currency_digits: 2, complete: true })
    assert.equal(slots.length, 24)
    const filled = slots.filter((slot: { orders: object[] }) => slot.orders.length > 0)
    assert.equal(filled.length, 1)
    assert.ok(filled[0].from <= created_at && created_at < filled[0].to)
    assert.deepEqual(filled[0].orders, [{ status: 'confirmed', count: 1, total_price: '39.98' }])
    assert.deepEqual(best_selling, [{ product_id: mug, name: 'Mug', quantity: 2, total_price: '39.98' }])
    await post('ada', body)
    const again = await get('root', `/orders/overview?day=${day}&zone=%2B02:00`)
    assert.deepEqual(again.json(), answer.json(), 'it is kept for some seconds')
    const { from, to } = filled[0]
    const hour = (await get('root', `/orders/overview?from=${from}&to=${to}&slot=hour`)).json()
    assert.equal(hour.slots[0].orders[0].count, 2)
  })

  for (const query of [
    '',
    '?day=today',
    '?day=2026-03-01&slot=hour',
    '?day=2026-03-01&zone=CET',
    '?from=2026-03-01T00:00:00Z',
    '?from=2026-03-01T00:00:00Z&to=2026-03-01T00:00:00Z',
    '?from=2026-03-01T00:00:00Z&to=2026-04-02T00:00:00Z',
    '?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&slot=minute',
  ]) {
    test(`${query || 'no range'}: 400`, async (t) => {
      const { get } = await startShop(t)
      const answer = await get('root', `/orders/overview${query}`)
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'validation_failed'])
    })
  }

  test('one is made at a time; a few wait, and the rest is refused', async (t) => {
    let running = 0
    let most = 0
    const gate = Promise.withResolvers<void>()
    const orders = {
      async listBetween() {
        most = Math.max(most, ++running)
        await gate.promise
        running--
        return []
      },
    }
    const app = Fastify()
    app.setValidatorCompiler(compileValidator)
    t.after(() => app.close())
    app.register(
      overviewRoutes({ orders, currency: 'USD', digits: () => 2, runtime: systemRuntime }) as never,
    )
    app.setErrorHandler((error: { code?: string }, _, reply) => reply.code(503).send({ code: error.code }))
    const asked = Array.from({ length: WAITING_MAX + 3 }, (_, i) =>
      app.inject(`/orders/overview?from=2026-03-01T00:00:00Z&to=2026-03-0${i + 2}T00:00:00Z&slot=day`),
    )
    const refused = await Promise.race(asked)
    assert.deepEqual([refused.statusCode, refused.json().code], [503, 'overloaded'])
    gate.resolve()
    const codes = (await Promise.all(asked)).map(({ statusCode }) => statusCode)
    assert.deepEqual(codes.filter((code) => code === 200).length, WAITING_MAX + 1)
    assert.equal(most, 1)
  })
})
