import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { ENDPOINTS_MAX, type WebhookCall } from '../../src/domain/webhook.ts'
import { REPLAY_MAX } from '../../src/webhooks/manage.ts'
import { appOf, as, event, uuid } from '../samples.ts'

function world(t: TestContext, status = 200) {
  const calls: WebhookCall[] = []
  const made = appOf(t, {
    async call(call) {
      calls.push(call)
      return {
        status,
        error: status < 300 ? undefined : `answered ${status}`,
        retryAfterMs: undefined,
        durationMs: 3,
      }
    },
  })
  const ask = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) => {
    const answer = await made.app.inject({ method, url, headers: as('root'), ...(payload && { payload }) })
    return { status: answer.statusCode, body: answer.body === '' ? {} : answer.json() }
  }
  const create = async (more: object = {}) =>
    (await ask('POST', '/endpoints', { url: 'https://example.com/hooks', ...more })).body
  return { ...made, calls, ask, create }
}

suite('endpoints', () => {
  test('one is made with a secret that is shown once, and gets what happens from then on', async (t) => {
    const { ask, create, publish } = world(t)
    await publish(event('order:a', 1))
    const { endpoint, secret } = await create({ types: ['order.confirmed'], description: 'ERP' })
    assert.match(secret, /^whsec_/)
    assert.match(endpoint.public_key, /^whpk_/)
    assert.deepEqual([endpoint.state, endpoint.position, endpoint.types], ['active', 1, ['order.confirmed']])
    const shown = await ask('GET', `/endpoints/${endpoint.id}`)
    assert.deepEqual(shown.body, endpoint)
    const everything = JSON.stringify([
      ...[shown.body, (await ask('GET', '/endpoints')).body, (await ask('GET', '/audit/notifications')).body],
    ])
    assert.equal(/whsec_|whsk_/.test(everything), false)
  })

  test('an address that may not be called is refused', async (t) => {
    const { ask, create } = world(t)
    for (const url of ['http://example.com', 'https://10.0.0.1/', 'https://[::1]/', 'no']) {
      const { body } = await ask('POST', '/endpoints', { url })
      assert.deepEqual([body.code, body.errors[0].path], ['validation_failed', '/url'], url)
    }
    const { endpoint } = await create()
    const changed = await ask('PUT', `/endpoints/${endpoint.id}`, {
      ...{ url: 'https://127.0.0.1/', description: '', types: [], active: true },
    })
    assert.equal(changed.body.code, 'validation_failed')
  })

  test(`there are at most ${ENDPOINTS_MAX}`, async (t) => {
    const { ask, create } = world(t)
    for (let n = 0; n < ENDPOINTS_MAX; n++) await create()
    const more = await ask('POST', '/endpoints', { url: 'https://example.com' })
    assert.deepEqual([more.status, more.body.code], [409, 'too_many_endpoints'])
  })

  test('it is paused, goes on and is removed; each change has an entry', async (t) => {
    const { ask, create } = world(t)
    const { endpoint } = await create()
    const put = (active: boolean) =>
      ask('PUT', `/endpoints/${endpoint.id}`, { url: endpoint.url, description: 'x', types: [], active })
    assert.equal((await put(false)).body.state, 'paused')
    assert.equal((await put(true)).body.state, 'active')
    assert.equal((await ask('DELETE', `/endpoints/${endpoint.id}`)).status, 204)
    assert.equal((await ask('GET', `/endpoints/${endpoint.id}`)).body.code, 'endpoint_not_found')
    const { items } = (await ask('GET', '/audit/notifications')).body
    assert.deepEqual(items.map(({ action }: { action: string }) => action).toReversed(), [
      'endpoint.created',
      'endpoint.changed',
      'endpoint.changed',
      'endpoint.deleted',
    ])
    assert.deepEqual(
      items[2].changes.map(({ field }: { field: string }) => field),
      ['description', 'state'],
    )
  })

  test('a change that others keep overtaking is refused', async (t) => {
    const { ask, create, stores } = world(t)
    const { endpoint } = await create()
    t.mock.method(stores.webhooks, 'save', async () => false)
    const { status, body } = await ask('POST', `/endpoints/${endpoint.id}/secret`)
    assert.deepEqual([status, body.code], [409, 'endpoint_changed'])
  })

  test('a new secret signs at once, the old one for a day beside it', async (t) => {
    const { ask, calls, create } = world(t)
    const { endpoint, secret: old } = await create()
    const { secret, endpoint: changed } = (await ask('POST', `/endpoints/${endpoint.id}/secret`)).body
    assert.notEqual(secret, old)
    assert.ok(Date.parse(changed.old_secret_until) > Date.now())
    await ask('POST', `/endpoints/${endpoint.id}/test`)
    const [{ body, headers }] = calls as [WebhookCall]
    for (const each of [old, secret]) new Webhook(each).verify(body, { ...headers })
  })

  test('a test event is sent once, and its outcome shown', async (t) => {
    const { ask, calls, create } = world(t, 500)
    const { endpoint } = await create()
    const { body } = await ask('POST', `/endpoints/${endpoint.id}/test`)
    assert.deepEqual([body.status, body.error, body.duration_ms], [500, 'answered 500', 3])
    const sent = JSON.parse(calls[0]!.body)
    assert.deepEqual(
      [sent.specversion, sent.type, sent.data],
      ['1.0', 'endpoint.test', { endpoint_id: endpoint.id }],
    )
    assert.equal(calls[0]!.headers['webhook-id'], sent.id)
  })

  test('events are replayed by their ids, or between two positions', async (t) => {
    const { ask, create, publish, stores } = world(t)
    const { endpoint } = await create()
    await publish(...[1, 2, 3, 4].map((n) => event(`order:${n}`, 1)))
    await stores.webhooks.spread(endpoint.id, 0, 3, [], '2026-01-01T00:00:00.000Z')
    const replay = (body: object) => ask('POST', `/endpoints/${endpoint.id}/replays`, body)
    assert.deepEqual((await replay({ event_ids: ['order:1:1', 'order:1:1'] })).body, { queued: 1 })
    // The fourth one was not reached yet: it is delivered anyway.
    assert.deepEqual((await replay({ after: 0 })).body, { queued: 2 })
    assert.deepEqual((await replay({ after: 0 })).body, { queued: 0 })
    for (const ids of [['order:9:1'], ['nonsense'], ['order:1:x']])
      assert.equal((await replay({ event_ids: ids })).body.code, 'event_not_found')
    for (const body of [{}, { event_ids: ['order:1:1'], after: 0 }, { event_ids: ['order:1:1'], before: 3 }])
      assert.equal((await replay(body)).body.code, 'validation_failed')
    const { items } = (await ask('GET', `/endpoints/${endpoint.id}/deliveries?limit=2`)).body
    assert.deepEqual(
      items.map(({ position, state }: { position: number; state: string }) => `${position} ${state}`),
      ['3 queued', '2 queued'],
    )
    t.mock.method(stores.events, 'between', async () =>
      Array.from({ length: 200 }, (_, i) => ({
        ...event('order:a', i + 1),
        position: i + 1,
        recordedAt: '',
      })),
    )
    await stores.webhooks.spread(endpoint.id, 3, 10 * REPLAY_MAX, [], '2026-01-01T00:00:00.000Z')
    assert.equal((await replay({ after: 0 })).body.code, 'replay_too_large')
  })

  test('deliveries and attempts of what is not there are not found', async (t) => {
    const { ask, create } = world(t)
    const { endpoint } = await create()
    const at = (id: string, path: string) => ask('GET', `/endpoints/${id}${path}`)
    assert.equal((await at(uuid(9), '/deliveries')).body.code, 'endpoint_not_found')
    assert.equal((await at(endpoint.id, '/deliveries/7/attempts')).body.code, 'delivery_not_found')
    assert.equal((await at(endpoint.id, '/deliveries?cursor=x')).body.code, 'malformed_cursor')
  })
})
