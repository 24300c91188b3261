/**
 * Money under faults: random actions of buyers, order_service and admins, some at the same time and on two replicas, at the real
 * simulator by the official client. Answers get lost, requests fail before and after they were applied, webhooks are lost, doubled
 * and reordered. Whatever happens, in the end the books equal the provider's to the cent.
 */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CHOICES } from '@shop/payment_simulator/choices'
import type { Knobs } from '@shop/payment_simulator/knobs'
import type { Audited } from '@shop/service_kit/audit/entry'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import fc from 'fast-check'
import { mongoSuites } from '../../simulation/test_support/mongo_suites.ts'
import { lineStates } from '../src/domain/bill.ts'
import { isSettled, type Payment, refundsOf, sumsOf } from '../src/domain/payment.ts'
import type { Stores } from '../src/domain/ports.ts'
import { openStores } from '../src/storage/open_stores.ts'
import { uuid } from './samples.ts'
import { createTestRuntime, MEMORY, startReplica, startWorld } from './worlds.ts'

const RUNS = { sqlite: 25, mongo: 6 }
const ACTIONS_MAX = 14
const AMOUNT = 4_200
const LINES = [
  { product_id: uuid(1), quantity: 3, gross_minor: 1_000 },
  { product_id: uuid(2), quantity: 1, gross_minor: 2_710 },
]
const NO_FAULTS = { lost_answers: 0, errors: 0, errors_after: 0, too_many: 0, latency_ms: 0 }

const chance = (most: number) => fc.integer({ min: 0, max: most * 100 }).map((percent) => percent / 100)
const knobs: fc.Arbitrary<Partial<Knobs>> = fc.record({
  latency_ms: fc.constantFrom(0, 0, 6),
  errors: chance(0.2),
  errors_after: chance(0.15),
  lost_answers: chance(0.2),
  too_many: chance(0.2),
  webhooks_lost: chance(1),
  webhooks_doubled: chance(0.5),
  webhooks_reordered: chance(0.5),
  refunds_pending: chance(0.5),
  refunds_failing: chance(0.3),
})
const choices = fc.constantFrom(...CHOICES.map(({ id }) => id))
const action = fc.oneof(
  fc.record({ kind: fc.constant('open') }),
  fc.record({ kind: fc.constant('pay'), choice: fc.oneof(fc.constant('ok' as const), choices) }),
  fc.record({
    kind: fc.constant('cancel'),
    reason: fc.constantFrom('time_over' as const, 'requested' as const),
  }),
  fc.record({ kind: fc.constant('capture') }),
  fc.record({ kind: fc.constant('refund'), minor: fc.integer({ min: 1, max: AMOUNT }), key: fc.nat(3) }),
  fc.record({
    kind: fc.constant('refund_lines'),
    which: fc.nat(LINES.length - 1),
    quantity: fc.integer({ min: 1, max: 2 }),
    shipping: fc.boolean(),
    key: fc.nat(3),
  }),
  fc.record({ kind: fc.constant('pass'), minutes: fc.constantFrom(0.1, 1, 20, 60, 24 * 60) }),
  fc.record({ kind: fc.constant('poll') }),
  fc.record({ kind: fc.constant('webhooks') }),
  fc.record({ kind: fc.constant('dispute') }),
)
const plan = fc.record({
  seed: fc.nat(),
  knobs,
  actions: fc.array(fc.tuple(action, fc.nat(1), fc.boolean(), fc.boolean()), {
    minLength: 4,
    maxLength: ACTIONS_MAX,
  }),
})
type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never

function moneyProperties(name: string, open: () => Promise<Audited<Stores>>, numRuns: number) {
  suite(`${name}: money under faults`, () => {
    test('M1, M5, M7, M8: the books equal the provider’s to the cent, whatever gets lost or comes twice', async () => {
      await fc.assert(
        fc.asyncProperty(plan, (each) => play(each, open)),
        {
          numRuns,
          endOnFailure: true,
          ...(process.env.FC_SEED ? { seed: Number(process.env.FC_SEED) } : {}),
        },
      )
    })
  })
}

async function play({ seed, knobs, actions }: Plan, open: () => Promise<Audited<Stores>>) {
  const cleanUp: (() => unknown)[] = []
  const scope = { after: (work: () => unknown) => void cleanUp.push(work) }
  try {
    const stores = await open()
    scope.after(() => stores.close())
    const runtime = createTestRuntime(seed)
    const world = await startWorld(scope as never, { stores, runtime, knobs })
    const other = startReplica(scope as never, { runtime, stores, provider: world.provider() })
    const orders = [world.newOrder(), world.newOrder()]
    const underWay: Promise<unknown>[] = []
    for (const [step, which, onOther, isAwaited] of actions) {
      const id = orders[which]!
      const work = act(step, id, world, onOther ? other : world)
      if (isAwaited) await work
      else underWay.push(work)
      // M7, at every moment: the provider gave back no more than it took.
      for (const { captured, refunded } of world.simulator.books()) assert.ok(refunded <= captured)
    }
    await Promise.all(underWay)
    world.simulator.turn(NO_FAULTS)
    for (const id of orders) {
      if ((await stores.payments.find(id)) === undefined) continue
      await settle(id, world)
      check(await world.find(id), world)
    }
    const known = new Set<string>()
    for (const { payment } of await stores.payments.list('', 10)) {
      for (const { id } of payment.entries) {
        assert.ok(!known.has(id), `M5: ${id} is one entry`)
        known.add(id)
      }
    }
    const intents = (await stores.payments.list('', 10)).flatMap(({ payment }) => payment.intentId ?? [])
    for (const { payment_intent, captured } of world.simulator.books())
      assert.ok(
        captured === 0 || intents.includes(payment_intent),
        'no money is taken without a payment here',
      )
  } finally {
    for (const work of cleanUp.toReversed()) await work()
  }
}

type World = Awaited<ReturnType<typeof startWorld>>
type Replica = Pick<World, 'internal' | 'open' | 'cancel' | 'capture' | 'refund' | 'payments'>

async function act(step: Plan['actions'][number][0], id: string, world: World, replica: Replica) {
  const stored = await world.stores.payments.find(id)
  switch (step.kind) {
    case 'open':
      return replica.open(id, { lines: LINES, shipping_gross_minor: 490 })
    case 'pay':
      return stored?.payment.sessionId && world.simulator.pay(stored.payment.sessionId, step.choice)
    case 'cancel':
      return replica.cancel(id, step.reason)
    case 'capture':
      return replica.capture(id)
    case 'refund':
      return replica.refund(id, (step.minor / 100).toFixed(2), `key-${step.key}`)
    case 'refund_lines': {
      const lines = [{ product_id: LINES[step.which]!.product_id, quantity: step.quantity }]
      return replica.internal('POST', `${id}/refunds`, {
        ...{
          refund_id: uuid(Number(id.slice(-6)) * 10 + step.key),
          lines,
          shipping: step.shipping,
          reason: 'x',
        },
      })
    }
    case 'pass':
      return world.runtime.pass(step.minutes * 60_000)
    case 'poll':
      return replica.payments.wake()
    case 'webhooks':
      return world.sendWebhooks()
    case 'dispute': {
      const intent = stored?.payment.intentId
      const isCaptured = world.simulator
        .books()
        .some((book) => book.payment_intent === intent && book.captured > 0)
      return intent !== undefined && isCaptured && world.simulator.dispute(intent)
    }
  }
}

/** What is authorised and not shipped ends after 7 days; everything else before. Its last reading is after that of the provider. */
async function settle(id: string, world: World) {
  await world.until(id, isSettled, 6 * 60 * 60_000)
  const { version } = await world.find(id)
  // What is settled is read again by itself, too.
  await world.until(id, (payment) => payment.version >= version, 24 * 60 * 60_000)
}

function check(payment: Payment, world: World) {
  const { captured, refunded, authorised } = sumsOf(payment)
  assert.ok(captured - refunded <= AMOUNT, 'M1')
  assert.ok(refundsOf(payment) <= captured, 'M7')
  assert.equal(authorised, 0)
  for (const { quantity, grossMinor, refundedQuantity, refundedMinor } of lineStates(payment)) {
    assert.ok(
      refundedQuantity <= quantity && refundedMinor <= grossMinor,
      'no line gives back more than its gross',
    )
    if (refundedQuantity === quantity) assert.equal(refundedMinor, grossMinor, 'a line gives back its gross')
  }
  const made = payment.refunds.filter(({ state }) => state === 'succeeded')
  assert.equal(
    made.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    refunded,
    'each refund is made once',
  )
  if (payment.state === 'cancelled') assert.equal(captured, refunded, 'M3')
  const book = world.simulator.books().find(({ payment_intent }) => payment_intent === payment.intentId)
  assert.deepEqual(
    { captured, refunded },
    { captured: book?.captured ?? 0, refunded: book?.refunded ?? 0 },
    'M5',
  )
}

moneyProperties('SQLite', () => openStores(MEMORY, { runtime: systemRuntime }), RUNS.sqlite)

mongoSuites('payments in MongoDB', (server) => {
  const open = () => openStores({ ...MEMORY, DATABASE_URL: server.url(server.newDatabase()) }, server.opening)
  moneyProperties('MongoDB', open, RUNS.mongo)
})
