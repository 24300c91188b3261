import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { nextTurn, systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createVirtualRuntime, untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { NO_PAYMENTS } from '../../src/clients/payment_client.ts'
import { ANSWER_WAIT_MS, createAnswerWait, type RequestPorts } from '../../src/domain/answer_wait.ts'
import { changeStatus } from '../../src/domain/change_order.ts'
import { OutcomeUnknown } from '../../src/domain/errors.ts'
import type { Order } from '../../src/domain/order.ts'
import { placeOrder } from '../../src/domain/place_order.ts'
import type { HoldAnswer, Reservations } from '../../src/domain/ports.ts'
import { createSettle } from '../../src/domain/settle_order.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { AT, cancellingOf, confirm, draft, HELD, order, pending, ROOT, shippedOf } from '../samples.ts'

const ANSWER: HoldAnswer = { status: 'held', lines: HELD }

/** Calls that are answered by the test. */
function world({ sharesCommits = true } = {}) {
  const runtime = createVirtualRuntime()
  const asked: (PromiseWithResolvers<HoldAnswer> & { readonly order: Order })[] = []
  const call = (order: Order) => {
    const called = { ...Promise.withResolvers<HoldAnswer>(), order }
    asked.push(called)
    return called.promise
  }
  const product: Reservations = {
    hold: call,
    release: async (order) => void (await call(order)),
    ship: async (order) => void (await call(order)),
    circuit: () => 'closed',
  }
  const wait = createAnswerWait({ reservations: product, orders: { sharesCommits } }, runtime)
  return { runtime, asked, ...wait }
}

/** Whether a request would still wait. */
async function stillWaits(wait: Promise<void> | undefined): Promise<boolean> {
  let waits = wait !== undefined
  void wait?.then(() => {
    waits = false
  })
  await new Promise((turn) => setImmediate(turn))
  return waits
}

suite('a new order, or a change of status', () => {
  test('waits for nothing while no call is in flight', () => {
    const { nextAnswer, runtime } = world()
    assert.equal(nextAnswer(), undefined)
    assert.deepEqual(runtime.waiting(), [])
  })

  test('waits for nothing on a store whose writes share no commit', () => {
    const { nextAnswer, reservations, runtime } = world({ sharesCommits: false })
    void reservations.hold(order().order)
    assert.equal(nextAnswer(), undefined)
    assert.deepEqual(runtime.waiting(), [])
  })

  test('waits for the next outcome of a hold, also a failed one', async () => {
    const { nextAnswer, reservations, asked, runtime } = world()
    const holds = Promise.allSettled([reservations.hold(order().order), reservations.hold(order().order)])
    const [first, second] = [nextAnswer(), nextAnswer()]
    assert.deepEqual([await stillWaits(first), await stillWaits(second)], [true, true])
    asked[0]!.resolve(ANSWER)
    assert.deepEqual([await stillWaits(first), await stillWaits(second)], [false, false])
    const third = nextAnswer()
    assert.equal(await stillWaits(third), true, 'the other hold is still in flight')
    asked[1]!.reject(new OutcomeUnknown('no answer'))
    assert.equal(await stillWaits(third), false)
    assert.equal(nextAnswer(), undefined)
    assert.deepEqual(runtime.waiting(), [], 'no timer is left')
    assert.deepEqual(
      (await holds).map(({ status }) => status),
      ['fulfilled', 'rejected'],
    )
  })

  const others = {
    release: ({ release }: Reservations) => release(cancellingOf(pending())),
    shipment: ({ ship }: Reservations) => ship(shippedOf(pending())),
  }
  for (const [name, call] of Object.entries(others)) {
    test(`waits for the outcome of a ${name}, too`, async () => {
      const { nextAnswer, reservations, asked } = world()
      const done = call(reservations)
      const waiting = nextAnswer()
      assert.equal(await stillWaits(waiting), true)
      asked[0]!.resolve(ANSWER)
      assert.equal(await stillWaits(waiting), false)
      assert.equal(nextAnswer(), undefined)
      await done
    })
  }

  test('waits ANSWER_WAIT_MS for a hold without an answer, and the next one again', async () => {
    const { nextAnswer, reservations, runtime } = world()
    void reservations.hold(order().order)
    for (const wait of [nextAnswer, nextAnswer]) {
      const waiting = wait()
      await runtime.advance(ANSWER_WAIT_MS - 1)
      assert.equal(await stillWaits(waiting), true)
      await runtime.advance(1)
      assert.equal(await stillWaits(waiting), false)
    }
  })
})

test('a new order and a change of status share the commit of the answer that they waited for', async (t: TestContext) => {
  const { nextAnswer, reservations, asked } = world()
  let commits = 0
  const defer = (run: () => void) => {
    commits += 1
    systemRuntime.defer(run)
  }
  const { orders, close } = await openStores(
    { DATABASE_URL: 'sqlite::memory:', DATA_DIR: '', CURRENCY: 'USD' },
    // Time stands still, so a group of writes is never divided.
    { runtime: { ...systemRuntime, defer, monotonic: () => 0 } },
  )
  t.after(close)
  const { now, newId } = systemRuntime
  const ports: RequestPorts = {
    orders,
    reservations,
    payments: NO_PAYMENTS,
    nextAnswer,
    now,
    newId,
    reached() {},
    report: (fault) => assert.fail(String(fault)),
  }
  const settle = createSettle(ports)
  const { stored } = await orders.addOnce(order())
  const sold = await orders.save(confirm(stored, HELD, AT))

  const first = placeOrder(ports, settle, draft())
  await untilTrue(() => asked.length === 1)
  const second = placeOrder(ports, settle, draft())
  const shipping = changeStatus(ports, settle, {
    orderId: sold.order.id,
    to: 'shipped',
    actor: { userId: ROOT, admin: true },
    expectedVersions: undefined,
  })
  for (let turn = 0; turn < 5; turn++) await nextTurn(systemRuntime)
  const before = commits
  asked[0]!.resolve(ANSWER)
  await untilTrue(() => asked.length === 3)
  assert.equal(commits - before, 1)
  assert.equal((await first).order.status, 'confirmed')
  const statusOf = async (id: string) => (await orders.find(id))?.order.status
  assert.deepEqual(await Promise.all(asked.slice(1).map(({ order }) => statusOf(order.id))), [
    'pending',
    'shipped',
  ])
  for (const { resolve } of asked) resolve(ANSWER)
  assert.equal((await second).order.status, 'confirmed')
  assert.equal((await shipping).status, 'shipped')
})
