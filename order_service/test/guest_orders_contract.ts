/** The contract of what does not change the version of an order: the account that it is added to, and its tracking. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { orderLinked, trackingChanged } from '../src/domain/audit.ts'
import type { OrderStore } from '../src/domain/ports.ts'
import type { StoredOrder } from '../src/domain/schedule.ts'
import {
  ADA,
  AT,
  BOB,
  confirm,
  GUEST,
  GUESTS,
  HELD,
  later,
  order,
  ROOT,
  requestCancel,
  ship,
} from './samples.ts'

const AT_TEXT = AT.toISOString()
const UPS = { carrier: 'UPS', number: '1Z 99' }
const POST = { carrier: null, number: 'RR 1' }
const ids = (orders: readonly StoredOrder[]) => orders.map((each) => each.order.id)
const linkedBy = (id: string, userId: string) => ({ by: userId, record: orderLinked(id, GUEST, userId) })

export function guestOrdersContract(
  name: string,
  makeStores: (t: TestContext) => Promise<readonly [OrderStore, OrderStore]>,
  /** Does the store isolate overlapping transactions? */
  honest = true,
) {
  suite(`${name}: orders of guests`, () => {
    test('of two accounts at once one gets the order, and a cancellation meanwhile counts (G2)', async (t) => {
      const [store, other] = await makeStores(t)
      const { order: placed, schedule } = order({ userId: GUEST, checkout: GUESTS })
      await store.addOnce({ order: placed, schedule })
      const link = (at: OrderStore, userId: string) =>
        at.link(placed, userId, AT_TEXT, linkedBy(placed.id, userId))
      const first = honest ? undefined : await link(store, ADA)
      const [ada, bob] = await Promise.all([
        first ?? link(store, ADA),
        link(other, BOB),
        other.save(requestCancel({ order: placed, schedule }, GUEST, later(1))),
      ])
      assert.notEqual(ada, bob)
      const found = (await other.find(placed.id))!.order
      assert.deepEqual(
        [found.linkedTo, found.userId, found.status, found.version],
        [ada ? ADA : BOB, GUEST, 'cancelling', 2],
      )
      assert.equal(await link(store, ADA), false)
    })

    test('an account lists what was added to it among its own, newest first, in pages', async (t) => {
      const [store, other] = await makeStores(t)
      const placed = [
        order(),
        order({ userId: GUEST, checkout: GUESTS }),
        order(),
        order({ userId: GUEST, checkout: GUESTS }),
        order({ userId: BOB }),
      ]
      for (const each of placed) await store.addOnce(each)
      const [, first, , second] = placed
      for (const each of [first!, second!])
        assert.ok(await store.link(each.order, ADA, AT_TEXT, linkedBy(each.order.id, ADA)))
      const seen: string[] = []
      for (let before: string | undefined; ; before = seen.at(-1)) {
        const page = ids(await other.listByUser(ADA, { limit: 2, before }))
        seen.push(...page)
        if (page.length < 2) break
      }
      assert.deepEqual(seen, ids(placed.slice(0, 4)).reverse())
      assert.deepEqual(ids(await other.listByUser(GUEST, { limit: 5 })), ids([second!, first!]))
    })

    test('quoted orders are found by their e-mail address', async (t) => {
      const [store, other] = await makeStores(t)
      const placed = [order({ checkout: GUESTS }), order(), order({ userId: GUEST, checkout: GUESTS })]
      for (const each of placed) await store.addOnce(each)
      const [older, , newer] = placed
      const found = (page: Parameters<OrderStore['listByEmail']>[1]) => other.listByEmail(GUESTS.email, page)
      assert.deepEqual(ids(await found({ limit: 5 })), ids([newer!, older!]))
      assert.deepEqual(ids(await found({ limit: 1 })), ids([newer!]))
      assert.deepEqual(ids(await found({ limit: 5, before: newer!.order.id })), ids([older!]))
      assert.deepEqual(await other.listByEmail('eve@example.org', { limit: 5 }), [])
    })

    test('tracking is saved with the change that ships, kept by later ones, and corrected only over what was read', async (t) => {
      const [store, other] = await makeStores(t)
      const { stored } = await store.addOnce(order())
      const confirmed = await store.save(confirm(stored, HELD, later(1)))
      const audited = { by: ROOT, record: trackingChanged(stored.order.id, undefined, UPS) }
      const shipped = await store.save(ship(confirmed, ROOT, later(2)), audited, UPS)
      assert.deepEqual(shipped.order.tracking, UPS)
      assert.deepEqual(await other.find(stored.order.id), shipped)
      const correct = (before: typeof UPS | undefined, after: typeof POST | typeof UPS) =>
        other.track(shipped.order, { before, after }, AT_TEXT, audited)
      assert.equal(await correct(undefined, POST), false)
      assert.equal(await correct(UPS, POST), true)
      // A settler that read the order before keeps the correction.
      await store.reschedule([])
      const after = (await store.find(stored.order.id))!
      assert.deepEqual([after.order.tracking, after.order.version], [POST, 3])
      const settled = await store.save({
        order: {
          ...shipped.order,
          status: 'delivered',
          history: [...shipped.order.history, { status: 'delivered', at: AT_TEXT, by: ROOT }],
        },
        schedule: shipped.schedule,
      } as StoredOrder)
      assert.equal(settled.order.version, 4)
      assert.deepEqual((await other.find(stored.order.id))!.order.tracking, POST)
    })
  })
}
