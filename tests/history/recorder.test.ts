/** What clients of a real server ask is recorded as it was asked and answered; a broken connection has no answer. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { ROOT } from '../../scripts/root.ts'
import { NoAnswer, type Request } from '../system/calls.ts'
import type { StoreRecords } from '../system/invariants.ts'
import { FORMAT, type HistoryLine } from './format.ts'
import { operationOf } from './http_operations.ts'
import { createRecorder } from './recorder.ts'

const ID = '01a21e29-5902-71be-af83-4aae0a28cbf7'
const tokenOf = (role: string) =>
  `x.${Buffer.from(JSON.stringify({ sub: 'ada-id', username: 'ada', role })).toString('base64url')}.x`
const TOKEN = tokenOf('customer')
const EMPTY: StoreRecords = { products: [], movements: [], reservations: [], orders: [] }
const PRODUCT = { id: ID, name: 'Tea', description: '', price: '2.50', stock: 7, version: 3 }
const TEA = { product: ID, version: 3, stock: 7, priceMinor: 250 }
const ORDER = { id: ID, status: 'confirmed', version: 2 }
const CONFIRMED = { order: ID, status: 'confirmed', version: 2 }
const REJECTION = {
  ...{ reason: 'insufficient_stock', unknown_products: [], current_total_price: '5.00' },
  shortages: [{ product_id: ID, requested: 2, available: 1 }],
}
const asks = { user: 'ada-id', client: 'ada', role: 'customer' }

type Api = {
  readonly paths: Readonly<
    Record<
      string,
      Record<string, { security?: readonly object[]; responses: Readonly<Record<string, unknown>> }>
    >
  >
}
type Case = readonly [
  what: string,
  asked: readonly [method: string, path: string, request?: Request],
  answer: readonly [status: number, body: object] | 'broken',
  recorded: object | undefined,
]
const CASES: readonly Case[] = [
  [
    'an order',
    ['POST', '/orders', { key: 'k', body: { product_id: ID, quantity: '2', total_price: '5.00' } }],
    [201, ORDER],
    {
      ...{ is: 'place_order', ...asks, key: 'k', lines: [{ productId: ID, quantity: 2 }], totalMinor: 500 },
      answer: CONFIRMED,
    },
  ],
  [
    'a rejected order, which is an order',
    ['POST', '/orders', { body: { lines: [{ product_id: ID, quantity: 2 }], total_price: 5 } }],
    [409, { code: 'insufficient_stock', order: { ...ORDER, status: 'rejected', rejection: REJECTION } }],
    {
      ...{ is: 'place_order', ...asks, key: null, lines: [{ productId: ID, quantity: 2 }], totalMinor: 500 },
      answer: {
        ...{ order: ID, status: 'rejected', version: 2 },
        rejection: {
          ...{ reason: 'insufficient_stock', unknownProducts: [], totalMinor: 500 },
          shortages: [{ product: ID, requested: 2, available: 1 }],
        },
      },
    },
  ],
  [
    'an order without an answer',
    ['POST', '/orders', { body: { product_id: ID, quantity: 2, total_price: '5.00' } }],
    'broken',
    { is: 'place_order', ...asks, key: null, lines: [{ productId: ID, quantity: 2 }], totalMinor: 500 },
  ],
  [
    'an error of the server, of which it is unknown what it did',
    ['PUT', `/orders/${ID}`, { body: { status: 'shipped' } }],
    [503, { code: 'store_unavailable', retryable: true }],
    { is: 'change_order', ...asks, order: ID, to: 'shipped' },
  ],
  [
    'a refused transition, with the order as it is',
    ['PUT', `/orders/${ID}`, { body: { status: 'shipped', version: 1 } }],
    [409, { code: 'version_conflict', current: ORDER }],
    {
      ...{ is: 'change_order', ...asks, order: ID, to: 'shipped', seen: 1 },
      answer: { refused: 'version_conflict', order: CONFIRMED },
    },
  ],
  [
    'an order that is read',
    ['GET', `/orders/${ID}`],
    [200, ORDER],
    { is: 'read_order', ...asks, order: ID, answer: CONFIRMED },
  ],
  [
    'a product that is read, through the gateway',
    ['GET', `/api/products/${ID}`],
    [200, PRODUCT],
    { is: 'read_product', ...asks, product: ID, answer: TEA },
  ],
  [
    'a product that is not there',
    ['GET', `/products/${ID}`],
    [404, { code: 'product_not_found' }],
    { is: 'read_product', ...asks, product: ID, answer: { refused: 'product_not_found' } },
  ],
  [
    'an edit, with the version of If-Match',
    ['PATCH', `/products/${ID}`, { headers: { 'if-match': '"2"' }, body: { price: '2.50' } }],
    [200, PRODUCT],
    {
      ...{ is: 'edit_product', ...asks, product: ID, seen: 2, priceMinor: 250, writesText: false },
      answer: TEA,
    },
  ],
  [
    'a stock that is set, and refused with the product as it is',
    ['PUT', `/products/${ID}`, { body: { name: 'Tea', stock: 5, version: 2 } }],
    [409, { code: 'version_conflict', current: PRODUCT }],
    {
      ...{ is: 'edit_product', ...asks, product: ID, seen: 2, stock: 5, writesText: true },
      answer: { refused: 'version_conflict', product: TEA },
    },
  ],
  [
    'a new product',
    ['POST', '/products', { body: { name: 'Tea', price: '2.50', stock: 7 } }],
    [201, PRODUCT],
    { is: 'create_product', ...asks, stock: 7, priceMinor: 250, answer: TEA },
  ],
  [
    'a deletion',
    ['DELETE', `/products/${ID}`],
    [204, {}],
    { is: 'delete_product', ...asks, product: ID, answer: { deleted: true } },
  ],
  [
    'an adjustment',
    ['POST', `/products/${ID}/stock_adjustments`, { key: 'k', body: { delta: -2, reason: 'lost' } }],
    [201, { version: 4, delta: -2, stock_after: 5 }],
    {
      ...{ is: 'adjust_stock', ...asks, key: 'k', product: ID, delta: -2 },
      answer: { version: 4, delta: -2, stockAfter: 5 },
    },
  ],
  [
    'a list of the orders of a user, with its orders',
    ['GET', '/api/orders/user/eve-id?limit=2'],
    [200, { items: [ORDER], next_cursor: null }],
    { is: 'list_orders', ...asks, of: 'eve-id', answer: { orders: [CONFIRMED] } },
  ],
  [
    'a list of all orders, refused',
    ['GET', '/orders?status=pending'],
    [403, { code: 'forbidden' }],
    { is: 'list_orders', ...asks, of: null, answer: { refused: 'forbidden' } },
  ],
  [
    'a request without a token',
    ['GET', `/products/${ID}`, { token: '' }],
    [200, PRODUCT],
    {
      ...{ is: 'read_product', client: 'anonymous', user: 'anonymous', role: 'none', product: ID },
      answer: TEA,
    },
  ],
  [
    'a request for what only admins see',
    ['GET', `/api/products/${ID}/stock_movements?limit=5`],
    [200, { items: [] }],
    {
      ...{ is: 'use_route', ...asks, access: 'admin', answer: { served: true } },
      route: `GET /api/products/${ID}/stock_movements`,
    },
  ],
  [
    'a request for what only services do',
    ['POST', '/internal/releases', { body: { order_ids: [ID] } }],
    [404, { code: 'route_not_found' }],
    {
      ...{ is: 'use_route', ...asks, access: 'service', answer: { refused: 'route_not_found' } },
      route: 'POST /internal/releases',
    },
  ],
  [
    'a search, which is no operation of a history',
    ['GET', '/products?q=tea'],
    [200, { items: [] }],
    undefined,
  ],
  ['a product that has not changed', ['GET', `/products/${ID}`], [304, {}], undefined],
]

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close().closeAllConnections())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const filesOf = (name: string) =>
  globSync(join(ROOT, 'tests', 'output', 'histories', `${name}-${process.pid}-*`))
const linesOf = (file: string): HistoryLine[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

suite('a recorder', () => {
  test('records every operation that is not for everyone (invariant 10)', () => {
    for (const file of globSync(join(ROOT, 'docs', 'openapi', '*.json'))) {
      const { paths } = JSON.parse(readFileSync(file, 'utf8')) as Api
      for (const [path, operations] of Object.entries(paths)) {
        for (const [method, { security, responses }] of Object.entries(operations)) {
          const isService = security?.some((each) => 'service' in each)
          // Of one's own account: 403 is for a wrong password or code, or a mailbox that is not proved.
          if (/^\/(me|login)(\/|$)|\/account$/.test(path) || (!isService && responses['403'] === undefined))
            continue
          const url = `http://shop${path.replaceAll(/\{\w+\}/g, ID)}`
          const asked = { method: method.toUpperCase(), url, request: { body: { lines: [] } } }
          const operation = operationOf({ ...asked, answer: undefined, called: 1, returned: 2 }, 2)
          assert.ok(operation, `${asked.method} ${path} is not recorded`)
          assert.equal(operation.is === 'use_route' && operation.access === 'service', isService ?? false)
        }
      }
    }
  })

  for (const [what, [method, path, request], answer, expected] of CASES) {
    test(`records ${what}`, async (t) => {
      const url = await serve(t, (asked, reply) => {
        if (answer === 'broken') return void asked.socket.destroy()
        const [status, body] = answer
        reply.writeHead(status, { 'content-type': 'application/json' })
        reply.end(status === 204 || status === 304 ? undefined : JSON.stringify(body))
      })
      const recorder = createRecorder('recorder-test')
      const asking = recorder.call(method, url + path, { token: TOKEN, ...request })
      if (answer === 'broken') await assert.rejects(asking, NoAnswer)
      else assert.equal((await asking).status, answer[0])
      t.mock.method(console, 'error', () => {})
      await recorder.end(() => EMPTY)
      const [file] = filesOf('recorder-test')
      const [header, first] = linesOf(file!)
      rmSync(file!)
      assert.deepEqual(header, { is: 'history', format: FORMAT })
      if (expected === undefined) return assert.deepEqual(first, { is: 'stores' })
      const { called, returned, ...operation } = first as unknown as Record<string, unknown>
      assert.ok(Number(called) < Number(returned))
      const { text, ...shown } = (operation.answer ?? {}) as Record<string, unknown>
      assert.ok(text === undefined || /^[\w-]{12}$/.test(String(text)))
      const { product, ...refusal } = shown
      if (typeof product === 'object') delete (product as { text?: string }).text
      assert.deepEqual(
        {
          ...operation,
          ...(operation.answer ? { answer: { ...refusal, ...(product ? { product } : {}) } } : {}),
        },
        expected,
      )
    })
  }

  test('removes the file of a run that passed, and keeps that of one that failed, with the command', async (t) => {
    const url = await serve(t, (_, reply) => reply.writeHead(201).end(JSON.stringify(PRODUCT)))
    const said = t.mock.method(console, 'error', () => {})
    const body = { name: 'Tea', description: '', price: '2.50', stock: 7 }

    const failing = createRecorder('failing-test')
    await failing.call('POST', `${url}/products`, { token: tokenOf('admin'), body })
    await assert.rejects(
      failing.check(EMPTY),
      /Product .* is not in the store: \[ada.*\nIn all: 1 × lost_change\.\nIts history is kept: npm run check-history -- tests\/output\/histories\/failing-test-/,
    )
    await failing.end(() => EMPTY)
    assert.equal(said.mock.callCount(), 0)
    const [kept] = filesOf('failing-test')
    assert.deepEqual(linesOf(kept!).slice(-2), [{ is: 'stores' }, { is: 'end', lines: 3 }])
    rmSync(kept!)

    const passing = createRecorder('passing-test')
    await passing.check(EMPTY)
    const [file] = filesOf('passing-test')
    assert.ok(existsSync(file!))
    await passing.end(() => EMPTY)
    assert.ok(!existsSync(file!))

    const unchecked = createRecorder('unchecked-test')
    await unchecked.end(() => EMPTY)
    assert.match(String(said.mock.calls[0]?.arguments[0]), /Its history is kept/)
    rmSync(filesOf('unchecked-test')[0]!)
  })
})
