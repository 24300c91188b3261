/** Events, callers and stores for tests. */
import type { TestContext } from 'node:test'
import type { Audited } from '@shop/service_kit/audit/entry'
import type { Principal } from '@shop/service_kit/identity/access'
import { createServiceTokens, createServiceTokenVerifier } from '@shop/service_kit/identity/service_tokens'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { Problem } from '@shop/service_kit/runtime/problem'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createApp, type Deps } from '../src/app.ts'
import { SERVICE } from '../src/config.ts'
import type { NewEvent } from '../src/domain/event.ts'
import type { Stores } from '../src/domain/ports.ts'
import type { Endpoint } from '../src/domain/webhook.ts'
import { openSqliteStores } from '../src/storage/open_stores.ts'

export const AT = '2026-05-01T08:00:00.000Z'
export const SECRET = 'a secret that is long enough for tests'
export const ROOT = '01970000-0000-7000-8000-00000000000f'

export const event = (aggregate: string, sequence: number, more: Partial<NewEvent> = {}): NewEvent => ({
  ...{ aggregate, sequence, type: 'order.confirmed', time: AT, data: { n: sequence }, coalesced: false },
  ...more,
})

export const wire = ({ coalesced, ...fields }: NewEvent) => ({
  ...fields,
  ...(coalesced ? { coalesced: true as const } : {}),
})

export function verifyToken(token: string): Principal {
  if (token !== 'root' && token !== 'ada') throw new Problem('unauthenticated', 'No.')
  const role = token === 'root' ? 'admin' : 'customer'
  return { userId: ROOT, role, username: token, expiresAt: Math.floor(Date.now() / 1000) + 600 }
}

export const as = (who: string) => ({ authorization: `Bearer ${who}` })

export async function asService() {
  const token = createServiceTokens(SECRET, 'order_service', SERVICE, systemRuntime.now)
  return as(await token())
}

export function memoryStores(t: TestContext): Audited<Stores> {
  const stores = openSqliteStores(':memory:', { runtime: systemRuntime })
  t.after(() => stores.close())
  return stores
}

export function appOf(t: TestContext, given: Partial<Deps> = {}) {
  const { stores = memoryStores(t) } = given
  const app = createApp({
    access: {
      verifyToken,
      verifyServiceToken: createServiceTokenVerifier([SECRET], SERVICE, systemRuntime.now),
    },
    runtime: systemRuntime,
    metrics: createMetrics(SERVICE),
    ...given,
    stores,
  })
  t.after(() => app.close())
  const publish = async (...events: readonly NewEvent[]) =>
    app.inject({
      method: 'POST',
      url: '/internal/events',
      headers: await asService(),
      payload: { events: events.map(wire) },
    })
  const get = (url: string, who = 'root') => app.inject({ url, headers: as(who) })
  return { app, stores, publish, get }
}

export const uuid = (n: number) => `01970000-0000-7000-8000-${String(n).padStart(12, '0')}`

export const endpoint = (n: number, more: Partial<Endpoint> = {}): Endpoint => ({
  ...{ id: uuid(n), url: `https://example.com/${n}`, description: '', types: [], state: 'active' },
  secret: {
    shared: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
    signing: 'whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
  },
  ...{ previous: null, position: 0, failingSince: null, version: 1, createdAt: AT, updatedAt: AT },
  ...more,
})
