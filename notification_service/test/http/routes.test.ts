import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { signInMail } from '../mails/samples.ts'
import { appOf, as, asService, endpoint, event, ROOT, uuid, wire } from '../samples.ts'

const ONE = `/endpoints/${uuid(1)}`
const fields = { url: 'https://example.com/', description: '', types: [] }

suite('every route and every caller (invariant 10)', () => {
  const forAdmins = (status: number) => ({ anonymous: 401, ada: 403, root: status, service: 401 })
  const ROUTES: readonly [string, object, Record<'anonymous' | 'ada' | 'root' | 'service', number>][] = [
    [
      'POST /internal/events',
      { method: 'POST', url: '/internal/events', payload: { events: [wire(event('order:a', 1))] } },
      { anonymous: 401, ada: 401, root: 401, service: 200 },
    ],
    [
      'POST /internal/mails',
      { method: 'POST', url: '/internal/mails', payload: { mails: [signInMail('a')] } },
      { anonymous: 401, ada: 401, root: 401, service: 200 },
    ],
    ['GET /mails', { url: '/mails' }, forAdmins(200)],
    ['GET /events', { url: '/events' }, forAdmins(200)],
    ['GET /audit/notifications', { url: '/audit/notifications' }, forAdmins(200)],
    ['GET /endpoints', { url: '/endpoints' }, forAdmins(200)],
    ['POST /endpoints', { method: 'POST', url: '/endpoints', payload: { url: fields.url } }, forAdmins(201)],
    ['GET /endpoints/:id', { url: ONE }, forAdmins(200)],
    ['PUT /endpoints/:id', { method: 'PUT', url: ONE, payload: { ...fields, active: true } }, forAdmins(200)],
    ['DELETE /endpoints/:id', { method: 'DELETE', url: ONE }, forAdmins(204)],
    ['POST /endpoints/:id/secret', { method: 'POST', url: `${ONE}/secret` }, forAdmins(200)],
    ['POST /endpoints/:id/test', { method: 'POST', url: `${ONE}/test` }, forAdmins(200)],
    ['GET /endpoints/:id/deliveries', { url: `${ONE}/deliveries` }, forAdmins(200)],
    [
      'GET /endpoints/:id/deliveries/:position/attempts',
      { url: `${ONE}/deliveries/1/attempts` },
      forAdmins(404),
    ],
    [
      'POST /endpoints/:id/replays',
      { method: 'POST', url: `${ONE}/replays`, payload: { after: 0 } },
      forAdmins(200),
    ],
  ]
  for (const [name, request, expected] of ROUTES) {
    for (const [caller, status] of Object.entries(expected)) {
      test(`${name} by ${caller}: ${status}`, async (t) => {
        const call = async () => ({
          ...{ status: 200, error: undefined, retryAfterMs: undefined },
          durationMs: 1,
        })
        const { app, stores } = appOf(t, { call })
        const entry = {
          by: ROOT,
          record: { action: 'endpoint.created', subject: { type: 'endpoint', id: uuid(1) }, changes: [] },
        } as const
        await stores.webhooks.add(endpoint(1), 9, entry)
        const headers = caller === 'anonymous' ? {} : caller === 'service' ? await asService() : as(caller)
        assert.equal((await app.inject({ ...request, headers })).statusCode, status)
      })
    }
  }

  test('lists every route', async (t) => {
    const { app } = appOf(t)
    const { paths } = (await app.openApi()) as { paths: Record<string, object> }
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const probes = ['GET /healthz', 'GET /readyz']
    const listed = ROUTES.map(([name]) => name.replace(/:(\w+)/g, '{$1}'))
    assert.deepEqual(routes.filter((route) => !probes.includes(route)).sort(), listed.sort())
  })
})
