/** A process that stops between two durable steps: what it had begun is driven to its end by another, once. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CRASH_POINTS, type CrashPoint } from '../src/domain/ports.ts'
import { startReplica, startWorld } from './worlds.ts'

class Stopped extends Error {}

/** Points that are passed more than once; the process stops at each of their times. */
const TIMES: Partial<Record<CrashPoint, number>> = {
  wish_recorded: 3,
  provider_answered: 3,
  event_recorded: 2,
}

suite('a process that stops', () => {
  for (const point of CRASH_POINTS) {
    for (let time = 1; time <= (TIMES[point] ?? 1); time++) {
      test(`M1, M3, M7: at ${point}, time ${time}: another ends what it began, once`, async (t) => {
        let passed = 0
        const world = await startWorld(t, {
          reached(place) {
            if (place !== point) return
            passed += 1
            if (passed >= time) throw new Stopped(point)
          },
        })
        const other = startReplica(t, {
          runtime: world.runtime,
          stores: world.stores,
          provider: world.provider(),
        })
        const id = world.newOrder()
        const twice = async (ask: (replica: typeof other) => Promise<unknown>) => {
          await ask(world)
          // The caller repeats what was not answered.
          await ask(other)
        }
        await twice((replica) => replica.open(id))
        await other.until(id, ({ checkoutUrl }) => checkoutUrl !== undefined)
        await world.pay(id)
        await world.sendWebhooks()
        await other.until(id, ({ state }) => state === 'authorised')
        await twice((replica) => replica.capture(id))
        await other.until(id, ({ state }) => state === 'captured')
        await twice((replica) => replica.refund(id, '10.00', 'key'))
        await other.until(id, ({ refunds }) => refunds[0]?.state === 'succeeded')
        await twice((replica) => replica.cancel(id))
        const { refunds, entries } = await other.until(id, ({ state }) => state === 'cancelled')
        assert.ok(passed >= time, `${point} was passed ${passed} times`)
        assert.deepEqual(
          refunds.map(({ amountMinor }) => amountMinor),
          [1_000, 3_200],
        )
        assert.equal(new Set(entries.map((entry) => entry.id)).size, entries.length)
        const [book, ...others] = world.simulator.books()
        assert.deepEqual([book?.captured, book?.refunded, others.length], [4_200, 4_200, 0])
      })
    }
  }
})
