import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { EVENT_STREAM, eventsIn } from '@shop/client/event_stream'
import { createShopClient } from '@shop/client/shop_client'
import { followEvents } from '../../web/src/orders/follow_events.ts'

const ID = '01890000-0000-7000-8000-0000000000aa'
const USER = { id: ID, username: 'ada', role: 'customer', created_at: '2026-03-01T12:00:00.000Z' }
const QUICK = { firstMs: 8, maxMs: 64 }

const refuse = (response: ServerResponse, status: number, code: string, retryable: boolean, headers = {}) =>
  response
    .writeHead(status, { 'content-type': 'application/problem+json', ...headers })
    .end(JSON.stringify({ title: code, status, detail: code, code, request_id: 'r1', retryable }))

/** A shop whose n-th stream is `events(response, n)`; signed in, with a session that cannot be refreshed. */
async function world(t: TestContext, events: (response: ServerResponse, n: number) => unknown) {
  const asked: number[] = []
  const server = createServer((request, response) => {
    if (request.url!.endsWith('/events')) return void events(response, asked.push(performance.now()))
    if (request.url!.endsWith('/token')) return void refuse(response, 401, 'invalid_refresh_token', false)
    response.setHeader('content-type', 'application/json')
    const tokens = { access_token: 'a', token_type: 'Bearer', expires_in: 600, refresh_token: 'r' }
    response.end(JSON.stringify({ ...tokens, user: USER }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const leaving = new AbortController()
  t.after(() => {
    leaving.abort()
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const shop = createShopClient({ authUrl: url, productUrl: url, orderUrl: url })
  await shop.signIn({ username: 'ada', password: 'secret' })
  const seen: string[] = []
  const follow = (random: () => number = () => 0) =>
    followEvents({
      signal: leaving.signal,
      backoff: QUICK,
      random,
      lost: () => {},
      read: async (signal) => {
        const { data } = await shop.orders.GET('/orders/{id}/events', {
          params: { path: { id: ID } },
          headers: { accept: EVENT_STREAM },
          parseAs: 'stream',
          signal,
        })
        for await (const event of eventsIn(data as ReadableStream<Uint8Array>)) seen.push(event)
      },
    })
  return { follow, asked, seen, leave: () => leaving.abort() }
}

suite('streams that end', () => {
  test('it does not reconnect when the visitor is signed out', async (t) => {
    const { follow, asked } = await world(t, (response) => refuse(response, 401, 'unauthenticated', false))
    await follow()
    assert.equal(asked.length, 1)
  })

  test('nor when the order does not exist', async (t) => {
    const { follow, asked } = await world(t, (response) => refuse(response, 404, 'order_not_found', false))
    await follow()
    assert.equal(asked.length, 1)
  })

  test('it reconnects after an end, a cut connection and a temporary rejection', async (t) => {
    const { follow, asked, seen, leave } = await world(t, (response, n) => {
      if (n === 1) return response.writeHead(200, { 'content-type': EVENT_STREAM }).end('data: one\n\n')
      if (n === 2) return response.destroy()
      if (n === 3) return refuse(response, 503, 'overloaded', true, { 'retry-after': '0' })
      if (n === 4) return response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>away</h1>')
      response.writeHead(200, { 'content-type': EVENT_STREAM }).write('data: two\n\n', leave)
    })
    await follow()
    assert.deepEqual([asked.length, seen[0]], [5, 'one'])
  })

  test('pauses have a ceiling that doubles, also while each stream begins and ends at once', async (t) => {
    const drawn: number[] = []
    const { follow, asked, leave } = await world(t, (response, n) => {
      response.writeHead(200, { 'content-type': EVENT_STREAM }).end('data: one\n\n')
      if (n === 6) leave()
    })
    await follow(() => {
      drawn.push(1)
      return 1
    })
    assert.equal(drawn.length, 5)
    const pauses = asked.slice(1).map((at, i) => at - asked[i]!)
    for (const [i, ceiling] of [8, 16, 32, 64, 64].entries()) {
      assert.ok(pauses[i]! >= ceiling - 2, `pause ${i} was ${pauses[i]} ms`)
    }
  })

  test('Retry-After is honoured', async (t) => {
    const { follow, asked, leave } = await world(t, (response, n) => {
      refuse(response, 429, 'too_many_streams', true, { 'retry-after': '1' })
      if (n === 2) leave()
    })
    await follow()
    assert.ok(asked[1]! - asked[0]! >= 990)
  })

  test('aborting ends a pause', { timeout: 60_000 }, async (t) => {
    const { follow, asked, leave } = await world(t, (response) => {
      refuse(response, 429, 'too_many_streams', true, { 'retry-after': '3000' })
    })
    // Drawn when the pause begins.
    await follow(() => {
      setImmediate(leave)
      return 0
    })
    assert.equal(asked.length, 1)
  })
})
