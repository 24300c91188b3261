/** A shop whose orders are paid, with its settlers of returns and withdrawals: a round runs when a test asks for it. */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import type { CaseKind } from '../src/domain/cases.ts'
import type { CrashPoint } from '../src/domain/ports.ts'
import { countSettled } from '../src/settler.ts'
import { startCases } from '../src/start_cases.ts'
import { startPaidShop } from './paid_orders.ts'
import { as, connect, createOrderApp, serviceAt } from './shop.ts'

type Mail = { readonly id: string; readonly to: string; readonly kind: string; readonly values: object }

export async function startReturnShop(t: TestContext, options: Parameters<typeof startPaidShop>[1] = {}) {
  const shop = await startPaidShop(t, options)
  const { runtime, stores, products, paying, mug, put, until, pay } = shop
  const { port } = paying.app.server.address() as AddressInfo
  let diesAt: CrashPoint | undefined
  const reached = (place: CrashPoint) => {
    if (place !== diesAt) return
    diesAt = undefined
    throw new Error(`died at ${place}`)
  }
  const mails: Mail[] = []
  let mailFault: Error | undefined
  const mailService = {
    async post<T>(_path: string, body: unknown) {
      if (mailFault) throw mailFault
      mails.push(...(body as { mails: Mail[] }).mails)
      return undefined as T
    },
  }
  const metrics = createMetrics('order_service')
  const settlers = startCases({
    ...{ cases: stores.cases, ordering: shop.ordering, mailService, runtime, metrics, reached },
    service: await serviceAt(t, products.url, runtime),
    paymentService: await serviceAt(t, `http://127.0.0.1:${port}`, runtime, 'payment_service'),
    settled: countSettled(metrics),
    roundMs: 3_600_000,
  })
  t.after(() => settlers.stop())
  // Ids have the time of this machine, as those of a process do.
  const ids = { ...runtime, newId: systemRuntime.newId, monotonic: () => runtime.now().getTime() }
  const { app } = createOrderApp(t, {
    ...{ orders: stores.orders, auditLog: stores.auditLog, runtime: ids, reached },
    reservations: await connect(t, products.url),
    cases: { store: stores.cases, onDue: () => {}, withdrawalDays: 14, mails: true },
  })
  const ask = async (
    who: string | undefined,
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    payload?: object,
    key?: string,
    more: object = {},
  ) => {
    const headers = { ...more, ...(who && as(who)), ...(key === undefined ? {} : { 'idempotency-key': key }) }
    const answer = await app.inject({ method, url, headers, ...(payload && { payload }) })
    return { status: answer.statusCode, body: answer.json() }
  }
  const shipped = async (changes: object = {}) => {
    const { id } = await shop.order(changes)
    if (!('payment_method' in changes)) await pay(id)
    await until(id, 'confirmed')
    assert.equal((await put('root', id, { status: 'shipped' })).json().status, 'shipped')
    return { id, number: (await shop.found(id)).order.number! }
  }
  return {
    ...{ ...shop, ask, shipped, mails, metrics },
    lines: (quantity: number) => [{ product_id: mug, quantity }],
    dieAt(place: CrashPoint) {
      diesAt = place
    },
    failMails(fault: Error | undefined) {
      mailFault = fault
    },
    /** After everything is due. */
    async round(kind: CaseKind, ms = 600_000) {
      runtime.pass(ms)
      return settlers.round(kind)
    },
    /** The units of movements of the product, by reason. */
    async moved() {
      const { items } = (await products.stores.stock.movements(mug, { after: undefined, limit: 100 }))!
      return items.filter(({ reason }) => reason === 'return').map(({ delta }) => delta)
    },
  }
}
