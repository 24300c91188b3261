import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { PROBE_WAIT_MS, READY_THROUGH_TROUBLE_MS } from '../../src/http/readiness.ts'
import { TemporaryTrouble } from '../../src/runtime/temporary_trouble.ts'
import { createVirtualRuntime } from '../../test_support/virtual_runtime.ts'
import { createPlainApp } from '../fixtures/plain_app.ts'

suite('/readyz', () => {
  test('is logged only when its answer changes', async () => {
    const lines: { level: number; msg: string; part?: string }[] = []
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
    let trouble: string | undefined
    const app = createPlainApp({
      logger,
      readiness: {
        store: async () => {
          if (trouble !== undefined) throw new Error(trouble)
        },
      },
    })
    const ask = async (times: number) => {
      const statuses = new Set<number>()
      let detail: unknown
      for (let i = 0; i < times; i++) {
        const answer = await app.operations().inject('/readyz')
        statuses.add(answer.statusCode)
        assert.equal((await app.inject('/readyz')).statusCode, answer.statusCode)
        detail = answer.json().detail
      }
      return [...statuses, detail, lines.splice(0).map(({ level, msg }) => `${level} ${msg}`)]
    }
    assert.deepEqual(await ask(5), [200, undefined, []])
    trouble = 'it is away'
    assert.deepEqual(await ask(20), [503, 'store: it is away', ['40 The service is not ready']])
    trouble = 'the disk is full'
    assert.deepEqual(await ask(20), [503, 'store: the disk is full', ['40 The service is not ready']])
    trouble = undefined
    assert.deepEqual(await ask(5), [200, undefined, ['30 The service is ready again']])
    app.startDraining()
    assert.deepEqual(await ask(5), [503, 'The service is shutting down.', []])
    await app.close()
  })
})

suite('temporary trouble of a store', () => {
  /** A service in virtual time, and what its two ports answer to /readyz. */
  function world(t: TestContext) {
    const runtime = createVirtualRuntime()
    const lines: string[] = []
    const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) })
    const store: { check: () => Promise<void> } = { check: async () => {} }
    const app = createPlainApp({ logger, runtime, readiness: { store: () => store.check() } })
    t.after(() => app.close())
    const ask = async () => {
      const [answer, toOperators] = [await app.inject('/readyz'), await app.operations().inject('/readyz')]
      assert.equal(answer.statusCode, toOperators.statusCode)
      assert.doesNotMatch(answer.body, /store/)
      const { trouble, detail } = toOperators.json()
      return [answer.statusCode, trouble ?? detail]
    }
    const fail = (error: Error) => {
      store.check = () => Promise.reject(error)
    }
    const recover = () => {
      store.check = async () => {}
    }
    return { runtime, lines, store, app, ask, fail, recover }
  }
  const election = new TemporaryTrouble('an election')

  test('1: it stays ready for READY_THROUGH_TROUBLE_MS, and no longer; each trouble anew', async (t) => {
    const { runtime, lines, ask, fail, recover } = world(t)
    assert.deepEqual(await ask(), [200, undefined])
    for (let times = 0; times < 2; times++) {
      fail(election)
      assert.deepEqual(await ask(), [200, 'store: an election'])
      await runtime.advance(READY_THROUGH_TROUBLE_MS - 1)
      assert.deepEqual(await ask(), [200, 'store: an election'])
      await runtime.advance(1)
      assert.deepEqual(await ask(), [503, 'store: an election'])
      recover()
      assert.deepEqual(await ask(), [200, undefined])
    }
    const once = [
      'The service stays ready through temporary trouble',
      'The service is not ready',
      'The service is ready again',
    ]
    assert.deepEqual(lines, [...once, ...once])
    fail(election)
    await ask()
    recover()
    await ask()
    assert.deepEqual(lines.slice(-2), [once[0], 'The trouble is over'])
  })

  test('2: not before it was ready once, not while it drains, and not through any other failure', async (t) => {
    const { runtime, app, ask, fail, recover } = world(t)
    fail(election)
    assert.deepEqual(await ask(), [503, 'store: an election'])
    recover()
    await ask()
    fail(election)
    assert.deepEqual(await ask(), [200, 'store: an election'])
    fail(new Error('the disk is full'))
    assert.deepEqual(await ask(), [503, 'store: the disk is full'])
    fail(election)
    assert.deepEqual(await ask(), [200, 'store: an election'])
    app.startDraining()
    assert.deepEqual(await ask(), [503, 'The service is shutting down.'])
    assert.deepEqual(runtime.waiting(), [])
  })

  test('3: a check that takes long is not waited for, except before it was ready once', async (t) => {
    const { runtime, store, ask, recover } = world(t)
    let checks = 0
    const slow = Promise.withResolvers<void>()
    store.check = () => {
      checks++
      return slow.promise
    }
    const first = ask()
    await runtime.advance(10 * PROBE_WAIT_MS)
    slow.resolve()
    assert.deepEqual(await first, [200, undefined])

    const never = Promise.withResolvers<void>()
    checks = 0
    store.check = () => {
      checks++
      return never.promise
    }
    const askMs = 2 * PROBE_WAIT_MS
    for (let endMs = askMs; endMs < READY_THROUGH_TROUBLE_MS; endMs += askMs) {
      assert.deepEqual(await runtime.advanceUntil(ask()), [200, 'store: It does not answer.'])
    }
    await runtime.advance(askMs)
    assert.deepEqual(await runtime.advanceUntil(ask()), [503, 'store: It does not answer.'])
    assert.equal(checks, 1, 'one check at a time')
    never.resolve()
    recover()
    assert.deepEqual(await ask(), [200, undefined])
    assert.deepEqual(runtime.waiting(), [])
  })
})
