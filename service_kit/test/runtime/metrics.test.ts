/** What every process counts, and that each part may add its own to the same registry. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createMetrics } from '../../src/runtime/metrics.ts'

suite('metrics', () => {
  test('each process has its own, of itself and of its requests', async () => {
    const [mine, other] = [createMetrics('mine'), createMetrics('other')]
    mine.observeRequest('GET', '/products/:id', 200, 0.003)
    const text = await mine.registry.metrics()
    assert.match(text, /^process_cpu_user_seconds_total\{service="mine"\}/m)
    const of = 'service="mine",method="GET",route="/products/:id",status="200"'
    for (const [bound, count] of [
      ['0.0025', 0],
      ['0.005', 1],
      ['10', 1],
      ['+Inf', 1],
    ] as const) {
      assert.ok(text.includes(`http_request_duration_seconds_bucket{le="${bound}",${of}} ${count}`), bound)
    }
    assert.ok(text.includes(`http_request_duration_seconds_sum{${of}} 0.003`))
    assert.doesNotMatch(await other.registry.metrics(), /route=/)
  })

  test('requests are counted up to the bounds that alerts and dashboards name', async () => {
    const { registry, observeRequest } = createMetrics('mine')
    observeRequest('GET', '/', 200, 1)
    const bounds = [...(await registry.metrics()).matchAll(/request_duration_seconds_bucket\{le="([^"]+)"/g)]
    assert.deepEqual(
      bounds.map(([, bound]) => bound),
      '0.001 0.0025 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 +Inf'.split(' '),
    )
  })

  test('a part adds counters, gauges and histograms, with labels or without', async () => {
    const { registry, counter, gauge, histogram } = createMetrics('mine')
    counter('sold_total', 'Sold.', ['what']).inc({ what: 'mugs' }, 2)
    counter('all_total', 'All.').inc()
    gauge('waiting', 'Waiting.').set(7)
    gauge('open', 'Open.', ['side']).set({ side: 'front' }, 1)
    histogram('sizes', 'Sizes.', [1, 5]).observe(3)
    histogram('times', 'Times.', [1], ['kind']).observe({ kind: 'x' }, 1)
    const text = await registry.metrics()
    for (const line of [
      'sold_total{what="mugs",service="mine"} 2',
      'all_total{service="mine"} 1',
      'waiting{service="mine"} 7',
      'open{side="front",service="mine"} 1',
      'sizes_bucket{le="1",service="mine"} 0',
      'sizes_bucket{le="5",service="mine"} 1',
      'times_bucket{le="1",service="mine",kind="x"} 1',
    ]) {
      assert.ok(text.includes(line), `${line}\n${text.slice(-1500)}`)
    }
  })
})
