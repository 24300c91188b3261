/** One store is restored alone, from an earlier moment than the others: `npm run doctor -- --fix` makes them agree again. */
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { openStores as openAuthStores } from '@shop/auth_service/storage/open_stores'
import type { RequestableStatus } from '@shop/order_service/domain/order'
import { type StoredOrder, scheduleChanged, scheduleNew } from '@shop/order_service/domain/schedule'
import { createSettle } from '@shop/order_service/domain/settle_order'
import { newOrder, transitionTo } from '@shop/order_service/domain/transitions'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { openStores as openProductStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { settlingPorts } from '../../scripts/doctor/consistency.ts'
import type { Report } from '../../scripts/doctor/findings.ts'
import { call, expectStatus } from '../system/calls.ts'
import { signIn } from '../system/world.ts'
import { examined } from './examined.ts'
import { finish, newWorld, READY, runScript } from './running.ts'

const STAMP = { by: 'test', at: new Date().toISOString() }
/** Orders made then are stuck by now if nothing settled them. */
const LONG_AGO = new Date(Date.now() - 60 * 60_000)
const STOCK = 20
const PRICE_MINOR = 100

async function shop(t: TestContext) {
  const world = await newWorld(t)
  const place = { DATA_DIR: world.dataDir, CURRENCY: 'USD' }
  const backup = join(world.dataDir, '..', 'backup')
  const tea = randomUUIDv7()
  await (await openAuthStores(place, { runtime: systemRuntime })).close()

  /** Opens the stores of products and orders, and closes them. */
  const within = async <T>(work: (stores: Awaited<ReturnType<typeof opened>>) => Promise<T>): Promise<T> => {
    const stores = await opened()
    try {
      return await work(stores)
    } finally {
      await stores.products.close()
      await stores.orders.close()
    }
  }
  const opened = async () => {
    const products = await openProductStores(place, { runtime: systemRuntime })
    const { orders } = await openOrderStores(place, { runtime: systemRuntime })
    const settle = createSettle(settlingPorts({ products, orders, running: false, now: systemRuntime.now }))
    const accept = async (quantity: number, totalMinor = quantity * PRICE_MINOR) => {
      const lines = [{ productId: tea, quantity }]
      const draft = { userId: 'ada', idempotencyKey: undefined, lines, totalMinor, currency: 'USD' }
      return (await orders.addOnce(scheduleNew(newOrder(draft, randomUUIDv7(), LONG_AGO), LONG_AGO))).stored
    }
    return {
      products,
      orders,
      settle,
      accept,
      /** Resolves the id of a confirmed order. */
      async sell(quantity: number, totalMinor?: number) {
        const { order } = await settle(await accept(quantity, totalMinor))
        assert.equal(order.status, 'confirmed')
        return order.id
      },
      async move(id: string, to: RequestableStatus) {
        const stored = (await orders.find(id)) as StoredOrder
        const now = systemRuntime.now()
        const next = scheduleChanged(transitionTo(to, stored.order, 'root', now)!, stored.schedule, now)
        await settle(await orders.save(next))
      },
      arrive: (delta: number) =>
        products.stock.adjust({ productId: tea, delta, note: 'arrived', attempt: undefined }, STAMP),
    }
  }
  const fields = { name: 'Tea', description: '', priceMinor: PRICE_MINOR, stock: STOCK }
  await within(({ products }) => products.catalogue.create({ id: tea, fields }, STAMP))

  return {
    world,
    tea,
    within,
    async backUp() {
      const { code, output } = await finish(t, 'backup.ts', world, '--to', backup)
      assert.equal(code, 0, output)
    },
    /** Moves a store away, with the files beside it, and puts the one of the backup there. */
    restoreAlone(file: string) {
      const away = join(world.dataDir, '..', 'away')
      mkdirSync(away)
      for (const name of readdirSync(world.dataDir)) {
        if (name.startsWith(file)) renameSync(join(world.dataDir, name), join(away, name))
      }
      copyFileSync(join(backup, file), join(world.dataDir, file))
    },
    state: () =>
      within(async ({ products, orders }) => {
        const { stock, reserved } = (await products.catalogue.find(tea))!
        const all = await orders.listByStatus(undefined, { limit: 100, before: undefined })
        const { mismatches } = await products.audit.ledgerMismatches(undefined, 100)
        assert.deepEqual(mismatches, [], 'invariant 2')
        return { stock, reserved, statuses: new Map(all.map(({ order }) => [order.id, order.status])) }
      }),
    reservation: (id: string) =>
      within(async ({ products }) => (await products.audit.reservationsOf([id])).get(id)),
    /** The shop starts, and one unit is sold. */
    async startsAndSells() {
      const started = runScript(t, 'start.ts', world, '--no-demo')
      await started.until(READY)
      const { ports, dataDir } = world
      const admin = JSON.parse(readFileSync(join(dataDir, 'admin.json'), 'utf8'))
      const { token } = await signIn(`http://127.0.0.1:${ports.auth}`, admin.username, admin.password)
      const body = { product_id: tea, quantity: 1, total_price: (PRICE_MINOR / 100).toFixed(2) }
      const sold = await call('POST', `http://127.0.0.1:${ports.order}/orders`, { token, body })
      assert.equal(expectStatus(sold, 201).status, 'confirmed')
      started.process.kill('SIGTERM')
      assert.equal(await started.ended, 0, started.output())
    },
  }
}

const problemsOf = ({ checks }: Report) => checks.flatMap(({ findings }) => findings.map((f) => f.problem))
const leftOf = ({ checks }: Report) =>
  checks.flatMap(({ findings }) => findings.filter(({ done }) => done === undefined))

suite('a store that was restored alone', () => {
  test('that of products: stock of orders decided since is held again, and shipments are recorded again (invariants 1, 2, 6)', async (t) => {
    const { world, tea, within, backUp, restoreAlone, state, reservation, startsAndSells } = await shop(t)
    const old = await within(async ({ sell }) => ({
      held: await sell(1),
      shipped: await sell(1),
      cancelled: await sell(1),
    }))
    await backUp()
    const since = await within(async ({ products, sell, move, arrive }) => {
      await move(old.shipped, 'shipped')
      await move(old.cancelled, 'cancelled')
      const cancelled = await sell(2)
      await move(cancelled, 'cancelled')
      const confirmed = await sell(2)
      await products.catalogue.edit(tea, { priceMinor: 150 }, undefined, STAMP)
      const [shipped, delivered] = [await sell(3, 450), await sell(4, 600)]
      for (const id of [shipped, delivered]) await move(id, 'shipped')
      await move(delivered, 'delivered')
      await arrive(50)
      return { confirmed, shipped, delivered, many: await sell(40, 6000) }
    })
    const { statuses } = await state()
    restoreAlone('products.db')

    const first = await examined(world)
    const many = `Order ${since.many} is confirmed, but no stock is held for it.`
    const expected = [
      `Order ${old.shipped} is shipped, but its reservation is still held.`,
      `Stock is held for order ${old.cancelled}, which is cancelled.`,
      `Order ${since.confirmed} is confirmed, but no stock is held for it.`,
      `Order ${since.shipped} is shipped, but the store of products does not know its shipment.`,
      `Order ${since.delivered} is delivered, but the store of products does not know its shipment.`,
      many,
    ]
    assert.deepEqual(problemsOf(first).sort(), expected.toSorted())

    // There is not enough for one of them: it stays as it is, with what is missing.
    const [left, ...more] = leftOf(await examined(world, true))
    assert.deepEqual([left?.problem, more], [many, []])
    assert.match(left!.remedy, new RegExp(`the stock is too low: product ${tea} has 9 of 40 units\\)$`))
    assert.equal(await reservation(since.many), undefined)
    assert.deepEqual(await state(), { stock: STOCK - 11, reserved: 3, statuses })
    const again = await reservation(since.shipped)
    assert.ok(again?.status === 'shipped' && again.totalMinor === 450)
    assert.deepEqual(again.lines, [{ productId: tea, name: 'Tea', unitPriceMinor: 150, quantity: 3 }])

    await within(({ arrive }) => arrive(50))
    assert.deepEqual(leftOf(await examined(world, true)), [])
    const last = await examined(world)
    assert.deepEqual([last.ok, problemsOf(last)], [true, []])
    const filter = { action: 'reservation.recovered' }
    const log = await within(({ products }) =>
      products.auditLog.page({ filter, before: undefined, limit: 9 }),
    )
    assert.deepEqual(
      log.map(({ by, subject, changes }) => `${by} ${subject.id} ${changes[0]!.after}`).sort(),
      [
        `operator ${since.confirmed} held`,
        `operator ${since.many} held`,
        `operator ${since.shipped} shipped`,
        `operator ${since.delivered} shipped`,
      ].sort(),
    )
    assert.deepEqual(await state(), { stock: STOCK - 11 + 50 - 40, reserved: 43, statuses })
    await startsAndSells()
    assert.deepEqual(problemsOf(await examined(world)), [])
  })

  test('that of products, while shipments are owed: they are recorded, and the orders settle (invariants 5, 6)', async (t) => {
    const { world, within, backUp, restoreAlone, state, reservation } = await shop(t)
    await backUp()
    const id = await within(async ({ orders, sell }) => {
      const sold = await sell(2)
      const stored = (await orders.find(sold))!
      const shipped = transitionTo('shipped', stored.order, 'root', LONG_AGO)!
      await orders.save(scheduleChanged(shipped, stored.schedule, LONG_AGO))
      return sold
    })
    restoreAlone('products.db')
    assert.deepEqual(leftOf(await examined(world, true)), [])
    assert.equal((await reservation(id))?.status, 'shipped')
    assert.deepEqual(problemsOf(await examined(world)), [])
    const { stock, reserved } = await state()
    assert.deepEqual([stock, reserved], [STOCK - 2, 0])
  })

  test('that of orders: reservations that were shipped or released since show what became of them (invariants 5, 6)', async (t) => {
    const { world, within, backUp, restoreAlone, state } = await shop(t)
    const old = await within(async ({ accept, sell }) => ({
      held: await sell(1),
      shipped: await sell(1),
      delivered: await sell(1),
      cancelled: await sell(1),
      pending: (await accept(2)).order.id,
    }))
    await backUp()
    const lost = await within(async ({ orders, settle, sell, move }) => {
      await settle((await orders.find(old.pending))!)
      for (const id of [old.shipped, old.delivered, old.pending]) await move(id, 'shipped')
      await move(old.delivered, 'delivered')
      await move(old.cancelled, 'cancelled')
      return sell(3)
    })
    restoreAlone('orders.db')
    assert.equal(problemsOf(await examined(world)).length, 5)
    assert.deepEqual(leftOf(await examined(world, true)), [])
    const last = await examined(world)
    assert.deepEqual([last.ok, problemsOf(last)], [true, []])
    assert.deepEqual(await state(), {
      stock: STOCK - 5,
      reserved: 1,
      statuses: new Map([
        [old.pending, 'shipped'],
        [old.cancelled, 'cancelled'],
        [old.delivered, 'shipped'],
        [old.shipped, 'shipped'],
        [old.held, 'confirmed'],
      ]),
    })
    assert.ok(lost)
  })
})
