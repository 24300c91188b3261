/** What `npm run doctor` says of payments: compared with the provider, which is the simulator in this process, and with their orders. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { OrderStore } from '@shop/order_service/domain/ports'
import { OutcomeUnknown } from '@shop/payment_service/domain/errors'
import { entryByHand } from '@shop/payment_service/domain/payment'
import type { PaymentStore } from '@shop/payment_service/domain/ports'
import type { Snapshot } from '@shop/payment_service/domain/snapshot'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { entry, stored } from '../../payment_service/test/samples.ts'
import { startProvider, startWorld } from '../../payment_service/test/worlds.ts'
import {
  COMPARED_DAYS,
  COMPARED_MAX,
  checkPayments,
  type PaymentsChecked,
} from '../../scripts/doctor/payments.ts'

type Found = Awaited<ReturnType<OrderStore['find']>>

async function shop(t: TestContext) {
  const world = await startWorld(t)
  const provider = world.provider()
  const check = (changes: Partial<PaymentsChecked> = {}) =>
    checkPayments({
      ...{ payments: world.stores.payments, digits: 2, unreadable: new Map(), provider, orders: undefined },
      ...{ running: false, now: world.runtime.now },
      ...changes,
    })
  /** The provider as it would be with these changes of what it says. */
  const saying = (change: (seen: Snapshot) => Partial<Snapshot>) => ({
    read: async (...args: Parameters<typeof provider.read>) => {
      const seen = await provider.read(...args)
      return { ...seen, ...change(seen) }
    },
  })
  const authorised = async () => {
    const id = systemRuntime.newId()
    await world.open(id)
    await world.pay(id)
    await world.until(id, ({ state }) => state === 'authorised')
    return id
  }
  const captured = async () => {
    const id = await authorised()
    await world.capture(id)
    await world.until(id, ({ state }) => state === 'captured')
    return id
  }
  return { ...world, check, saying, authorised, captured }
}

const problems = ({ findings }: { findings: readonly { problem: string }[] }) =>
  findings.map(({ problem }) => problem)
const order = (status: string, totalMinor = 4_200, currency = 'EUR') => ({
  find: async () => ({ order: { status, totalMinor, currency } }) as unknown as Found,
  listByStatus: async () => [],
})
const NONE = { find: async () => undefined, listByStatus: async () => [] }

suite('the check of payments', () => {
  test('M5: finds nothing where the provider has the same: open, authorised, captured, refunded, cancelled', async (t) => {
    const { check, open, authorised, captured, refund, cancel, until, stores } = await shop(t)
    await open(systemRuntime.newId())
    await authorised()
    const refunded = await captured()
    await refund(refunded, '10.00', 'key')
    await until(refunded, ({ refunds }) => refunds[0]?.state === 'succeeded')
    const given = await captured()
    await cancel(given)
    await until(given, ({ state }) => state === 'cancelled')
    const voided = await authorised()
    await cancel(voided)
    await until(voided, ({ state }) => state === 'cancelled')
    await open(systemRuntime.newId(), { method: 'invoice' })
    const { findings, summary } = await check()
    assert.deepEqual(findings, [])
    assert.equal(
      summary,
      '6 of the last 30 days fit their orders; 5 by card were compared with the payment provider',
    )
    assert.match((await check({ provider: undefined })).summary, /; 0 by card were compared/)
    assert.equal((await stores.payments.list('', 10)).length, 6)
  })

  test('M5: finds what the provider has and we have not, until the shop has read it, which the fix makes due', async (t) => {
    const { check, open, pay, until, stores, runtime, payments } = await shop(t)
    const id = systemRuntime.newId()
    await open(id)
    await pay(id)
    const { findings } = await check()
    assert.match(
      findings[0]!.problem,
      new RegExp(
        `^The payment of order ${id} lacks an authorisation of 42\\.00 EUR \\(\\S+\\), which the provider has\\.$`,
      ),
    )
    assert.equal(findings.length, 1)
    assert.match(await findings[0]!.fix!(), /is due now/)
    assert.ok((await stores.payments.find(id))!.schedule.dueAt! <= runtime.now().toISOString())
    payments.wake()
    await payments.idle()
    await until(id, ({ state }) => state === 'authorised')
    assert.deepEqual((await check()).findings, [])
  })

  test('M5: finds a refund that was made by hand at the provider', async (t) => {
    const { check, captured, find, origin } = await shop(t)
    const id = await captured()
    await fetch(`${origin}/v1/refunds`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_of_payments' },
      body: new URLSearchParams({ payment_intent: (await find(id)).intentId!, amount: '4000' }),
    })
    assert.match(problems(await check()).join(), new RegExp(`${id} lacks a refund of 40\\.00 EUR`))
  })

  test('M5: finds what we have and the provider has not, or has with another amount', async (t) => {
    const { check, saying, captured } = await shop(t)
    const id = await captured()
    const none = await check({ provider: saying(() => ({ entries: [] })) })
    assert.deepEqual(
      problems(none).map((problem) => problem.replace(/ \(.*\)/, '')),
      ['an authorisation', 'a capture'].map(
        (what) => `The payment of order ${id} has ${what} of 42.00 EUR, which the provider does not have.`,
      ),
    )
    const less = saying(({ entries }) => ({
      entries: entries.map((entry) => (entry.kind === 'capture' ? { ...entry, amountMinor: 4_100 } : entry)),
    }))
    assert.match(
      problems(await check({ provider: less })).join(),
      /a capture of 42\.00 EUR \(\S+\), but at the provider it is of 41\.00 EUR\.$/,
    )
    assert.equal((await check({ provider: less })).findings[0]!.fix, undefined)
  })

  test('M5: what was paid back by hand is ours alone', async (t) => {
    const { check } = await shop(t)
    const orderId = systemRuntime.newId()
    const [authorisation, capture, byHand] = [
      entry('ch_1#authorised', 'authorisation'),
      entry('ch_1#captured', 'capture'),
      entry(entryByHand({ orderId }, 'r'), 'refund'),
    ] as const
    const payment = stored({ orderId, sessionId: 'cs_1', entries: [authorisation, capture, byHand] })
    const payments = { list: async () => [payment] } as unknown as PaymentStore
    const seen = { phase: 'captured', entries: [authorisation, capture], refunds: [] }
    const provider = { read: async () => seen as unknown as Snapshot }
    assert.deepEqual((await check({ payments, provider })).findings, [])
  })

  test('M5: a refund that succeeded and then failed is none at the provider', async (t) => {
    const { check } = await shop(t)
    const [authorisation, capture, refund, failed] = [
      entry('ch_1#authorised', 'authorisation'),
      entry('ch_1#captured', 'capture'),
      entry('re_1', 'refund'),
      entry('re_1#failed', 'refund_failed'),
    ] as const
    const payment = stored({
      orderId: systemRuntime.newId(),
      sessionId: 'cs_1',
      entries: [authorisation, capture, refund, failed],
    })
    const payments = { list: async () => [payment] } as unknown as PaymentStore
    const seen = { phase: 'captured', entries: [authorisation, capture, failed], refunds: [] }
    const provider = { read: async () => seen as unknown as Snapshot }
    assert.deepEqual((await check({ payments, provider })).findings, [])
  })

  test('M6: finds a cancelled payment that can still be paid at the provider', async (t) => {
    const { check, saying, open, cancel, until } = await shop(t)
    const id = systemRuntime.newId()
    await open(id)
    await cancel(id)
    await until(id, ({ state }) => state === 'cancelled')
    assert.deepEqual((await check()).findings, [])
    assert.match(
      problems(await check({ provider: saying(() => ({ phase: 'open' })) })).join(),
      new RegExp(`${id} is cancelled, but is open at the provider`),
    )
  })

  test('a provider that does not know a payment, or does not answer, is a finding with its order', async (t) => {
    const { check, authorised, runtime } = await shop(t)
    const id = await authorised()
    const other = (await startProvider(t, runtime)).provider()
    assert.match(
      problems(await check({ provider: other })).join(),
      new RegExp(`^The payment provider does not know the payment of order ${id}: `),
    )
    const away = { read: async () => Promise.reject(new OutcomeUnknown('read: away')) }
    assert.match(
      problems(await check({ provider: away })).join(),
      new RegExp(`^The payment provider cannot be asked about the payment of order ${id}: read: away`),
    )
  })

  test('while the shop runs, a difference that is gone a moment later is none', async (t) => {
    const { check, saying, authorised } = await shop(t)
    await authorised()
    let calls = 0
    const late = saying(({ entries }) => (calls++ === 0 ? { entries: [] } : { entries }))
    assert.deepEqual((await check({ provider: late, running: true })).findings, [])
    assert.equal(calls, 2)
  })

  test('only the newest of the last days are compared', async () => {
    const now = systemRuntime.now()
    const idAt = (ms: number, i: number) => {
      const hex = ms.toString(16).padStart(12, '0')
      return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${String(i).padStart(12, '0')}`
    }
    const start = now.getTime() - COMPARED_DAYS * 86_400_000
    const all = Array.from({ length: COMPARED_MAX + 20 }, (_, i) =>
      stored({ orderId: idAt(start + i * 1_000, i), sessionId: 'cs_1' }),
    )
    const old = stored({ orderId: idAt(start - 1, 0), sessionId: 'cs_1' })
    const payments = {
      list: async (after: string, limit: number) =>
        [old, ...all].filter(({ payment }) => payment.orderId > after).slice(0, limit),
    } as unknown as PaymentStore
    const asked: string[] = []
    const provider = {
      read: async ({ orderId }: { orderId: string }) => {
        asked.push(orderId)
        return { phase: 'open', entries: [], refunds: [] } as unknown as Snapshot
      },
    }
    const check = { digits: 2, unreadable: new Map(), orders: undefined, running: false, now: () => now }
    await checkPayments({ ...check, payments, provider })
    assert.deepEqual(
      asked,
      all.slice(20).map(({ payment }) => payment.orderId),
    )
    asked.length = 0
    await checkPayments({ ...check, payments: { list: async () => [] } as unknown as PaymentStore, provider })
    assert.deepEqual(asked, [])
    all.splice(0)
    await checkPayments({ ...check, payments, provider })
    assert.deepEqual(asked, [], 'one that is older is not compared')
  })
})

suite('the check of payments and their orders', () => {
  test('M2, M3: finds what does not fit, and nothing where it does', async (t) => {
    const { check, authorised } = await shop(t)
    const id = await authorised()
    const said = async (orders: PaymentsChecked['orders']) => problems(await check({ orders }))
    assert.deepEqual(await said(order('confirmed')), [])
    assert.deepEqual(await said(order('awaiting_payment')), [])
    assert.deepEqual(await said(NONE), [
      `There is no order ${id}, though 42.00 EUR of its payment are held or captured.`,
    ])
    assert.deepEqual(await said(order('confirmed', 4_300)), [
      `Order ${id} costs 43.00 EUR, but its payment is of 42.00 EUR.`,
    ])
    assert.deepEqual(await said(order('confirmed', 4_200, 'USD')), [
      `Order ${id} costs 42.00 USD, but its payment is of 42.00 EUR.`,
    ])
    assert.deepEqual(await said(order('cancelled')), [
      `Order ${id} is cancelled, but 42.00 EUR of its payment are held or captured.`,
    ])
    assert.deepEqual(await said(order('shipped')), [
      `Order ${id} is shipped, but its payment was not captured.`,
    ])
  })

  test('finds a confirmed order that is not paid; an unpaid one that was cancelled, or is gone, is none', async (t) => {
    const { check, open } = await shop(t)
    const id = systemRuntime.newId()
    await open(id)
    const said = async (orders: PaymentsChecked['orders']) => problems(await check({ orders }))
    assert.deepEqual(await said(order('confirmed')), [`Order ${id} is confirmed, but its payment is open.`])
    assert.deepEqual(await said(order('cancelled')), [])
    assert.deepEqual(await said(NONE), [])
  })

  test('M2: finds an order that is to be paid and has no payment, among the newest of the last days', async (t) => {
    const { check, open, runtime } = await shop(t)
    const [paid, unpaid, waiting, free, old, rejected] = Array.from({ length: 6 }, () =>
      systemRuntime.newId(),
    )
    await open(paid!)
    const ofOrder = (id: string, status: string, changes: object = {}) => ({
      order: {
        ...{ id, status, totalMinor: 4_200, currency: 'EUR', createdAt: runtime.now().toISOString() },
        checkout: { totalMinor: 4_200, payment: { method: 'card' } },
        ...changes,
      },
    })
    const listed = [
      ofOrder(paid!, 'awaiting_payment'),
      ofOrder(unpaid!, 'confirmed'),
      ofOrder(waiting!, 'awaiting_payment'),
      ofOrder(free!, 'confirmed', { checkout: { totalMinor: 4_200, payment: null } }),
      ofOrder(rejected!, 'rejected'),
      ofOrder(old!, 'confirmed', {
        createdAt: new Date(runtime.now().getTime() - COMPARED_DAYS * 86_400_000 - 1).toISOString(),
      }),
    ]
    const orders = {
      find: async (id: string) => listed.find((each) => each.order.id === id),
      listByStatus: async () => listed,
    } as unknown as PaymentsChecked['orders']
    assert.deepEqual(problems(await check({ orders })), [
      `Order ${unpaid} is confirmed and to be paid, but has no payment.`,
      `Order ${waiting} is awaiting_payment and to be paid, but has no payment.`,
    ])
  })

  test('of orders without end, only the newest are looked at', async (t) => {
    const { check, runtime } = await shop(t)
    const createdAt = runtime.now().toISOString()
    let read = 0
    const orders = {
      find: async () => undefined,
      listByStatus: async (_status: undefined, { limit }: { limit: number }) => {
        read += limit
        assert.ok(read <= 2 * COMPARED_MAX, 'it does not end')
        return Array.from({ length: limit }, () => ({
          order: { id: '7', status: 'confirmed', createdAt, checkout: undefined },
        }))
      },
    } as unknown as PaymentsChecked['orders']
    assert.deepEqual(problems(await check({ orders })), [])
    assert.equal(read, COMPARED_MAX)
  })

  test('a payment that cannot be read is a finding', async (t) => {
    const { check } = await shop(t)
    assert.deepEqual(
      problems(await check({ unreadable: new Map([['7', 'its history is not that of a payment']]) })),
      ['The payment of order 7 is in the store and cannot be read: its history is not that of a payment.'],
    )
  })
})
