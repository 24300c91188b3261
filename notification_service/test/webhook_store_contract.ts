/** What every store of endpoints and deliveries promises (src/domain/webhook_ports.ts), on two connections. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { Audited } from '@shop/service_kit/audit/entry'
import type { Stores } from '../src/domain/ports.ts'
import { FORWARD_MS } from '../src/domain/webhook.ts'
import { ATTEMPTS_KEPT, type AuditRecord } from '../src/domain/webhook_ports.ts'
import { AT, endpoint, event, ROOT, uuid } from './samples.ts'

type Opened = Audited<Stores>

const after = (ms: number) => new Date(Date.parse(AT) + ms).toISOString()
const due = (position: number, aggregate = 'order:a') => ({
  ...{ position, aggregate, eventId: `${aggregate}:${position}`, type: 'order.confirmed' },
})
const audited = (action: AuditRecord['action'] = 'endpoint.created', n = 1) => ({
  by: ROOT,
  record: { action, subject: { type: 'endpoint' as const, id: uuid(n) }, changes: [] },
})
const attempt = (status: number | null = 200) => ({ at: AT, status, error: null, durationMs: 5 })

export function webhookStoreContract(
  name: string,
  open: (t: TestContext) => Promise<readonly [Opened, Opened]>,
  { races = true } = {},
): void {
  suite(`${name}: webhooks`, () => {
    const add = async ({ webhooks }: Stores, n = 1, max = 9) =>
      webhooks.add(endpoint(n), max, audited('endpoint.created', n))
    const claim = async ({ webhooks }: Stores, ms = 0, limit = 9) =>
      webhooks.claim(uuid(1), after(ms), after(ms + 60_000), limit)
    const states = async ({ webhooks }: Stores) =>
      (await webhooks.deliveries({ endpointId: uuid(1), state: undefined, before: undefined, limit: 99 }))
        .map(({ position, state, attempts }) => `${position} ${state} ${attempts}`)
        .toReversed()

    test('endpoints are added up to a limit, changed over their version, and removed, each with an entry', async (t) => {
      const [one, two] = await open(t)
      assert.equal(await add(one, 1), true)
      assert.equal(await add(two, 2, 2), true)
      assert.equal(await add(one, 3, 2), false)
      assert.deepEqual(await two.webhooks.endpoints(), [endpoint(1), endpoint(2)])
      const previous = { ...endpoint(1).secret, until: after(5) }
      const changed = endpoint(1, { types: ['order.shipped'], state: 'paused', previous, failingSince: AT })
      assert.equal(await two.webhooks.save(changed, audited('endpoint.changed')), true)
      assert.equal(await one.webhooks.save(changed, audited('endpoint.changed')), false)
      assert.deepEqual(await one.webhooks.endpoint(uuid(1)), { ...changed, version: 2 })
      assert.equal(await one.webhooks.save({ ...changed, version: 2 }), true)
      assert.equal(await one.webhooks.remove(uuid(2), AT, audited('endpoint.deleted', 2)), true)
      assert.equal(await one.webhooks.remove(uuid(2), AT, audited('endpoint.deleted', 2)), false)
      assert.equal(await two.webhooks.endpoint(uuid(2)), undefined)
      const entries = await two.auditLog.page({ filter: undefined, before: undefined, limit: 9 })
      assert.deepEqual(entries.map(({ action, subject }) => `${action} ${subject.id.at(-1)}`).toReversed(), [
        'endpoint.created 1',
        'endpoint.created 2',
        'endpoint.changed 1',
        'endpoint.deleted 2',
      ])
      assert.equal(JSON.stringify(entries).includes('whs'), false, 'no secret is in the log (W4)')
    })

    test('a part of the log is spread once; a later delivery of an aggregate waits (W2, W6)', async (t) => {
      const [one, two] = await open(t)
      await add(one)
      assert.equal(await one.webhooks.spread(uuid(1), 0, 4, [due(1), due(2), due(3, 'order:b')], AT), true)
      assert.equal(await two.webhooks.spread(uuid(1), 0, 4, [due(1)], AT), false)
      assert.equal((await two.webhooks.endpoint(uuid(1)))!.position, 4)
      assert.equal(await two.webhooks.spread(uuid(1), 4, 5, [due(5)], AT), true)
      assert.deepEqual(await states(one), ['1 queued 0', '2 waiting 0', '3 queued 0', '5 waiting 0'])
      const claimed = await claim(two)
      assert.deepEqual(claimed.map(({ position }) => position).toSorted(), [1, 3])
      assert.deepEqual(await claim(one), [])
    })

    test('one that is done, or dead, lets the next one of its aggregate go (W2)', async (t) => {
      const [one, two] = await open(t)
      await add(one)
      await one.webhooks.spread(uuid(1), 0, 3, [due(1), due(2), due(3)], AT)
      const over = async (state: 'done' | 'dead' | 'queued', dueAt = AT) => {
        const [delivery] = await claim(two)
        return two.webhooks.finish({ delivery: delivery!, state, dueAt, attempt: attempt() })
      }
      assert.equal(await over('done'), true)
      assert.deepEqual(await states(one), ['1 done 1', '2 queued 0', '3 waiting 0'])
      assert.equal(await over('queued', after(90_000)), true)
      assert.deepEqual(await claim(one, 89_000), [])
      const [again] = await claim(one, 90_000)
      assert.deepEqual([again!.position, again!.attempts], [2, 2])
      await one.webhooks.finish({ delivery: again!, state: 'dead', dueAt: AT, attempt: attempt(500) })
      assert.deepEqual(await states(one), ['1 done 1', '2 dead 2', '3 queued 0'])
      const dead = { endpointId: uuid(1), state: 'dead', before: undefined, limit: 9 } as const
      const [shown] = await two.webhooks.deliveries(dead)
      assert.deepEqual([shown!.position, shown!.lastStatus], [2, 500])
    })

    test('the report of one that outlived its lease is refused (W3)', async (t) => {
      const [one, two] = await open(t)
      await add(one)
      await one.webhooks.spread(uuid(1), 0, 1, [due(1)], AT)
      const [slow] = await claim(one)
      const [second] = await claim(two, 60_000)
      assert.deepEqual([slow!.fence, second!.fence, second!.attempts], [1, 2, 2])
      const finished = { state: 'done', dueAt: AT, attempt: attempt() } as const
      assert.equal(await one.webhooks.finish({ delivery: slow!, ...finished, state: 'dead' }), false)
      assert.equal(await two.webhooks.finish({ delivery: second!, ...finished }), true)
      assert.equal(await two.webhooks.finish({ delivery: second!, ...finished }), false)
      assert.deepEqual(await states(one), ['1 done 2'])
    })

    test('the last attempts are kept, newest first', async (t) => {
      const [one] = await open(t)
      await add(one)
      await one.webhooks.spread(uuid(1), 0, 1, [due(1)], AT)
      for (let n = 0; n < ATTEMPTS_KEPT + 2; n++) {
        const [delivery] = await claim(one)
        const kept = { ...attempt(n), error: `e${n}` }
        await one.webhooks.finish({ delivery: delivery!, state: 'queued', dueAt: AT, attempt: kept })
      }
      const attempts = (await one.webhooks.attempts(uuid(1), 1))!
      assert.deepEqual([attempts.length, attempts[0]!.status], [ATTEMPTS_KEPT, ATTEMPTS_KEPT + 1])
      assert.equal(await one.webhooks.attempts(uuid(1), 2), undefined)
    })

    test('a replay queues what is over, and makes what was not there; it may be repeated', async (t) => {
      const [one, two] = await open(t)
      await add(one)
      await one.webhooks.spread(uuid(1), 0, 4, [due(1), due(2)], AT)
      const [first] = await claim(one)
      await one.webhooks.finish({ delivery: first!, state: 'done', dueAt: AT, attempt: attempt() })
      const replay = ({ webhooks }: Stores) =>
        webhooks.replay(uuid(1), [due(1), due(2), due(3, 'order:c')], AT, audited('endpoint.events_replayed'))
      assert.equal(await replay(one), 2)
      assert.equal(await replay(two), 0)
      // Behind the one that is under way.
      assert.deepEqual(await states(one), ['1 waiting 0', '2 queued 0', '3 queued 0'])
    })

    test('a replay brings forward what waits long for its next attempt, and that begins its schedule anew', async (t) => {
      const [one, two] = await open(t)
      await add(one)
      await one.webhooks.spread(uuid(1), 0, 4, [due(1), due(2), due(3, 'order:c'), due(4, 'order:c')], AT)
      const pauses = [FORWARD_MS + 1, FORWARD_MS]
      for (const [n, delivery] of (await claim(one)).entries())
        await one.webhooks.finish({ delivery, state: 'queued', dueAt: after(pauses[n]!), attempt: attempt() })
      const all = [due(1), due(2), due(3, 'order:c'), due(4, 'order:c')]
      const replay = ({ webhooks }: Stores) =>
        webhooks.replay(uuid(1), all, AT, audited('endpoint.events_replayed'))
      const before = await states(one)
      assert.equal(await replay(one), 1)
      assert.equal(await replay(two), 0)
      const others = ['2 waiting 0', '3 queued 1', '4 waiting 0']
      assert.deepEqual(before, ['1 queued 1', ...others])
      assert.deepEqual(await states(one), ['1 queued 0', ...others])
      assert.deepEqual(
        (await claim(one)).map(({ position }) => position),
        [1],
      )
    })

    test('a replay for an endpoint that is gone makes nothing', async (t) => {
      const [one] = await open(t)
      assert.equal(
        await one.webhooks.replay(uuid(1), [due(1)], AT, audited('endpoint.events_replayed')),
        undefined,
      )
    })

    test('deliveries are listed page by page, newest first; they go with their endpoint', async (t) => {
      const [one] = await open(t)
      await add(one)
      await one.webhooks.spread(
        uuid(1),
        0,
        20,
        [9, 10, 11].map((n) => due(n, `order:${n}`)),
        AT,
      )
      const page = async (before: number | undefined, state?: 'queued') =>
        (await one.webhooks.deliveries({ endpointId: uuid(1), state, before, limit: 2 })).map(
          ({ position }) => position,
        )
      assert.deepEqual([await page(undefined), await page(10)], [[11, 10], [9]])
      assert.deepEqual([await page(undefined, 'queued'), await page(10, 'queued')], [[11, 10], [9]])
      await one.webhooks.remove(uuid(1), AT, audited('endpoint.deleted'))
      assert.deepEqual(await page(undefined), [])
    })

    test('what is over goes with its events; what is not stays, and is seen', async (t) => {
      const [one] = await open(t)
      await add(one)
      const events = [1, 2, 3].map((n) => event(`order:${n}`, 1))
      await one.events.record(events, AT)
      await one.webhooks.spread(
        uuid(1),
        0,
        3,
        [1, 2, 3].map((n) => due(n, `order:${n}`)),
        AT,
      )
      const [first] = await claim(one, 0, 1)
      await one.webhooks.finish({ delivery: first!, state: 'done', dueAt: AT, attempt: attempt() })
      const { items } = await one.oldEvents.due('9999', undefined, 9)
      assert.equal(await one.oldEvents.remove(items), 2)
      assert.deepEqual(await states(one), ['2 queued 0', '3 queued 0'])
    })

    test('what is due at one endpoint is claimed whatever is due at another, and by whom (W5)', async (t) => {
      const [one, two] = await open(t)
      await add(one, 1)
      await add(one, 2)
      const many = Array.from({ length: 40 }, (_, n) => due(n + 1, `order:${n}`))
      await one.webhooks.spread(uuid(1), 0, 40, many, AT)
      await one.webhooks.spread(uuid(2), 0, 41, [due(41)], after(1_000))
      const claims = ({ webhooks }: Stores, n: number) =>
        webhooks.claim(uuid(n), after(2_000), after(60_000), 4)
      assert.deepEqual([(await claims(one, 1)).length, (await claims(two, 1)).length], [4, 4])
      const [only, ...others] = await claims(two, 2)
      assert.deepEqual([only!.endpointId, only!.position, others], [uuid(2), 41, []])
    })

    test('an order that fails again and again takes no turn of another (W2, W5)', async (t) => {
      const [one, two] = await open(t)
      await add(one)
      await one.webhooks.spread(uuid(1), 0, 9, [due(1), due(2), due(3, 'order:b'), due(4, 'order:c')], AT)
      const order: number[] = []
      for (let i = 0; i < 3; i++) {
        const [delivery] = await claim(i % 2 ? one : two, i, 1)
        order.push(delivery!.position)
        const finished = { delivery: delivery!, dueAt: after(5_000), attempt: attempt(500) }
        await one.webhooks.finish({ ...finished, state: delivery!.position === 1 ? 'queued' : 'done' })
      }
      assert.deepEqual(order.toSorted(), [1, 3, 4])
      assert.deepEqual(await claim(one, 4_999), [])
    })

    if (races)
      test('whatever is made and ends at once: no delivery waits for nothing (W2)', async (t) => {
        const [one, two] = await open(t)
        await add(one)
        let position = 0
        const make = async () => {
          while (position < 12) {
            const from = position
            position += 1
            await one.webhooks.spread(uuid(1), from, from + 1, [due(from + 1)], AT)
          }
        }
        let done = 0
        const end = async () => {
          for (let i = 0; done < 12 && i < 500; i++) {
            for (const delivery of await claim(two)) {
              await two.webhooks.finish({ delivery, state: 'done', dueAt: AT, attempt: attempt() })
              assert.equal(delivery.position, ++done, 'in order')
            }
            await new Promise((turn) => setImmediate(turn))
          }
        }
        await Promise.all([make(), end()])
        assert.equal(done, 12)
      })
  })
}
