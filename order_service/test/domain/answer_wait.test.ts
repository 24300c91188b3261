import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createVirtualRuntime, untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { ANSWER_WAIT_MS, createAnswerWait } from '../../src/domain/answer_wait.ts'
import { OutcomeUnknown } from '../../src/domain/errors.ts'
import type { Order } from '../../src/domain/order.ts'
import { type PlacePorts, placeOrder } from '../../src/domain/place_order.ts'
import type { HoldAnswer, Reservations } from '../../src/domain/ports.ts'
import { createSettle } from '../../src/domain/settle_order.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { draft, HELD, order } from '../samples.ts'

const ANSWER: HoldAnswer = { status: 'held', lines: HELD }

/** Holds that are answered by the test. */
function world() {
  const runtime = createVirtualRuntime()
  const asked: (PromiseWithResolvers<HoldAnswer> & { readonly order: Order })[] = []
  const product: Reservations = {
    hold(order) {
      const call = { ...Promise.withResolvers<HoldAnswer>(), order }
      asked.push(call)
      return call.promise
    },
    release: async () => {},
    ship: async () => {},
    circuit: () => 'closed',
  }
  return { runtime, asked, ...createAnswerWait(product, runtime) }
}

/** Whether a new order would still wait. */
async function stillWaits(wait: Promise<void> | undefined): Promise<boolean> {
  let waits = wait !== undefined
  void wait?.then(() => {
    waits = false
  })
  await new Promise((turn) => setImmediate(turn))
  return waits
}

suite('a new order', () => {
  test('waits for nothing while no hold is in flight', () => {
    const { nextAnswer, runtime } = world()
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

test('a new order shares the commit of the answer that it waited for', async (t: TestContext) => {
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
  const ports: PlacePorts = {
    orders,
    reservations,
    nextAnswer,
    now,
    newId,
    reached() {},
    report: (fault) => assert.fail(String(fault)),
  }
  const settle = createSettle(ports)

  const first = placeOrder(ports, settle, draft())
  await untilTrue(() => asked.length === 1)
  const second = placeOrder(ports, settle, draft())
  const before = commits
  asked[0]!.resolve(ANSWER)
  await untilTrue(() => asked.length === 2)
  assert.equal(commits - before, 1)
  assert.equal((await first).order.status, 'confirmed')
  assert.equal((await orders.find(asked[1]!.order.id))?.order.status, 'pending')
  asked[1]!.resolve(ANSWER)
  assert.equal((await second).order.status, 'confirmed')
})
