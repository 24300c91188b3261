import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { suite, type TestContext, test } from 'node:test'
import { untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { ShopProblem } from '../src/problem.ts'
import { abortable, createCaller, type Fetch, type RetryOptions, withReadDeadline } from '../src/retry.ts'
import { answer, refuse, serve } from './serve.ts'
import { stopTime } from './stopped_time.ts'

const QUICK: RetryOptions = { attempts: 3, waitMs: 1, waitMaxMs: 3_000 }
const caller = (timeoutMs = 60_000) => createCaller((request) => fetch(request), QUICK, timeoutMs)

const fails = (code: string) => (error: unknown) => {
  assert.ok(error instanceof ShopProblem, String(error))
  assert.equal(error.code, code)
  return true
}

/** A server that answers `store_unavailable` until it was asked `failures` times. */
const recovering = (t: TestContext, failures: number) => {
  let asked = 0
  return serve(t, (_, response) => {
    asked += 1
    if (asked > failures) answer(response, 200, { fine: true })
    else refuse(response, 503, 'store_unavailable', true)
  })
}

suite('which calls are retried', () => {
  const key = { 'idempotency-key': 'k1' }
  const cases: [what: string, init: RequestInit, path: string, times: number][] = [
    ['GET', {}, '/x', 3],
    ['PUT', { method: 'PUT', body: '{"a":1}' }, '/x', 3],
    ['DELETE', { method: 'DELETE' }, '/x', 3],
    ['POST with an Idempotency-Key', { method: 'POST', body: '{"a":1}', headers: key }, '/x', 3],
    ['POST /token', { method: 'POST', body: '{"a":1}' }, '/token', 3],
    ['POST without a key', { method: 'POST', body: '{"a":1}' }, '/x', 1],
    ['GET of events', { headers: { accept: 'text/event-stream' } }, '/x', 1],
    ['PATCH', { method: 'PATCH', body: '{"a":1}' }, '/x', 1],
  ]
  for (const [what, init, path, times] of cases) {
    test(`${what} is sent ${times} time(s) while the problem is retryable`, async (t) => {
      const { origin, seen } = await recovering(t, 99)
      await assert.rejects(caller()(new Request(origin + path, init)), fails('store_unavailable'))
      assert.equal(seen.length, times)
      for (const one of seen) assert.deepEqual({ ...one, headers: {} }, { ...seen[0]!, headers: {} })
      assert.ok(seen.every((one) => one.headers['idempotency-key'] === seen[0]!.headers['idempotency-key']))
    })
  }

  test('the first 2xx answer ends the retries', async (t) => {
    const { origin, seen } = await recovering(t, 2)
    const response = await caller()(new Request(origin))
    assert.deepEqual(await response.json(), { fine: true })
    assert.equal(seen.length, 3)
  })

  test('a problem that is not retryable fails at once, with its document', async (t) => {
    const { origin, seen } = await serve(t, (_, response) => refuse(response, 409, 'version_conflict', false))
    await assert.rejects(caller()(new Request(origin)), (error: ShopProblem) => {
      assert.equal(error.code, 'version_conflict')
      assert.equal(error.status, 409)
      assert.equal(error.document?.request_id, 'r1')
      return true
    })
    assert.equal(seen.length, 1)
  })
})

suite('no usable answer', () => {
  test('a closed connection is retried, then unreachable', async (t) => {
    const { origin, seen } = await serve(t, (_, response) => {
      response.destroy()
    })
    await assert.rejects(caller()(new Request(origin)), fails('unreachable'))
    assert.equal(seen.length, 3)
  })

  test('a server that never answers is timed_out', async (t) => {
    const clock = stopTime(t)
    t.mock.method(Math, 'random', () => 1)
    const { origin, seen } = await serve(t, () => {})
    let failure: unknown
    caller(500)(new Request(origin)).catch((error: unknown) => {
      failure = error
    })
    for (let attempts = 1; attempts <= 3; attempts++) {
      await untilTrue(() => seen.length === attempts)
      await clock.advance(499)
      assert.deepEqual([failure, seen.length], [undefined, attempts])
      await clock.advance(1)
      // The pause before the next attempt is its ceiling, which doubles.
      await clock.advance(QUICK.waitMs * attempts)
    }
    await untilTrue(() => failure !== undefined)
    fails('timed_out')(failure)
    assert.equal(seen.length, 3)
  })

  for (const [status, times] of [
    [502, 3],
    [504, 3],
    [404, 1],
  ] as const) {
    test(`a ${status} of a proxy is an unexpected_answer after ${times} attempt(s)`, async (t) => {
      const { origin, seen } = await serve(t, (_, response) => {
        response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>nginx</h1>')
      })
      await assert.rejects(caller()(new Request(origin)), fails('unexpected_answer'))
      assert.equal(seen.length, times)
    })
  }
})

suite('delays', () => {
  test('a retry waits for Retry-After', async (t) => {
    let asked = 0
    const { origin } = await serve(t, (_, response) => {
      asked += 1
      if (asked > 1) answer(response, 200, {})
      else refuse(response, 503, 'overloaded', true, { 'retry-after': '1' })
    })
    const before = performance.now()
    await caller()(new Request(origin))
    assert.ok(performance.now() - before >= 990)
  })

  test('a Retry-After longer than waitMaxMs ends the retries', async (t) => {
    const { origin, seen } = await serve(t, (_, response) =>
      refuse(response, 429, 'too_many_attempts', true, { 'retry-after': '4' }),
    )
    await assert.rejects(caller()(new Request(origin)), (error: ShopProblem) => error.retryAfterMs === 4_000)
    assert.equal(seen.length, 1)
  })

  test('delays without Retry-After grow with each attempt', async (t) => {
    t.mock.method(Math, 'random', () => 1)
    const at: number[] = []
    const { origin } = await serve(t, (_, response) => {
      at.push(performance.now())
      refuse(response, 503, 'overloaded', true)
    })
    const slow = createCaller(
      (request) => fetch(request),
      { attempts: 4, waitMs: 60, waitMaxMs: 120 },
      60_000,
    )
    await assert.rejects(slow(new Request(origin)), fails('overloaded'))
    const waits = at.slice(1).map((time, i) => time - at[i]!)
    for (const [i, ceiling] of [60, 120, 120].entries()) {
      assert.ok(waits[i]! >= ceiling - 2, `wait ${i} was ${waits[i]} ms`)
    }
  })
})

suite('aborting', () => {
  test('an aborted call fails with the reason of its signal, and is not retried', async (t) => {
    const controller = new AbortController()
    const { origin, seen } = await serve(t, () => controller.abort(new Error('changed my mind')))
    const call = caller()(new Request(origin, { signal: controller.signal }))
    await assert.rejects(call, /changed my mind/)
    assert.equal(seen.length, 1)
  })

  test('aborting ends a delay between two attempts', { timeout: 60_000 }, async (t) => {
    const controller = new AbortController()
    const { origin, seen } = await serve(t, (_, response) =>
      refuse(response, 503, 'overloaded', true, { 'retry-after': '600' }),
    )
    // Drawn when the delay begins.
    t.mock.method(Math, 'random', () => {
      setImmediate(() => controller.abort(new Error('changed my mind')))
      return 0
    })
    const patient = createCaller((request) => fetch(request), { ...QUICK, waitMaxMs: 3_600_000 }, 60_000)
    const call = patient(new Request(origin, { signal: controller.signal }))
    await assert.rejects(call, /changed my mind/)
    assert.equal(seen.length, 1)
  })
})

suite('deadline of reads', () => {
  const WITHIN_MS = 300
  const reading = (fetchOnce = caller(60_000)) => withReadDeadline(WITHIN_MS, fetchOnce)

  test('no answer, or one that stalls, is timed_out in time and retryable', async (t) => {
    for (const begin of [() => {}, (response: ServerResponse) => response.write('{"items":[')]) {
      const { origin } = await serve(t, (_, response) => void begin(response))
      await assert.rejects(reading()(new Request(origin)), (error: ShopProblem) => {
        assert.equal(error.code, 'timed_out')
        assert.ok(error.retryable)
        return true
      })
    }
  })

  test('further attempts and waiting for a token end in time too', async (t) => {
    const { origin } = await recovering(t, 1e9)
    const patient = createCaller(
      (request) => fetch(request),
      { ...QUICK, attempts: 1e9, waitMs: 20, waitMaxMs: 20 },
      60_000,
    )
    await assert.rejects(reading(patient)(new Request(origin)), (error: ShopProblem) =>
      ['timed_out', 'store_unavailable'].includes(error.code),
    )
    const never: Fetch = ({ signal }) => abortable(new Promise<never>(() => {}), signal)
    await assert.rejects(reading(never)(new Request(origin)), fails('timed_out'))
  })

  test('writes and event streams have no such deadline', async (t) => {
    const { origin } = await serve(t, async (_, response) => {
      await new Promise((resolve) => setTimeout(resolve, 2 * WITHIN_MS))
      answer(response, 200, { fine: true })
    })
    for (const init of [{ method: 'POST' }, { headers: { accept: 'text/event-stream' } }]) {
      const response = await reading()(new Request(origin, init))
      assert.deepEqual(await response.json(), { fine: true })
    }
  })

  test('an aborted read fails with the reason of its signal', async (t) => {
    const { origin } = await serve(t, () => {})
    const signal = AbortSignal.abort(new Error('left'))
    await assert.rejects(reading()(new Request(origin, { signal })), /left/)
  })
})

suite('an answer is complete', () => {
  test('a body that breaks off is retried', async (t) => {
    let asked = 0
    const { origin } = await serve(t, (_, response) => {
      if (++asked > 1) return answer(response, 200, { fine: true })
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"fine":')
      setTimeout(() => response.destroy(), 20)
    })
    const response = await caller()(new Request(origin))
    assert.deepEqual(await response.json(), { fine: true })
    assert.equal(asked, 2)
  })

  test('an answer without a body keeps a null body', async (t) => {
    const { origin } = await serve(t, (_, response) => void response.writeHead(204).end())
    const { status, body } = await caller()(new Request(origin))
    assert.deepEqual([status, body], [204, null])
  })
})
