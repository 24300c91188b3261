/** Metrics of reservations, as dashboards and alerts read them. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { createReservationMetrics } from '../../src/http/reservation_metrics.ts'
import { nextId, openShop } from '../worlds.ts'

const samplesOf = (text: string, name: string) =>
  text.split('\n').flatMap((line) => {
    const [, labels = '', value] = new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`).exec(line) ?? []
    return value === undefined ? [] : [[labels.replace(/,?service="[^"]*",?/, ''), Number(value)] as const]
  })

const boundsOf = (text: string, name: string) =>
  samplesOf(text, `${name}_bucket`).map(([labels]) => /le="([^"]+)"/.exec(labels)![1])

suite('metrics of reservations', () => {
  test('distinguish small and large batches, and quick and slow commits', async () => {
    const metrics = createMetrics('product_service')
    createReservationMetrics(metrics).observeBatch([], 0.003)
    const text = await metrics.registry.metrics()
    assert.deepEqual(boundsOf(text, 'reservation_batch_size'), '1 2 4 8 16 32 64 128 256 +Inf'.split(' '))
    assert.deepEqual(
      boundsOf(text, 'reservation_batch_duration_seconds'),
      '0.0005 0.001 0.0025 0.005 0.01 0.025 0.05 0.1 0.25 1 5 +Inf'.split(' '),
    )
  })

  test('record each call, its duration, and the outcome of each order', async (t) => {
    const shop = await openShop(t)
    const tea = { name: 'Tea', description: '', price: '3.00', stock: 2 }
    const { id } = (await shop.admin('POST', '/products', tea)).json()
    const reservations = [1, 1, 1].map((quantity) => ({
      order_id: nextId(),
      lines: [{ product_id: id, quantity }],
      total_price: '3.00',
    }))
    await shop.service('POST', '/internal/reservations', { reservations })
    const text = await shop.metrics.registry.metrics()
    assert.deepEqual(samplesOf(text, 'reservation_batch_size_sum'), [['', 3]])
    assert.deepEqual(samplesOf(text, 'reservation_batch_size_count'), [['', 1]])
    const [[, seconds]] = samplesOf(text, 'reservation_batch_duration_seconds_sum') as [[string, number]]
    assert.ok(seconds > 0 && seconds < 60, String(seconds))
    assert.deepEqual(samplesOf(text, 'reservation_outcomes_total').sort(), [
      ['outcome="held"', 2],
      ['outcome="insufficient_stock"', 1],
    ])
  })
})
