import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { createPlainApp } from '../fixtures/plain_app.ts'

function world(t: TestContext, level: string) {
  const lines: Record<string, unknown>[] = []
  const write = (line: string) => void lines.push(JSON.parse(line))
  const app = createPlainApp({ logger: pino({ level, redact: ['token'] }, { write }) })
  app.register(async (scope) => {
    const config = { access: 'public' } as const
    scope.get('/quiet', { config }, async () => 'fine')
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
  const get = (url: string) => app.inject({ url, headers: { 'x-request-id': 'r1' } })
  return { lines, get }
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
      answered.map(({ reqId, url, status }) => ({ reqId, url, status })),
      [{ reqId: 'r1', url: '/quiet', status: 200 }],
    )
  })
})
