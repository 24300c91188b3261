/** The relays of products and the real notification_service, which listens on loopback. */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { THINGS_AT_ONCE } from '@shop/service_kit/events/batch'
import { startTracing } from '@shop/service_kit/http/start_tracing'
import { createServiceTokenVerifier } from '@shop/service_kit/identity/service_tokens'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { type Runtime, systemRuntime } from '@shop/service_kit/runtime/runtime'
import { untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { createApp } from '../../notification_service/src/app.ts'
import { openSqliteStores } from '../../notification_service/src/storage/open_stores.ts'
import { EVENT_KINDS } from '../src/domain/unpublished.ts'
import { BATCHES_PER_ROUND, startPublishing } from '../src/start_publishing.ts'
import { AT, add, inMemory, nextId, order, STAMP } from './worlds.ts'

const SECRET = 'a secret that is long enough for tests'

async function world(t: TestContext) {
  const [stores] = await inMemory(t)
  const notifications = openSqliteStores(':memory:', { runtime: systemRuntime })
  const verifyServiceToken = createServiceTokenVerifier([SECRET], 'notification_service', systemRuntime.now)
  const verifyToken = () => assert.fail()
  const app = createApp({
    stores: notifications,
    access: { verifyToken, verifyServiceToken },
    runtime: systemRuntime,
    metrics: createMetrics('notification_service'),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.after(async () => {
    await app.close()
    await notifications.close()
  })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const publish = async (
    to: string | undefined,
    { reached, runtime = systemRuntime }: { reached?: () => void; runtime?: Runtime } = {},
  ) => {
    const metrics = createMetrics('product_service')
    const stop = startPublishing({
      ...{ url: to, secrets: [SECRET], stores, currency: 'USD', runtime, metrics },
      tracing: await startTracing('product_service', {}, systemRuntime),
      ...(reached && { reached }),
    })
    t.after(stop)
    return { stop, metrics }
  }
  const events = () => notifications.events.between(0, 1_000, 1_000)
  const log = async (kind: string) =>
    (await events())
      .filter(({ aggregate }) => aggregate.startsWith(`${kind}:`))
      .map(({ type, sequence }) => `${type} ${sequence}`)
  const allPublished = async () => {
    const backlogs = await Promise.all(EVENT_KINDS.map((kind) => stores.unpublished(kind).backlog()))
    return backlogs.every(({ count }) => count === 0)
  }
  return { stores, url, publish, log, events, allPublished }
}

suite('publishing products', () => {
  test('the latest state of a product and of its stock get into the log, and what happens afterwards', async (t) => {
    const { stores, url, publish, log, events, allPublished } = await world(t)
    const { id } = await add(stores)
    await stores.catalogue.edit(id, { name: 'Green tea' }, undefined, STAMP)
    await stores.stock.reserve([order({ [id]: 2 })], AT)
    const { stop, metrics } = await publish(url)
    await untilTrue(allPublished)
    assert.deepEqual(await log('product'), ['product.changed 2'])
    assert.deepEqual(await log('stock'), ['stock.changed 3'])
    const dataOf = async (type: string) => (await events()).findLast((event) => event.type === type)?.data
    const { name, price } = (await dataOf('product.changed')) as { name: string; price: string }
    assert.deepEqual([name, price], ['Green tea', '1.00'])
    assert.deepEqual(await dataOf('stock.changed'), {
      product_id: id,
      version: 3,
      available: 8,
      reserved: 2,
    })
    await stores.catalogue.remove(id, undefined, STAMP)
    await untilTrue(allPublished)
    await stop()
    assert.deepEqual(await log('product'), ['product.changed 2', 'product.removed 4'])
    assert.deepEqual(await dataOf('stock.changed'), { product_id: id, version: 4, available: 0 })
    const text = await metrics.registry.metrics()
    for (const kind of EVENT_KINDS) assert.match(text, new RegExp(`events_unpublished\\{kind="${kind}"`))
  })

  test('a sale between the call and the mark is published in the next round', async (t) => {
    const { stores, url, publish, log, allPublished } = await world(t)
    const { id } = await add(stores)
    await stores.unpublished('product').markPublished([{ id, number: 1 }])
    let sold: Promise<unknown> | undefined
    const sell = () => {
      sold ??= stores.stock.reserve([order({ [id]: 2 })], AT)
    }
    await publish(url, { reached: sell })
    await untilTrue(async () => sold !== undefined && (await allPublished()))
    assert.deepEqual(await log('stock'), ['stock.changed 1', 'stock.changed 2'])
  })

  test('a round publishes so many products of each kind, and the rest waits for the next one', async (t) => {
    const { stores, url, publish } = await world(t)
    const atOnce = BATCHES_PER_ROUND * THINGS_AT_ONCE
    const fields = { name: 'Tea', description: '', priceMinor: 100, stock: 10 }
    const drafts = Array.from({ length: atOnce + 1 }, () => ({ id: nextId(), fields }))
    await stores.catalogue.importProducts(drafts, STAMP)
    const rounds: (() => void)[] = []
    const after: Runtime['after'] = (ms, work, options) => {
      if (!options?.background) return systemRuntime.after(ms, work, options)
      rounds.push(work)
      return () => {}
    }
    await publish(url, { runtime: { ...systemRuntime, after } })
    await untilTrue(async () => rounds.length >= EVENT_KINDS.length)
    for (const kind of EVENT_KINDS) assert.equal((await stores.unpublished(kind).backlog()).count, 1)
  })

  test('without an address nothing is published, and nothing is lost', async (t) => {
    const { stores, url, publish, log } = await world(t)
    await add(stores)
    await (await publish(undefined)).stop()
    for (const kind of EVENT_KINDS) assert.equal((await stores.unpublished(kind).backlog()).count, 1)
    await publish(url)
    await untilTrue(async () => (await log('stock')).length === 1 && (await log('product')).length === 1)
  })
})
