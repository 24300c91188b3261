/** Signals end calls, also after the garbage collector has run (the invariant of requests.ts). */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { EVENT_STREAM } from '../src/event_stream.ts'
import { createCaller, withReadDeadline } from '../src/retry.ts'
import { createShopClient } from '../src/shop_client.ts'
import { answer, refuse, serve } from './serve.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
const RETRY = { attempts: 1, waitMs: 1, waitMaxMs: 1 }
const LONG_MS = 60_000
const USER = { id: 'u1', username: 'ada', role: 'customer', created_at: '2026-01-01T00:00:00.000Z' }

/** What is unreachable is collected; some of it by what only a turn of the event loop later lets go of. */
async function collect() {
  for (let times = 0; times < 5; times += 1) {
    await sleep(5)
    collectGarbage()
  }
}

/** A server that never ends an answer, but counts those whose connection the client has closed. */
async function endless(t: TestContext, begin: boolean) {
  const state = { asked: 0, left: 0, origin: '' }
  const { origin } = await serve(t, (_, response) => {
    state.asked += 1
    response.on('close', () => {
      state.left += 1
    })
    if (begin) response.writeHead(200, { 'content-type': EVENT_STREAM }).write(': here\n\n')
  })
  state.origin = origin
  return state
}

/** As a caller that keeps nothing but the result. */
const call = (origin: string, signal: AbortSignal, accept = 'application/json') =>
  withReadDeadline(
    LONG_MS,
    createCaller((request) => fetch(request), RETRY, LONG_MS),
  )(new Request(origin, { signal, headers: { accept } }))

suite('aborted after the garbage collector has run', { timeout: LONG_MS }, () => {
  test('a call without an answer', async (t) => {
    const server = await endless(t, false)
    const leaving = new AbortController()
    const refused = assert.rejects(call(server.origin, leaving.signal), /left/)
    await untilTrue(() => server.asked === 1)
    await collect()
    leaving.abort(new Error('left'))
    await refused
    await untilTrue(() => server.left === 1)
  })

  test('an event stream that is being read', async (t) => {
    const server = await endless(t, true)
    const leaving = new AbortController()
    const { body } = await call(server.origin, leaving.signal, EVENT_STREAM)
    const reader = body!.getReader()
    await reader.read()
    const refused = assert.rejects(reader.read(), /left/)
    await collect()
    leaving.abort(new Error('left'))
    await refused
    await untilTrue(() => server.left === 1)
  })

  test('a call that is repeated with another token', async (t) => {
    let asked = 0
    let left = 0
    const { origin } = await serve(t, ({ path, headers }, response) => {
      if (path !== '/orders') {
        const token = path === '/login' ? 'old' : 'new'
        return answer(response, 200, {
          access_token: token,
          refresh_token: token,
          token_type: 'Bearer',
          expires_in: 600,
          user: USER,
        })
      }
      if (headers.authorization === 'Bearer old') return refuse(response, 401, 'unauthenticated', false)
      asked += 1
      response.on('close', () => {
        left += 1
      })
    })
    const shop = createShopClient({
      authUrl: origin,
      productUrl: origin,
      orderUrl: origin,
      retry: RETRY,
      timeoutMs: LONG_MS,
    })
    await shop.signIn({ username: 'ada', password: 'correct horse' })
    const leaving = new AbortController()
    const refused = assert.rejects(shop.orders.GET('/orders', { signal: leaving.signal }), /left/)
    await untilTrue(() => asked === 1)
    await collect()
    leaving.abort(new Error('left'))
    await refused
    await untilTrue(() => left === 1)
  })
})
