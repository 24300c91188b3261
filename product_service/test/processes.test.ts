/** The service as real processes: races on one file, start, stop, and crashes between two steps. */
import assert from 'node:assert/strict'
import { execFile, fork } from 'node:child_process'
import { join } from 'node:path'
import { before, suite, type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { createServiceTokens } from '@shop/service_kit/identity/service_tokens'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { COMPILE_CACHE } from '@shop/service_kit/test_support/compile_cache'
import { BUNDLES } from '../../scripts/build/bundles.ts'
import { openSqliteStores } from '../src/storage/open_stores.ts'
import { add, folder, nextId } from './worlds.ts'

const run = promisify(execFile)
const BUYER = join(import.meta.dirname, 'buyer_process.ts')
const SECRET = 'a secret of the tests, 32 bytes and more'

suite('two processes on one file', () => {
  test('sell exactly the stock, for any order of products in an order (invariants 1, 2)', async (t) => {
    const path = join(folder(t), 'products.db')
    const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
    t.after(() => stores.close())
    const [a, b] = [await add(stores, { stock: 60 }), await add(stores, { stock: 60 })]
    const buyers = await Promise.all(
      [1, 2].map(() => run(process.execPath, [BUYER, path, `${a.id},${b.id}`, '100'])),
    )
    assert.equal(
      buyers.reduce((sum, { stdout }) => sum + Number(stdout), 0),
      60,
    )
    for (const { id } of [a, b]) {
      const product = await stores.catalogue.find(id)
      assert.deepEqual([product?.stock, product?.reserved, product?.version], [0, 60, 61])
    }
    assert.deepEqual((await stores.audit.ledgerMismatches(undefined, 10)).mismatches, [])
  })
})

/** Starts the service on a free port; resolves when it listens. */
async function start(
  t: TestContext,
  DATA_DIR: string,
  more: Record<string, string> = {},
  main = BUNDLES.pathOf('product_service'),
) {
  const child = fork(main, {
    env: {
      ...COMPILE_CACHE,
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      DATA_DIR,
      PORT: '0',
      SERVICE_SECRET: SECRET,
      AUTH_URL: 'http://127.0.0.1:9',
      LOG_LEVEL: 'error',
      ...more,
    },
    silent: true,
  })
  t.after(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr?.on('data', (text) => {
    stderr += text
  })
  const ended = new Promise<{ code: number | null; signal: string | null; stderr: string }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, stderr })),
  )
  type Announcement = { listening?: number; internalPort?: number; operationsPort?: number }
  const {
    listening: port,
    internalPort,
    operationsPort,
  } = await new Promise<Announcement>((resolve) => {
    child.on('message', (message) => resolve(message as Announcement))
    child.on('close', () => resolve({}))
  })
  const token = createServiceTokens(SECRET, 'order_service', 'product_service', () => new Date())
  const call = async (path: string, body: unknown, to = port) =>
    fetch(`http://127.0.0.1:${to}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await token()}` },
      body: JSON.stringify(body),
    })
  const [url, operations] = [port, operationsPort].map((at) => `http://127.0.0.1:${at}`)
  return { child, ended, call, internalPort, url: url!, operations: operations! }
}

suite('the process', () => {
  before(async () => void (await BUNDLES.buildIfOld()))

  test('serves reads while auth is down, and exits on SIGTERM', async (t) => {
    const { child, ended, url } = await start(t, folder(t), {}, BUNDLES.sourceOf('product_service'))
    assert.deepEqual(await (await fetch(`${url}/products`)).json(), { items: [], next_cursor: null })
    const write = await fetch(`${url}/products/${nextId()}`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer x.y.z' },
    })
    assert.deepEqual(
      [write.status, ((await write.json()) as { code: string }).code],
      [503, 'keys_unavailable'],
    )
    child.kill('SIGTERM')
    assert.deepEqual(await ended, { code: 0, signal: null, stderr: '' })
  })

  test('with INTERNAL_PORT serves /internal only there, over the same stores', async (t) => {
    const { child, ended, call, url, operations, internalPort } = await start(t, folder(t), {
      INTERNAL_PORT: '0',
    })
    const release = { order_ids: [nextId()] }
    const internal = `http://127.0.0.1:${internalPort}`
    for (const path of ['/internal/reservations', '/internal/releases', '/internal/shipments']) {
      const answer = await call(path, release)
      const { code } = (await answer.json()) as { code: string }
      assert.deepEqual([answer.status, code], [404, 'route_not_found'], path)
    }
    const answer = await call('/internal/releases', release, internalPort)
    assert.deepEqual(await answer.json(), {
      results: [{ order_id: release.order_ids[0], status: 'released' }],
    })
    assert.deepEqual(
      await Promise.all(
        [`${url}/products`, `${internal}/products`, `${internal}/readyz`].map(
          async (address) => (await fetch(address)).status,
        ),
      ),
      [200, 404, 200],
    )
    assert.match(await (await fetch(`${operations}/metrics`)).text(), /route="\/internal\/releases"/)
    child.kill('SIGTERM')
    assert.deepEqual(await ended, { code: 0, signal: null, stderr: '' })
    await assert.rejects(fetch(`${internal}/readyz`))
  })

  test('without it serves /internal on its one port, and reads lists before anyone asks for them', async (t) => {
    const { child, call, internalPort } = await start(t, folder(t), { LOG_LEVEL: 'info' })
    assert.equal(internalPort, undefined)
    assert.equal((await call('/internal/releases', { order_ids: [nextId()] })).status, 200)
    for await (const text of child.stdout!)
      if (String(text).includes('lists of the catalogue are in memory')) break
  })

  const faults: [string, Record<string, string>, RegExp][] = [
    ['a short secret', { SERVICE_SECRET: 'short' }, /SERVICE_SECRET/],
    ['an unknown currency', { CURRENCY: 'ABC' }, /CURRENCY/],
    ['a folder that is none', { DATA_DIR: '/dev/null' }, /Cannot start/],
  ]
  for (const [what, env, sentence] of faults) {
    test(`does not start with ${what}, and reports why`, async (t) => {
      const { ended } = await start(t, folder(t), env)
      const { code, stderr } = await ended
      assert.equal(code, 1)
      assert.match(stderr, sentence)
    })
  }

  const places = [
    ['reservations_committed', 'reserve', 'held', { stock: 9, reserved: 1 }],
    ['releases_committed', 'release', 'released', { stock: 10, reserved: 0 }],
    ['shipments_committed', 'ship', 'shipped', { stock: 9, reserved: 0 }],
  ] as const
  for (const [place, operation, status, expected] of places) {
    test(`that dies at ${place} has done the work once, and reports it when the call is repeated`, async (t) => {
      const DATA_DIR = folder(t)
      const stores = await openSqliteStores(join(DATA_DIR, 'products.db'), {
        CURRENCY: 'USD',
        runtime: systemRuntime,
      })
      const tea = await add(stores, { stock: 10 })
      const order_id = nextId()
      const lines = [{ productId: tea.id, quantity: 1 }]
      if (operation !== 'reserve') {
        await stores.stock.reserve([{ orderId: order_id, lines, totalMinor: 100 }], tea.createdAt)
      }
      const [path, body] = {
        reserve: [
          '/internal/reservations',
          {
            reservations: [{ order_id, lines: [{ product_id: tea.id, quantity: 1 }], total_price: '1.00' }],
          },
        ],
        release: ['/internal/releases', { order_ids: [order_id] }],
        ship: ['/internal/shipments', { order_ids: [order_id] }],
      }[operation] as [string, unknown]

      const dying = await start(t, DATA_DIR, { CRASH_POINT: place })
      await assert.rejects(dying.call(path, body))
      assert.equal((await dying.ended).signal, 'SIGKILL')

      const risen = await start(t, DATA_DIR)
      const { results } = (await (await risen.call(path, body)).json()) as { results: { status: string }[] }
      assert.equal(results[0]?.status, status)
      const { stock, reserved } = (await stores.catalogue.find(tea.id))!
      assert.deepEqual({ stock, reserved }, expected)
      assert.deepEqual((await stores.audit.ledgerMismatches(undefined, 10)).mismatches, [])
      await stores.close()
    })
  }
})
