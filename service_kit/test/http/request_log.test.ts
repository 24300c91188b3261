import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { pino } from 'pino'
import type { HttpAppOptions } from '../../src/http/app.ts'
import { startTracing } from '../../src/http/start_tracing.ts'
import { systemRuntime } from '../../src/runtime/runtime.ts'
import { createPlainApp } from '../fixtures/plain_app.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'

function world(t: TestContext, level: string, options: Partial<HttpAppOptions> = {}) {
  const lines: Record<string, unknown>[] = []
  const write = (line: string) => void lines.push(JSON.parse(line))
  const logger = pino({ level, redact: ['token'] }, { write })
  const makeChild = t.mock.method(logger, 'child')
  const app = createPlainApp({ ...options, logger })
  app.register(async (scope) => {
    const config = { access: 'public' } as const
    scope.get('/quiet', { config }, async () => 'fine')
    scope.get('/long', { config }, async () => 'x'.repeat(10_000))
    scope.get('/made', { config }, async (_request, reply) =>
      reply.code(201).header('location', '/things/7').send(),
    )
    if (options.access) scope.get('/internal', { config: { access: 'service' } }, async () => 'fine')
    scope.get('/broken', { config }, async () => {
      throw new Error('the cause')
    })
    scope.get('/talkative', { config }, async (request) => {
      request.log.info({ token: 'x' }, 'one')
      request.log.warn('two')
      request.log.child({ part: 'p' }).info('three')
      return 'fine'
    })
  })
  t.after(() => app.close())
  const get = (url: string, headers = {}) =>
    app.inject({ url, headers: { 'x-request-id': 'r1', ...headers } })
  const before = makeChild.mock.callCount()
  return { app, lines, get, children: () => makeChild.mock.callCount() - before }
}

suite('the log of a request', () => {
  test('all lines of a request have its id', async (t) => {
    const { lines, get } = world(t, 'info')
    await get('/talkative')
    assert.deepEqual(
      lines.map(({ reqId, msg, level, token, part }) => ({ reqId, msg, level, token, part })),
      [
        { reqId: 'r1', msg: 'one', level: 30, token: '[Redacted]', part: undefined },
        { reqId: 'r1', msg: 'two', level: 40, token: undefined, part: undefined },
        { reqId: 'r1', msg: 'three', level: 30, token: undefined, part: 'p' },
      ],
    )
  })

  test('a request that writes no line costs no logger of its own', async (t) => {
    const { children, get } = world(t, 'info')
    await get('/quiet')
    assert.equal(children(), 0)
    await get('/talkative')
    assert.equal(children(), 2, 'one for its lines, and the one that it asks for')
  })

  test('an internal error is logged once, with its cause', async (t) => {
    const { lines, get } = world(t, 'warn')
    await get('/broken')
    assert.equal(lines.length, 1)
    assert.equal(lines[0]!.reqId, 'r1')
    assert.equal((lines[0]!.err as Error).message, 'the cause')
  })

  test('at level debug every request is logged', async (t) => {
    const { lines, get } = world(t, 'debug')
    await get('/quiet')
    const answered = lines.filter(({ msg }) => msg === 'answered')
    assert.deepEqual(
      answered.map(({ reqId, level, route, status }) => ({ reqId, level, route, status })),
      [{ reqId: 'r1', level: 20, route: '/quiet', status: 200 }],
    )
  })

  test('without the access log no request is logged at level info', async (t) => {
    const { lines, get } = world(t, 'info')
    await get('/quiet')
    assert.deepEqual(lines, [])
  })

  test('the access log has one line for each request, but none for probes, and shows no query and no token', async (t) => {
    const { lines, get } = world(t, 'info', { accessLog: true })
    await get('/quiet?secret=hunter2', { authorization: 'Bearer hunter2', cookie: 'a=hunter2' })
    await get('/nowhere/hunter2')
    await get('/made')
    await get('/healthz')
    await get('/readyz')
    const shown = lines.map(({ msg, method, route, status, ms, location }) => {
      assert.equal(typeof ms, 'number')
      return [msg, method, route, status, location]
    })
    assert.deepEqual(shown, [
      ['answered', 'GET', '/quiet', 200, undefined],
      ['answered', 'GET', 'unmatched', 404, undefined],
      ['answered', 'GET', '/made', 201, '/things/7'],
    ])
    assert.ok(!JSON.stringify(lines).includes('hunter2'))
  })

  test('the access log counts the bytes of each answer over one connection', async (t) => {
    const { app, lines } = world(t, 'info', { accessLog: true })
    const origin = await app.listen({ host: '127.0.0.1', port: 0 })
    for (const path of ['/quiet', '/long', '/quiet']) await (await fetch(origin + path)).text()
    const [first, long, second] = lines
      .filter(({ msg }) => msg === 'answered')
      .map(({ bytes }) => bytes as number)
    assert.ok(long! > 10_000 && long! < 11_000, `${long}`)
    assert.ok(first! > 0 && Math.abs(first! - second!) < 100, `${first} ${second}`)
  })

  test('lines have the trace; those of a call of our own service also the requests that share it', async (t) => {
    const options = { tracing: await startTracing('test', {}, systemRuntime), accessLog: true }
    const access = { verifyServiceToken: async () => undefined }
    const { lines, get } = world(t, 'info', { ...options, access })
    const traceparent = `00-${TRACE}-b7ad6b7169203331-01`
    const service = { traceparent, authorization: 'Bearer x', 'x-request-ids': 'r1,r2,r3' }
    await get('/internal', service)
    await get('/internal', { ...service, 'x-request-ids': 'r1,not an id' })
    await get('/internal', { ...service, 'x-request-ids': Array(129).fill('r1').join() })
    await get('/quiet', service)
    assert.deepEqual(
      lines.map(({ reqId, reqIds, trace_id }) => [reqId, reqIds, trace_id]),
      [
        ['r1', ['r1', 'r2', 'r3'], TRACE],
        ['r1', undefined, TRACE],
        ['r1', undefined, TRACE],
        ['r1', undefined, TRACE],
      ],
    )
  })
})
