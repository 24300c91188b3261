/** What an erased order still does, and the limits of erasing. When it is erased: erasures_contract.ts. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { createServiceTokens } from '@shop/service_kit/identity/service_tokens'
import { Problem } from '@shop/service_kit/runtime/problem'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { caseEvent } from '../src/clients/case_event_source.ts'
import { eventOf } from '../src/clients/order_event_source.ts'
import { createErasePayments, ERASE_DEADLINE_MS, ORDERS_MAX } from '../src/clients/payment_erasures.ts'
import { changeStatus } from '../src/domain/change_order.ts'
import { erasedCheckout } from '../src/domain/erased.ts'
import { createErasureMarks, MARKED_AT_ONCE } from '../src/domain/erasures.ts'
import { isOfMailbox } from '../src/domain/guests.ts'
import { decideOnReturn, openReturn } from '../src/domain/handle_returns.ts'
import type { Order } from '../src/domain/order.ts'
import { orderAtVersion } from '../src/domain/order_at_version.ts'
import { createOrderLinks } from '../src/domain/order_links.ts'
import { isSameRequest } from '../src/domain/same_request.ts'
import { matches } from '../src/domain/withdrawals.ts'
import { ERASURES_MAX } from '../src/http/erasure_schemas.ts'
import { orderTag } from '../src/http/order_views.ts'
import { aReturn } from './cases_contract.ts'
import {
  ADA,
  AT,
  CHECKOUT,
  confirm,
  GUEST,
  GUESTS,
  HELD,
  order,
  ROOT,
  settled,
  ship,
  uuid,
} from './samples.ts'
import { createOrderApp, memoryStores, SECRET } from './shop.ts'

const UPS = { carrier: 'UPS', number: '1Z 99' }

/** A shipped order of a guest in a store, and what is left of it. */
async function erasedOrder(t: TestContext) {
  const stores = await memoryStores(t)
  const sent = settled(
    ship(confirm(order({ userId: GUEST, checkout: GUESTS, number: 10_042 }), HELD, AT), ROOT, AT),
  )
  const before = { ...sent, order: { ...sent.order, version: 3 } } as typeof sent
  await stores.orders.addOnce(before)
  assert.equal(await stores.personal.erase([before], AT.toISOString()), 1)
  const { order: erased } = (await stores.orders.find(before.order.id))!
  return { stores, before: before.order, erased }
}

suite('an erased order', () => {
  test('has another ETag, and the events of a buyer that is not known', async (t) => {
    const { before, erased } = await erasedOrder(t)
    assert.notEqual(orderTag(erased), orderTag(before))
    const [known, unknown] = [before, erased].map((each) => eventOf(each, 3, 2))
    assert.ok(known!.data.buyer)
    assert.deepEqual(unknown!.data, { ...known!.data, buyer: null })
    assert.equal(caseEvent(aReturn(1), 1, 2, erased).data.buyer, null)
    const { erasedAt, isOwnerless } = orderAtVersion(erased, 1)
    assert.deepEqual([erasedAt, isOwnerless], [erased.erasedAt, false])
  })

  test('answers a repeated request of before, and refuses another one under its key (invariant 4)', async (t) => {
    const { before, erased } = await erasedOrder(t)
    assert.ok(isSameRequest(erased, before))
    assert.ok(isSameRequest(before, erased))
    const checkout = before.checkout!
    const other = { ...checkout, address: { ...checkout.address, country: 'AT' } }
    assert.equal(isSameRequest(erased, { ...before, checkout: other } as Order), false)
    assert.equal(isSameRequest(erased, { ...before, checkout: undefined } as Order), false)
  })

  test('belongs to no mailbox: no link is sent, no withdrawal fits, it is not added to an account', async (t) => {
    const { stores, erased } = await erasedOrder(t)
    const sent: unknown[] = []
    const ports = { orders: stores.orders, now: () => AT, report: (fault: unknown) => void sent.push(fault) }
    const links = createOrderLinks(ports, async (mail) => void sent.push(mail))
    for (const email of [GUESTS.email, '-']) {
      links.ask('1.2.3.4', 10_042, email)
      await links.idle()
      const statement = {
        orderNumber: '10042',
        name: 'Gil',
        email,
        goods: undefined,
        language: 'de',
      } as const
      assert.equal(matches(statement, erased), false)
      assert.equal(isOfMailbox(erased, email), false)
    }
    assert.deepEqual(sent, [])
  })

  test('takes no new personal field: no tracking, no reason and no note of a return', async (t) => {
    const { stores, erased } = await erasedOrder(t)
    const { id } = erased
    const ports = {
      ...{ orders: stores.orders, cases: stores.cases, now: () => AT, newId: systemRuntime.newId },
      ...{ reached() {}, nextAnswer: async () => {} },
    }
    const admin = { userId: ROOT, admin: true }
    const change = { orderId: id, actor: admin, tracking: UPS, expectedVersions: undefined }
    for (const to of ['shipped', 'delivered'] as const)
      await changeStatus(ports as never, async (stored) => stored, { ...change, to })
    const after = (await stores.orders.find(id))!.order
    assert.deepEqual([after.status, after.tracking], ['delivered', undefined])
    const wanted = {
      ...{
        orderId: id,
        lines: [{ productId: HELD[0]!.productId, quantity: 1 }],
        reason: 'too small for Gil',
      },
      ...{ key: 'k', by: GUEST, withdrawalId: undefined, state: 'requested' as const },
    }
    const { made } = await openReturn(ports, after, wanted)
    assert.equal((await openReturn(ports, after, wanted)).replayed, true)
    await decideOnReturn(ports, admin, { orderId: id, id: made.id, to: 'accepted', note: 'Dear Gil' })
    const [opened] = (await stores.cases.find('return', id))!.body.returns
    assert.deepEqual([opened!.state, opened!.reason, opened!.note], ['accepted', undefined, undefined])
  })

  test('keeps the place of a tax, also of another billing address', () => {
    const address = { ...CHECKOUT.address, country: 'US', region: 'CA', phone: '+1 555' }
    const left = erasedCheckout({ ...CHECKOUT, address, billingAddress: { ...address, region: 'NY' } })
    assert.deepEqual(
      [left.address.region, left.billingAddress?.region, left.address.country],
      ['CA', 'NY', 'US'],
    )
    assert.doesNotMatch(JSON.stringify(left), /Ada|555|Gasse/)
    assert.equal(erasedCheckout(CHECKOUT).billingAddress, null)
  })
})

suite('limits of erasing', () => {
  test('a call names a number of accounts, and is answered when they are recorded', async (t) => {
    const { orders, erasures } = await memoryStores(t)
    let fault: Problem | undefined
    const add = async (...given: Parameters<typeof erasures.add>) => {
      if (fault) throw fault
      await erasures.add(...given)
    }
    const { app } = createOrderApp(t, { orders, reservations: {} as never, erasures: { add } })
    const token = await createServiceTokens(SECRET, 'auth_service', 'order_service', systemRuntime.now)()
    const ask = async (count: number) => {
      const user_ids = Array.from({ length: count }, (_, n) => uuid(n))
      const headers = { authorization: `Bearer ${token}` }
      const answer = await app.inject({
        method: 'POST',
        url: '/internal/erasures',
        headers,
        payload: { user_ids },
      })
      return answer.statusCode
    }
    assert.equal(await ask(ERASURES_MAX + 1), 400)
    assert.equal(await ask(0), 400)
    fault = new Problem('store_unavailable', 'It is away.')
    assert.equal(await ask(1), 503)
    fault = undefined
    assert.equal(await ask(ERASURES_MAX), 200)
    assert.equal((await erasures.due('9000-01-01', 1_000)).length, ERASURES_MAX)
  })

  test('orders are read and marked a number at a time', async () => {
    const limits: number[] = []
    const marked: number[] = []
    const all = Array.from({ length: MARKED_AT_ONCE + 1 }, () => order({ userId: ADA }))
    const erasure = { userId: ADA, at: AT.toISOString(), dueAt: AT.toISOString(), passes: 0 }
    const marks = createErasureMarks({
      orders: {
        async listByUser(_user, { limit, before }) {
          limits.push(limit)
          const from = before === undefined ? 0 : all.findIndex((each) => each.order.id === before) + 1
          return all.slice(from, from + limit)
        },
      },
      erasures: {
        add: async () => {},
        due: async () => [],
        finish: async () => {},
        disown: async (_user, orders) => void marked.push(orders.length),
      },
      now: () => AT,
    })
    assert.equal(await marks.remove([erasure]), 1)
    assert.deepEqual(
      [limits, marked],
      [
        [MARKED_AT_ONCE, MARKED_AT_ONCE],
        [MARKED_AT_ONCE, 1],
      ],
    )
    assert.equal(MARKED_AT_ONCE, 50)
  })

  test('payments are erased a number at a time, within a deadline; an answer that is none is no success', async () => {
    const calls: unknown[][] = []
    let answer: object = { open: ['a'] }
    const post = async <T>(...call: unknown[]) => {
      calls.push(call)
      return answer as T
    }
    const erase = createErasePayments({ post })
    const ids = Array.from({ length: ORDERS_MAX + 1 }, (_, n) => uuid(n))
    assert.deepEqual(await erase(ids), ['a', 'a'])
    const limits = { deadlineMs: ERASE_DEADLINE_MS, repeatable: true }
    assert.deepEqual(calls, [
      ['/internal/erasures', { order_ids: ids.slice(0, ORDERS_MAX) }, limits],
      ['/internal/erasures', { order_ids: ids.slice(ORDERS_MAX) }, limits],
    ])
    assert.deepEqual([ORDERS_MAX, ERASE_DEADLINE_MS], [100, 10_000])
    answer = {}
    await assert.rejects(erase(['b']), { name: 'OutcomeUnknown' })
  })
})
