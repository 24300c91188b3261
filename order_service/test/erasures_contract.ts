/** The contract of Erasures and PersonalOrders (src/domain/erasures.ts, erase_orders.ts), with the tasks that use them, for every store. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { orderLinked, trackingChanged } from '../src/domain/audit.ts'
import type { Case } from '../src/domain/cases.ts'
import {
  createOrdersToErase,
  createWithdrawalsToErase,
  type ErasePayments,
  KEPT_LEAST_MS,
} from '../src/domain/erase_orders.ts'
import { ERASED } from '../src/domain/erased.ts'
import { createErasureMarks, LAST_PASS_MS, MARKED_AT_ONCE } from '../src/domain/erasures.ts'
import type { Stores } from '../src/domain/ports.ts'
import type { StoredOrder } from '../src/domain/schedule.ts'
import { aReturn, aWithdrawal } from './cases_contract.ts'
import {
  ADA,
  AT,
  awaitPayment,
  BOB,
  CHECKOUT,
  capture,
  captured,
  confirm,
  confirmPayment,
  deliver,
  GUEST,
  GUESTS,
  HELD,
  later,
  MUG,
  order,
  PAID,
  ROOT,
  reject,
  SHORT,
  settled,
  ship,
  uuid,
} from './samples.ts'

export type MakeStores = (t: TestContext) => Promise<readonly [Stores, Stores]>

const DAY_MS = 24 * 60 * 60_000
const UPS = { carrier: 'UPS', number: '1Z 99' }
/** Everything in the samples that is about a person. */
const PERSONAL = /ada@|gil@|Ada|Byron|Gasse|10115|Berlin|1Z 99|too small|for Gil/

export function erasuresContract(name: string, makeStores: MakeStores) {
  /** A place of tests: what time it is, and whether payment_service is there. */
  const worldOf = async (t: TestContext) => {
    const [stores, other] = await makeStores(t)
    let at = AT
    const now = () => at
    const reported: (readonly string[])[] = []
    let erasePayments: ErasePayments = async () => []
    const orders = createOrdersToErase({
      ...{ personal: stores.personal, cases: stores.cases, now },
      erasePayments: (ids) => erasePayments(ids),
      report: (_fault, ids) => reported.push(ids),
    })
    const tasks = {
      marks: createErasureMarks({ ...stores, now }),
      orders,
      withdrawals: createWithdrawalsToErase({ cases: stores.cases, now }),
    }
    /** One run of a task, in small pages. Resolves how many it changed. */
    const run = async (task: keyof typeof tasks, days = 0, limit = 2) => {
      const source = tasks[task]
      const before = new Date(at.getTime() - days * DAY_MS).toISOString()
      let [changed, after] = [0, undefined as string | undefined]
      do {
        const { items, next } = await source.due(before, after, limit)
        changed += await source.remove(items as never)
        after = next
      } while (after !== undefined)
      return changed
    }
    const add = async (stored: StoredOrder) => {
      assert.ok((await stores.orders.addOnce(stored)).added)
      return stored
    }
    const found = async (id: string) => (await other.orders.find(id))!
    return {
      ...{ stores, other, run, add, found, reported },
      pass: (ms: number) => {
        at = later(ms, at)
      },
      payments: (answer: ErasePayments) => {
        erasePayments = answer
      },
      erasedOf: async (...all: readonly StoredOrder[]) => {
        const read = await Promise.all(all.map(({ order: { id } }) => found(id)))
        return read.map((each) => each.order.erasedAt !== undefined)
      },
    }
  }
  const rejected = (changes: Parameters<typeof order>[0]): StoredOrder => {
    const read = reject(order(changes), SHORT, AT)
    return { ...read, order: { ...read.order, version: 2 } } as StoredOrder
  }
  const shipped = (changes: Parameters<typeof order>[0]): StoredOrder => {
    const confirmed = confirm(order(changes), HELD, AT)
    const sent = settled(ship(confirmed, ROOT, AT))
    return { ...sent, order: { ...sent.order, version: 3, tracking: UPS } } as StoredOrder
  }
  const paid = (changes: Parameters<typeof order>[0] = {}): StoredOrder => {
    const waiting = awaitPayment(order({ ...changes, checkout: PAID }), HELD, AT)
    const sent = settled(captured(capture(confirmPayment(waiting, AT), ROOT, AT), AT))
    return { ...sent, order: { ...sent.order, version: 5 } } as StoredOrder
  }

  suite(`erasures, ${name}`, () => {
    test('the personal fields of the orders of a deleted account are erased, and those of no other; amounts stay', async (t) => {
      const world = await worldOf(t)
      const mine = await world.add(shipped({ checkout: CHECKOUT }))
      const plain = await world.add(shipped({}))
      const theirs = await world.add(shipped({ userId: BOB, checkout: CHECKOUT }))
      await world.stores.erasures.add([ADA], AT.toISOString())
      assert.equal(await world.run('marks'), 1)
      world.pass(KEPT_LEAST_MS + 1)
      assert.equal(await world.run('orders'), 2)
      const { order: after, schedule } = await world.found(mine.order.id)
      const before = mine.order
      assert.doesNotMatch(JSON.stringify(after), PERSONAL)
      assert.doesNotMatch(JSON.stringify((await world.found(plain.order.id)).order), PERSONAL)
      assert.deepEqual(after, {
        ...before,
        checkout: {
          ...before.checkout!,
          email: ERASED,
          address: {
            ...{ name: ERASED, organization: null, lines: [], postalCode: '', city: ERASED },
            ...{ region: null, country: 'DE', phone: null },
          },
        },
        tracking: undefined,
        erasedAt: after.erasedAt,
      })
      // It leaves another fence, and no version (3).
      assert.deepEqual([after.version, schedule.fence], [before.version, mine.schedule.fence + 1])
      assert.deepEqual(await world.found(theirs.order.id), theirs)
      assert.equal(await world.run('orders'), 0)
      assert.deepEqual(await world.stores.orders.listByEmail('ada@example.org', { limit: 5 }), [theirs])
    })

    test('2: a second pass marks what came meanwhile, and then the erasure is forgotten', async (t) => {
      const world = await worldOf(t)
      const { erasures } = world.stores
      const first = []
      for (let i = 0; i <= MARKED_AT_ONCE; i++) first.push(await world.add(rejected({})))
      await erasures.add([ADA, BOB], AT.toISOString())
      await erasures.add([ADA], later(5).toISOString())
      assert.equal(await world.run('marks', 0, 1), 2)
      const marked = await Promise.all(first.map(({ order: { id } }) => world.found(id)))
      assert.ok(marked.every((each) => each.order.isOwnerless))
      const late = await world.add(rejected({}))
      const guests = await world.add(order({ userId: GUEST, checkout: GUESTS }))
      const audited = { by: ADA, record: orderLinked(guests.order.id, GUEST, ADA) }
      assert.ok(await world.stores.orders.link(guests.order, ADA, AT.toISOString(), audited))
      assert.equal((await world.found(guests.order.id)).order.isOwnerless, false)
      world.pass(LAST_PASS_MS - 1)
      assert.equal(await world.run('marks'), 0)
      world.pass(1)
      assert.equal(await world.run('marks'), 2)
      for (const { order } of [late, guests]) assert.ok((await world.found(order.id)).order.isOwnerless)
      world.pass(10 * LAST_PASS_MS)
      assert.deepEqual(await erasures.due(later(1e12).toISOString(), 5), [])
    })

    test('1: a process that dies between marking and recording begins the pass again; of two one counts it', async (t) => {
      const world = await worldOf(t)
      const placed = await world.add(rejected({}))
      const { erasures } = world.stores
      await erasures.add([ADA], AT.toISOString())
      const [read] = await erasures.due(AT.toISOString(), 5)
      await erasures.disown(ADA, [placed.order])
      assert.equal(await world.run('marks'), 1)
      // It stood still with what it read before.
      await world.other.erasures.finish(read!, undefined)
      const [next] = await erasures.due(later(LAST_PASS_MS).toISOString(), 5)
      assert.deepEqual([next?.passes, next?.userId], [1, ADA])
      assert.ok((await world.found(placed.order.id)).order.isOwnerless)
    })

    test('an order of a guest needs no deletion; one that was added to an account waits for that', async (t) => {
      const world = await worldOf(t)
      const [free, linked] = [
        await world.add(shipped({ userId: GUEST, checkout: GUESTS })),
        await world.add(shipped({ userId: GUEST, checkout: GUESTS })),
      ]
      const audited = { by: BOB, record: orderLinked(linked.order.id, GUEST, BOB) }
      assert.ok(await world.stores.orders.link(linked.order, BOB, AT.toISOString(), audited))
      world.pass(DAY_MS + 1)
      assert.equal(await world.run('orders'), 1)
      assert.deepEqual(await world.erasedOf(free, linked), [true, false])
      await world.stores.erasures.add([GUEST, BOB], AT.toISOString())
      assert.equal(await world.run('marks'), 2)
      assert.equal(await world.run('orders'), 1)
      assert.deepEqual(await world.erasedOf(free, linked), [true, true])
    })

    test('4: it is kept for the days, and for a day at least', async (t) => {
      const world = await worldOf(t)
      const guests = await world.add(shipped({ userId: GUEST, checkout: GUESTS }))
      world.pass(KEPT_LEAST_MS)
      assert.equal(await world.run('orders', 0), 0)
      world.pass(1)
      assert.equal(await world.run('orders', 2), 0)
      world.pass(DAY_MS)
      assert.equal(await world.run('orders', 2), 1)
      assert.deepEqual(await world.erasedOf(guests), [true])
    })

    test('1: what has not ended stays: unsettled orders, open returns and what they owe, payments that are open', async (t) => {
      const world = await worldOf(t)
      const guest = { userId: GUEST, checkout: GUESTS }
      const confirmed = await world.add({
        ...confirm(order(guest), HELD, AT),
        order: { ...confirm(order(guest), HELD, AT).order, version: 2 },
      } as StoredOrder)
      const waiting = await world.add(order(guest))
      const { order: sent, schedule } = shipped(guest)
      const unsettled = await world.add({
        order: sent,
        schedule: { ...schedule, dueAt: AT.toISOString() },
      } as StoredOrder)
      const returned = await world.add(shipped(guest))
      const { id } = returned.order
      const back = aReturn(1, { id, subject: id })
      const body = (state: 'requested' | 'received', refund: 'owed' | 'done') => ({
        ...back.body,
        returns: [
          {
            ...{
              id: uuid(50),
              key: undefined,
              state,
              by: GUEST,
              at: AT.toISOString(),
              withdrawalId: undefined,
            },
            ...{ lines: [{ productId: MUG, quantity: 1 }], reason: 'too small', note: 'for Gil' },
            receipts: [
              {
                ...{ id: uuid(51), key: undefined, at: AT.toISOString(), by: ROOT, lines: [] },
                ...{ refundsShipping: false, shippingLeftOut: false, restock: 'done' as const, refund },
                ...{ refundMinor: undefined, setsOff: true, setOffMinor: undefined, refusal: undefined },
              },
            ],
          },
        ],
      })
      await world.stores.cases.addOnce<'return'>({ ...back, body: body('requested', 'done') })
      world.pass(2 * DAY_MS)
      const change = async (changed: Partial<Case<'return'>>) => {
        const stored = (await world.stores.cases.find('return', id))!
        const history = [...stored.body.history, stored.body.history[0]!]
        const next = { ...stored, ...changed }
        await world.stores.cases.save({ ...next, body: { ...next.body, history } })
      }
      assert.equal(await world.run('orders'), 0)
      await change({ body: body('received', 'owed') })
      assert.equal(await world.run('orders'), 0)
      await change({ body: body('received', 'done') })
      assert.equal(await world.run('orders'), 1)
      assert.deepEqual(await world.erasedOf(confirmed, waiting, unsettled, returned), [
        false,
        false,
        false,
        true,
      ])
      const erased = (await world.other.cases.find('return', id))!
      assert.doesNotMatch(JSON.stringify(erased), PERSONAL)
      assert.deepEqual([erased.version, erased.body.returns[0]!.receipts.length], [3, 1])

      const [open, closed] = [await world.add(paid()), await world.add(paid())]
      await world.stores.erasures.disown(ADA, [open.order, closed.order])
      world.payments(async () => [open.order.id])
      assert.equal(await world.run('orders'), 1)
      assert.deepEqual(await world.erasedOf(open, closed), [false, true])
    })

    test('5: without payment_service the orders that are paid wait, and no others', async (t) => {
      const world = await worldOf(t)
      const [withMoney, without] = [await world.add(paid()), await world.add(shipped({ checkout: CHECKOUT }))]
      // Something is owed for it still, so its payment is not erased either.
      const { order: sent, schedule } = paid()
      const owed = await world.add({
        order: sent,
        schedule: { ...schedule, dueAt: AT.toISOString() },
      } as StoredOrder)
      await world.stores.erasures.disown(ADA, [withMoney.order, without.order, owed.order])
      world.payments(async () => {
        throw new Error('it is down')
      })
      world.pass(2 * DAY_MS)
      assert.equal(await world.run('orders'), 1)
      assert.deepEqual(world.reported, [[withMoney.order.id]])
      const asked: string[] = []
      world.payments(async (ids) => {
        asked.push(...ids)
        return []
      })
      assert.equal(await world.run('orders'), 1)
      assert.deepEqual(asked, [withMoney.order.id])
      assert.deepEqual(await world.erasedOf(withMoney, without, owed), [true, true, false])
    })

    test('3: an order that changes at the same time loses nothing, in either order', async (t) => {
      const world = await worldOf(t)
      const { orders, personal } = world.stores
      const guests = await world.add(shipped({ userId: GUEST, checkout: GUESTS }))
      const delivered = (of: StoredOrder) => {
        const next = deliver(of, ROOT, later(5))
        return { ...next, order: { ...next.order, version: of.order.version } } as StoredOrder
      }
      await orders.save(delivered(guests))
      assert.equal(await personal.erase([guests], AT.toISOString()), 0)
      assert.deepEqual((await world.found(guests.order.id)).order.checkout, GUESTS)
      // The other way round: who read it before has to read it again.
      const second = await world.add(shipped({ userId: GUEST, checkout: GUESTS }))
      assert.equal(await personal.erase([second], AT.toISOString()), 1)
      await assert.rejects(orders.save(delivered(second), undefined, UPS), { code: 'version_conflict' })
      const erased = await world.found(second.order.id)
      assert.equal((await orders.save(delivered(erased))).order.status, 'delivered')
      const { id, userId, erasedAt } = (await world.found(second.order.id)).order
      assert.ok(erasedAt)
      // Nor does it take a new personal field, or an account.
      const tracked = { by: ROOT, record: trackingChanged(id, undefined, UPS) }
      const change = { before: undefined, after: UPS }
      assert.equal(await orders.track({ id, userId }, change, AT.toISOString(), tracked), false)
      const linked = { by: ADA, record: orderLinked(id, GUEST, ADA) }
      assert.equal(await orders.link({ id, userId }, ADA, AT.toISOString(), linked), false)
      await world.stores.erasures.disown(GUEST, [{ id, userId }])
      assert.equal((await world.found(id)).order.isOwnerless, false)
    })

    test('3: of an erasure and a change of a return at the same time both happen, or the first', async (t) => {
      const { stores } = await worldOf(t)
      const { stored } = await stores.cases.addOnce(aReturn(1))
      const erased = { ...stored, erasedAt: AT.toISOString() }
      assert.equal(await stores.cases.erase(erased), true)
      assert.equal(await stores.cases.erase(erased), false)
      const body = { ...stored.body, history: [...stored.body.history, stored.body.history[0]!] }
      await assert.rejects(stores.cases.save({ ...stored, body }), { code: 'version_conflict' })
      const read = (await stores.cases.find('return', stored.id))!
      assert.deepEqual([read.erasedAt, read.fence, read.version], [erased.erasedAt, stored.fence + 1, 1])
    })

    test('withdrawals are erased when they are done for so long; the number of the order stays', async (t) => {
      const world = await worldOf(t)
      const done = (n: number, changes: Partial<Case<'withdrawal'>> = {}) => {
        const added = aWithdrawal(n, { state: 'done', dueAt: undefined, ...changes })
        return { ...added, body: { ...added.body, mail: 'sent' as const, note: 'for Gil' } }
      }
      for (const each of [done(1), done(2), done(3, { state: 'open' })])
        await world.stores.cases.addOnce<'withdrawal'>(each)
      await world.stores.cases.addOnce<'withdrawal'>({ ...done(4), body: aWithdrawal(4).body })
      assert.equal(await world.run('withdrawals', 1, 1), 0)
      world.pass(2 * DAY_MS)
      assert.equal(await world.run('withdrawals', 1, 1), 2)
      const read = await Promise.all([1, 2, 3, 4].map((n) => world.other.cases.find('withdrawal', uuid(n))))
      assert.deepEqual(
        read.map((each) => each?.erasedAt !== undefined),
        [true, true, false, false],
      )
      assert.doesNotMatch(JSON.stringify(read.slice(0, 2)), PERSONAL)
      assert.equal(read[0]!.body.statement.orderNumber, '10042')
      assert.equal(await world.run('withdrawals', 1, 1), 0)
    })
  })
}
