/** Test environments: stores that are closed with the test, and an app over them. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Audited } from '@shop/service_kit/audit/entry'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { Problem } from '@shop/service_kit/runtime/problem'
import { type Runtime, systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createApp } from '../src/app.ts'
import type { MediaFiles, Pictures } from '../src/domain/media_ports.ts'
import type { Stores } from '../src/domain/ports.ts'
import type { ProductFields } from '../src/domain/product.ts'
import { createMediaFolder } from '../src/storage/media_folder.ts'
import { openSqliteStores } from '../src/storage/open_stores.ts'

/** Two connections to the same data, like two replicas. */
export type AuditedStores = Audited<Stores>
export type MakeStores = (t: TestContext) => Promise<readonly [AuditedStores, AuditedStores]>

let ids = 0
/** Ascending UUIDs, also within a millisecond. */
export const nextId = () => `0190aaaa-0000-7000-8000-${(++ids).toString(16).padStart(12, '0')}`

export const NOW = new Date('2026-01-01T00:00:00.000Z')
export const AT = NOW.toISOString()
export const STAMP = { by: 'root', at: AT }

export function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'shop-products-'))
  // A store that is still open may be building its index.
  t.after(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }))
  return path
}

export const inMemory: MakeStores = async (t) => {
  const stores = await openSqliteStores(':memory:', { CURRENCY: 'USD', runtime: systemRuntime })
  t.after(() => stores.close())
  return [stores, stores]
}

export const onOneFile: MakeStores = async (t) => {
  const path = join(folder(t), 'products.db')
  const both = [
    await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime }),
    await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime }),
  ] as const
  t.after(() => Promise.all(both.map((stores) => stores.close())))
  return both
}

/** Adds a product with default fields. */
export async function add({ catalogue }: Stores, fields: Partial<ProductFields> = {}) {
  const product = { name: 'Tea', description: '', priceMinor: 100, stock: 10, ...fields }
  return catalogue.create({ id: nextId(), fields: product }, STAMP)
}

export const order = (lines: Record<string, number>, totalMinor?: number, orderId: string = nextId()) => ({
  orderId,
  lines: Object.entries(lines).map(([productId, quantity]) => ({ productId, quantity })),
  totalMinor: totalMinor ?? Object.values(lines).reduce((sum, quantity) => sum + quantity * 100, 0),
})

export const CALLERS = ['anonymous', 'user', 'admin', 'service'] as const
export type Caller = (typeof CALLERS)[number]

/** An app over a store, in memory unless `path` is given, and functions that call it. Tokens are the callers' names. */
export async function openShop(
  t: TestContext,
  options: {
    requireVersion?: boolean
    currency?: string
    path?: string
    pictures?: Pictures
    mediaFiles?: MediaFiles
    runtime?: Partial<Runtime>
    trustedProxies?: readonly string[]
  } = {},
) {
  const { requireVersion = false, currency = 'USD', path = ':memory:' } = options
  const mediaFiles = options.mediaFiles ?? createMediaFolder(join(folder(t), 'media'))
  const stores = await openSqliteStores(path, { CURRENCY: currency, runtime: systemRuntime, mediaFiles })
  const metrics = createMetrics('product_service')
  const app = createApp({
    stores,
    ...(options.pictures && { pictures: options.pictures }),
    ...(options.trustedProxies && { trustedProxies: options.trustedProxies }),
    metrics,
    currency,
    requireVersion,
    access: {
      verifyToken: (token) => {
        if (token !== 'user' && token !== 'admin') throw new Problem('unauthenticated', 'No.')
        const role = token === 'admin' ? 'admin' : 'customer'
        return { userId: token, username: token, role, expiresAt: 2 ** 31 }
      },
      verifyServiceToken: (token) => {
        if (token !== 'service') throw new Problem('unauthenticated', 'No.')
      },
    },
    runtime: { ...systemRuntime, now: () => NOW, newId: nextId, ...options.runtime },
    reached() {},
  })
  t.after(async () => {
    await app.close()
    await stores.close()
  })
  const as =
    (caller: Caller) =>
    (
      method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
      url: string,
      payload?: unknown,
      headers: Record<string, string> = {},
    ) =>
      app.inject({
        method,
        url,
        ...(payload === undefined ? {} : { payload: payload as object }),
        headers: { ...(caller === 'anonymous' ? {} : { authorization: `Bearer ${caller}` }), ...headers },
      })
  return { app, stores, metrics, anonymous: as('anonymous'), admin: as('admin'), service: as('service'), as }
}
