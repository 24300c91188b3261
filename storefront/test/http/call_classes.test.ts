/** Floods of slow calls, through a storefront to services that do not answer them. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { serve } from '@shop/service_kit/test_support/http_server'
import { UPSTREAM_LIMITS, type UpstreamLimits } from '../../src/clients/upstream_limits.ts'
import { raw, storefront, textOf } from '../upstream.ts'

type Ask = readonly [method: string, path: string, body?: string]

const HASHING: readonly Ask[] = [
  ['POST', '/api/auth/register'],
  ['POST', '/api/auth/login'],
  ['PUT', '/api/auth/me/password'],
]
/** Requests that the services answer only after `letGo`. */
const LASTS = /^(POST \/(register|login|orders)|PUT \/me\/password|PATCH \/products\/7)$/
/** The login of a known user is answered, because auth_service prefers it. */
const KNOWN: Ask = ['POST', '/api/auth/login', '{"username":"known"}']
const SESSION = JSON.stringify({
  access_token: 'a',
  token_type: 'Bearer',
  expires_in: 600,
  user: { id: '7', username: 'known', role: 'customer', created_at: '2026-01-01T00:00:00Z' },
})
/** On a busy machine the flood takes long to arrive. */
const PATIENT = { answerMs: 150_000, wholeMs: 150_000 }
const PATIENCE_MS = 60_000
const FLOOD = 600
const ADDRESSES = 10
const ELSEWHERE = '203.0.113.7'

/** Resolves with 'hangs' when there is no answer in time. */
const soon = (answer: Promise<unknown>) =>
  Promise.race([answer, setTimeout(PATIENCE_MS, 'hangs', { ref: false })])

async function shopBeforeSlowServices(t: TestContext, limits: Partial<UpstreamLimits> = {}) {
  const held: ServerResponse[] = []
  let lasts = true
  const letGo = () => {
    lasts = false
    for (const response of held.splice(0)) response.end(SESSION)
  }
  t.after(letGo)
  const service = await serve(t, async (request, response) => {
    const known = (await textOf(request)).includes('known')
    if (lasts && !known && LASTS.test(`${request.method} ${request.url}`)) held.push(response)
    else response.end(SESSION)
  })
  const origins = { auth: [service], products: [service], orders: [service] }
  const shop = await storefront(t, {
    ...origins,
    limits: { ...PATIENT, ...limits },
    trustedProxies: ['127.0.0.1'],
  })
  return {
    async ask(from: string, [method, path, body = '{}']: Ask) {
      const asked = method === 'GET' ? '' : body
      const { status, headers, text } = await raw(shop, path, {
        method,
        body: asked,
        headers: {
          'x-forwarded-for': from,
          'content-length': String(asked.length),
          ...(asked === '' ? {} : { 'content-type': 'application/json' }),
          cookie: 'shop-session=ada',
        },
      })
      return status === 503
        ? [status, JSON.parse(text).code, headers['retry-after']]
        : [status === 204 ? 200 : status]
    },
    async hanging(count: number) {
      for (let i = 0; held.length < count && i < 6_000; i += 1) await setTimeout(10)
      assert.equal(held.length, count)
    },
    letGo,
  }
}

suite('slow calls', { timeout: 290_000 }, () => {
  const cheap: readonly Ask[] = [
    ['GET', '/api/auth/me'],
    ['POST', '/api/auth/token'],
    ['POST', '/api/auth/logout'],
    ['GET', '/api/auth/.well-known/jwks.json'],
    ['PUT', '/api/auth/users/7/role'],
  ]
  const { hashing, writes } = UPSTREAM_LIMITS.calls
  for (const { what, flood, inFlightMax, others } of [
    { what: 'hash passwords', flood: HASHING, inFlightMax: hashing.inFlightMax, others: [...cheap, KNOWN] },
    {
      what: 'order',
      flood: [['POST', '/api/orders']] as const,
      inFlightMax: writes.inFlightMax,
      others: [['GET', '/api/orders/7']] as const,
    },
    {
      what: 'edit products',
      flood: [['PATCH', '/api/products/7']] as const,
      inFlightMax: writes.inFlightMax,
      others: [['GET', '/api/products?q=mug']] as const,
    },
  ]) {
    test(`that ${what}: while ${FLOOD} from ${ADDRESSES} addresses hang, other calls are answered`, async (t) => {
      const { ask, hanging, letGo } = await shopBeforeSlowServices(t)
      const flooding = Array.from({ length: FLOOD }, (_, i) =>
        ask(`198.51.100.${i % ADDRESSES}`, flood[i % flood.length]!),
      )
      await hanging(Math.min(FLOOD, inFlightMax))
      for (const from of [ELSEWHERE, '198.51.100.0']) {
        for (const other of others) {
          assert.deepEqual(await soon(ask(from, other)), [200], `${from} ${other}`)
        }
      }
      letGo()
      for (const answer of await Promise.all(flooding)) assert.deepEqual(answer, [200])
    })
  }

  test('that hash passwords: an address has its share, beyond it gets 503 at once, and another address has its own share', async (t) => {
    // A third of the six, and then of the four that are left.
    const limits = {
      calls: { ...UPSTREAM_LIMITS.calls, hashing: { inFlightMax: 6, waitingMax: 0, shareOfFree: 1 / 3 } },
    }
    const { ask, hanging, letGo } = await shopBeforeSlowServices(t, limits)
    // One /64 network counts as one address.
    const flooding = [ask('2001:db8::1', HASHING[0]!), ask('2001:db8::2', HASHING[1]!)]
    await hanging(2)
    for (const each of [...HASHING, KNOWN])
      assert.deepEqual(await soon(ask('2001:db8::3', each)), [503, 'overloaded', '1'], `${each}`)
    for (const each of cheap) assert.deepEqual(await soon(ask('2001:db8::3', each)), [200], `${each}`)
    assert.deepEqual(await soon(ask(ELSEWHERE, KNOWN)), [200])
    letGo()
    assert.deepEqual(await Promise.all(flooding), [[200], [200]])
    assert.deepEqual(await soon(ask('2001:db8::1', HASHING[0]!)), [200])
  })
})
