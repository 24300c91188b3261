import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { DATA_BYTES_MAX, EVENTS_MAX } from '../../src/domain/event.ts'
import { appOf, asService, event, memoryStores, wire } from '../samples.ts'

suite('recording events', () => {
  test('each event of a call is answered, in its order', async (t) => {
    const { publish } = appOf(t)
    const answer = await publish(event('order:a', 1), event('order:b', 2), event('order:a', 2))
    assert.deepEqual(answer.json(), {
      results: [
        { aggregate: 'order:a', sequence: 1, result: 'accepted', expected: 2 },
        { aggregate: 'order:b', sequence: 2, result: 'gap', expected: 1 },
        { aggregate: 'order:a', sequence: 2, result: 'accepted', expected: 3 },
      ],
    })
    const again = await publish(event('order:a', 1))
    assert.deepEqual(again.json().results[0].result, 'known')
  })

  test('the results are counted', async (t) => {
    const metrics = createMetrics('notification_service')
    const { publish } = appOf(t, { metrics })
    await publish(event('order:a', 1), event('order:a', 1), event('order:a', 3))
    const text = await metrics.registry.metrics()
    for (const result of ['accepted', 'known', 'gap'])
      assert.match(text, new RegExp(`notification_events_total{[^}]*result="${result}"[^}]*} 1\n`))
  })

  test('a call has a limit of events, one of the data of each, and one of its bytes', async (t) => {
    const { app, publish } = appOf(t)
    const many = (count: number) => Array.from({ length: count }, (_, i) => event('order:a', i + 1))
    assert.equal((await publish(...many(EVENTS_MAX))).statusCode, 200)
    assert.equal((await publish(...many(EVENTS_MAX + 1))).json().code, 'validation_failed')
    const data = (bytes: number) => ({ data: { text: 'x'.repeat(bytes - '{"text":""}'.length) } })
    assert.equal((await publish(event('order:b', 1, data(DATA_BYTES_MAX)))).statusCode, 200)
    const large = await publish(event('order:c', 1), event('order:b', 2, data(DATA_BYTES_MAX + 1)))
    assert.deepEqual([large.statusCode, large.json().errors[0].path], [400, '/events/1/data'])
    const payload = JSON.stringify({ events: [wire(event('order:b', 2))] }).padEnd(1024 * 1024 + 1)
    const headers = { ...(await asService()), 'content-type': 'application/json' }
    const larger = await app.inject({ method: 'POST', url: '/internal/events', headers, payload })
    assert.equal(larger.json().code, 'body_too_large')
  })

  test('what is no event refuses the call', async (t) => {
    const { app, stores } = appOf(t)
    const headers = await asService()
    for (const wrong of [
      ...[{ aggregate: 'order' }, { aggregate: 'Order:a' }, { aggregate: `order:${'a'.repeat(120)}` }],
      ...[{ sequence: 0 }, { type: 'confirmed' }, { type: `order.${'a'.repeat(60)}` }, { time: 'soon' }],
      ...[{ data: [] }, { coalesced: false }, { more: 1 }],
    ]) {
      const payload = { events: [wire(event('order:a', 1)), { ...wire(event('order:b', 1)), ...wrong }] }
      const answer = await app.inject({ method: 'POST', url: '/internal/events', headers, payload })
      assert.equal(answer.json().code, 'validation_failed', JSON.stringify(wrong))
    }
    assert.equal(await stores.events.ends(), undefined)
  })
})

suite('the feed', () => {
  test('has every event after a position, with its id', async (t) => {
    const { publish, get } = appOf(t)
    await publish(event('order:a', 1), event('stock:b', 4, { type: 'stock.changed', coalesced: true }))
    assert.deepEqual((await get('/events?limit=1')).json(), {
      events: [
        {
          ...{ position: 1, id: 'order:a:1', type: 'order.confirmed', aggregate: 'order:a', sequence: 1 },
          ...{ coalesced: false, time: event('order:a', 1).time, data: { n: 1 } },
        },
      ],
      ...{ next_after: 1, more: true },
    })
    const rest = (await get('/events?after=1')).json()
    assert.deepEqual([rest.events[0].id, rest.events[0].coalesced, rest.more], ['stock:b:4', true, false])
    const some = (await get('/events?types=order.shipped,stock.changed')).json()
    assert.deepEqual([some.events.length, some.next_after], [1, 2])
  })

  test('says which positions it has', async (t) => {
    const { stores, publish, get } = appOf(t)
    await publish(event('order:a', 1), event('order:a', 2), event('order:a', 3))
    const { items } = await stores.oldEvents.due('9999', undefined, 9)
    await stores.oldEvents.remove(items)
    const gone = await get('/events?after=1')
    assert.deepEqual([gone.statusCode, gone.json().code, gone.json().oldest], [410, 'events_removed', 3])
    const behind = await get('/events?after=4')
    assert.deepEqual(
      [behind.statusCode, behind.json().code, behind.json().last],
      [409, 'position_unknown', 3],
    )
    assert.equal((await get('/events')).json().events[0].position, 3)
  })

  test('refuses another query', async (t) => {
    const { get } = appOf(t)
    for (const query of ['after=-1', 'limit=0', 'limit=101', 'types=', 'types=order', 'types=a.b,', 'x=1'])
      assert.equal((await get(`/events?${query}`)).json().code, 'validation_failed', query)
  })
})

test('it is ready while its store is', async (t) => {
  const stores = memoryStores(t)
  const { app } = appOf(t, { stores })
  assert.equal((await app.inject('/readyz')).statusCode, 200)
})
