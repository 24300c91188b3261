/** `npm run doctor`: each fault is planted in real stores, found, and repaired where that is safe. */
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { openStores as openAuthStores } from '@shop/auth_service/storage/open_stores'
import { openStores as openNotificationStores } from '@shop/notification_service/storage/open_stores'
import type { OrderStore } from '@shop/order_service/domain/ports'
import { type PendingOrder, type StoredOrder, scheduleNew } from '@shop/order_service/domain/schedule'
import { newOrder } from '@shop/order_service/domain/transitions'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { openStores as openPaymentStores } from '@shop/payment_service/storage/open_stores'
import type { Stores as ProductStores } from '@shop/product_service/domain/ports'
import { openStores as openProductStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { markOf } from '@shop/service_kit/sqlite/mark'
import { confirm, finishCancel, requestCancel, settled, ship } from '../../order_service/test/samples.ts'
import type { Report } from '../../scripts/doctor/findings.ts'
import { examined } from './examined.ts'
import { finish, listen, newWorld, runScript, type World } from './running.ts'

const CURRENCY = 'USD'
const PRICE_MINOR = 1999
const STOCK = 10
const QUANTITY = 3
/** Long enough ago that no request for it can be under way. */
const LONG_AGO = new Date(Date.now() - 60 * 60_000)
const AT = LONG_AGO.toISOString()

type Stores = { readonly products: ProductStores; readonly orders: OrderStore }

async function withStores<T>({ dataDir }: World, work: (stores: Stores) => Promise<T>): Promise<T> {
  const products = await openProductStores({ DATA_DIR: dataDir, CURRENCY }, { runtime: systemRuntime })
  const { orders } = await openOrderStores({ DATA_DIR: dataDir, CURRENCY }, { runtime: systemRuntime })
  try {
    return await work({ products, orders })
  } finally {
    await products.close()
    await orders.close()
  }
}

/** A data folder with some products in it. */
async function stockedWorld(t: TestContext, count = 1) {
  const world = await newWorld(t)
  const productIds = Array.from({ length: count }, () => randomUUIDv7())
  const fields = { name: 'Tea pot', description: 'Holds a litre.', priceMinor: PRICE_MINOR, stock: STOCK }
  const drafts = productIds.map((id) => ({ id, fields }))
  for (const open of [openAuthStores, openNotificationStores, openPaymentStores])
    await (await open({ DATA_DIR: world.dataDir, CURRENCY: 'USD' }, { runtime: systemRuntime })).close()
  await withStores(world, ({ products }) => products.catalogue.importProducts(drafts, { by: 'test', at: AT }))
  return { world, productIds, productId: productIds[0]! }
}

const orderOf = (productId: string): PendingOrder => {
  const order = newOrder(
    {
      userId: randomUUIDv7(),
      idempotencyKey: undefined,
      lines: [{ productId, quantity: QUANTITY }],
      totalMinor: PRICE_MINOR * QUANTITY,
      currency: CURRENCY,
    },
    randomUUIDv7(),
    LONG_AGO,
  )
  return scheduleNew(order, LONG_AGO)
}

const reserve = ({ products }: Stores, { order: { id, lines, totalMinor } }: PendingOrder) =>
  products.stock.reserve([{ orderId: id, lines, totalMinor }], AT)

const pricedLines = ({ order }: StoredOrder) =>
  order.lines.map((line) => ({ ...line, name: 'Tea pot', unitPriceMinor: PRICE_MINOR }))

async function doctor(t: TestContext, world: World, ...args: string[]): Promise<Report & { code: unknown }> {
  const { code, output } = await finish(t, 'doctor.ts', world, '--json', ...args)
  return { code, ...JSON.parse(output) }
}

/** Also that it was there. */
function forget(path: string) {
  rmSync(path)
  rmSync(markOf(path))
}

const problemsOf = ({ checks }: Report) => checks.flatMap(({ findings }) => findings.map((f) => f.problem))
const stockOf = (world: World, productId: string) =>
  withStores(world, async ({ products }) => {
    const { stock, reserved } = (await products.catalogue.find(productId))!
    return { stock, reserved }
  })
type Fault = {
  readonly name: string
  /** Plants it; resolves the order it is about. */
  readonly plant: (stores: Stores, order: PendingOrder) => Promise<unknown>
  readonly found: (order: PendingOrder) => string
  readonly repaired: { status: string | undefined; stock: number; reserved: number }
}

const REPAIRABLE: readonly Fault[] = [
  {
    name: 'stock held for an order that does not exist',
    plant: (stores, order) => reserve(stores, order),
    found: ({ order: { id } }) => `Stock is held for order ${id}, which does not exist.`,
    repaired: { status: undefined, stock: STOCK, reserved: 0 },
  },
  {
    name: 'stock held for a cancelled order',
    async plant(stores, order) {
      await reserve(stores, order)
      await stores.orders.addOnce(order)
      const cancelling = await stores.orders.save(requestCancel(order, order.order.userId, LONG_AGO))
      await stores.orders.save(finishCancel(cancelling, LONG_AGO))
    },
    found: ({ order: { id } }) => `Stock is held for order ${id}, which is cancelled.`,
    repaired: { status: 'cancelled', stock: STOCK, reserved: 0 },
  },
  {
    name: 'an order left pending before its stock was held',
    plant: ({ orders }, order) => orders.addOnce(order),
    found: ({ order: { id } }) => `Order ${id} has been pending since ${AT} and is not settled.`,
    repaired: { status: 'confirmed', stock: STOCK - QUANTITY, reserved: QUANTITY },
  },
  {
    name: 'an order left pending after its stock was held',
    async plant(stores, order) {
      await stores.orders.addOnce(order)
      await reserve(stores, order)
    },
    found: ({ order: { id } }) => `Order ${id} has been pending since ${AT} and is not settled.`,
    repaired: { status: 'confirmed', stock: STOCK - QUANTITY, reserved: QUANTITY },
  },
  {
    name: 'an order left cancelling',
    async plant(stores, order) {
      await reserve(stores, order)
      await stores.orders.addOnce(order)
      await stores.orders.save(requestCancel(order, order.order.userId, LONG_AGO))
    },
    found: ({ order: { id } }) => `Order ${id} has been cancelling since ${AT} and is not settled.`,
    repaired: { status: 'cancelled', stock: STOCK, reserved: 0 },
  },
  {
    name: 'a shipped order whose reservation is still held',
    async plant(stores, order) {
      await reserve(stores, order)
      await stores.orders.addOnce(order)
      const confirmed = await stores.orders.save(confirm(order, pricedLines(order), LONG_AGO))
      await stores.orders.save(settled(ship(confirmed, 'admin', LONG_AGO)))
    },
    found: ({ order: { id } }) => `Order ${id} is shipped, but its reservation is still held.`,
    repaired: { status: 'shipped', stock: STOCK - QUANTITY, reserved: 0 },
  },
  {
    name: 'a confirmed order that holds nothing',
    async plant({ orders }, order) {
      await orders.addOnce(order)
      await orders.save(confirm(order, pricedLines(order), LONG_AGO))
    },
    found: ({ order: { id } }) => `Order ${id} is confirmed, but no stock is held for it.`,
    repaired: { status: 'confirmed', stock: STOCK - QUANTITY, reserved: QUANTITY },
  },
]

suite('what is safe to repair', () => {
  test('is found fault by fault, changed only with --fix, and then reported as repaired', async (t) => {
    const { world, productIds } = await stockedWorld(t, REPAIRABLE.length)
    const faults = REPAIRABLE.map((fault, i) => ({ ...fault, order: orderOf(productIds[i]!) }))
    await withStores(world, async (stores) => {
      for (const { plant, order } of faults) await plant(stores, order)
    })
    const state = () =>
      withStores(world, ({ products, orders }) =>
        Promise.all(
          faults.map(async ({ name, order }) => {
            const { stock, reserved } = (await products.catalogue.find(order.order.lines[0]!.productId))!
            return { name, status: (await orders.find(order.order.id))?.order.status, stock, reserved }
          }),
        ),
      )
    const before = await state()

    const first = await doctor(t, world)
    assert.deepEqual(problemsOf(first).sort(), faults.map(({ found, order }) => found(order)).sort())
    assert.deepEqual([first.ok, first.code], [false, 1])
    assert.deepEqual(await state(), before)

    const fixed = await doctor(t, world, '--fix')
    assert.deepEqual([fixed.ok, fixed.code], [true, 0])
    const said = fixed.checks.flatMap(({ findings }) => findings.map(({ done }) => done))
    for (const { name, order } of faults)
      assert.ok(
        said.some((done) => done?.includes(order.order.id)),
        name,
      )
    assert.deepEqual(
      await state(),
      faults.map(({ name, repaired }) => ({ name, ...repaired })),
    )

    const last = await examined(world)
    assert.deepEqual([last.ok, problemsOf(last)], [true, []])
  })

  test('secrets that others can read', { skip: process.platform === 'win32' }, async (t) => {
    const { world } = await stockedWorld(t)
    const file = join(world.dataDir, 'secrets.json')
    writeFileSync(file, JSON.stringify({ SERVICE_SECRET: 's'.repeat(48) }))
    chmodSync(file, 0o644)
    const [problem] = problemsOf(await examined(world))
    assert.match(problem!, /secrets\.json holds secrets and can be read by other users.*\(mode 644\)/)
    assert.equal((await examined(world, true)).ok, true)
    assert.equal(statSync(file).mode & 0o777, 0o600)
  })
})

test('a shop of release 1.0 has no store of a service that came later', async (t) => {
  const { world } = await stockedWorld(t)
  forget(join(world.dataDir, 'notifications.db'))
  assert.deepEqual(problemsOf(await examined(world)), [])
})

suite('what only a person can repair is reported, and not changed by --fix', () => {
  type Planted = { world: World; productId: string; order: PendingOrder }
  const cases: readonly {
    name: string
    plant: (planted: Planted) => Promise<unknown> | unknown
    found: (planted: Planted) => string | RegExp
  }[] = [
    {
      name: 'a confirmed order that holds nothing, and whose units are sold',
      plant: ({ world, productId, order }) =>
        withStores(world, async ({ products, orders }) => {
          const sold = { productId, delta: QUANTITY - 1 - STOCK, note: 'sold', attempt: undefined }
          await products.stock.adjust(sold, { by: 'test', at: AT })
          await orders.addOnce(order)
          await orders.save(confirm(order, pricedLines(order), LONG_AGO))
        }),
      found: ({ order }) => `Order ${order.order.id} is confirmed, but no stock is held for it.`,
    },
    {
      name: 'a confirmed order that holds something else',
      plant: ({ world, order }) =>
        withStores(world, async (stores) => {
          const { order: asked, schedule } = order
          const lines = asked.lines.map((line) => ({ ...line, quantity: line.quantity - 1 }))
          await reserve(stores, {
            order: { ...asked, lines, totalMinor: PRICE_MINOR * (QUANTITY - 1) },
            schedule,
          })
          await stores.orders.addOnce(order)
          await stores.orders.save(confirm(order, pricedLines(order), LONG_AGO))
        }),
      found: ({ order }) => `Order ${order.order.id} is confirmed, but its reservation has other lines.`,
    },
    {
      name: 'stock that its ledger does not explain',
      plant: ({ world }) => change(world, 'products.db', 'UPDATE products SET stock = stock + 5'),
      found: ({ productId }) =>
        `Product ${productId} has stock ${STOCK + 5} and reserved 0, but its movements sum up to ${STOCK} and its held reservations to 0.`,
    },
    {
      name: 'a store of a newer version',
      plant: ({ world }) =>
        change(world, 'orders.db', `INSERT INTO schema_migrations VALUES ('0099_future.sql', '')`),
      found: () => /orders\.db was written by a newer version or another service: it has 0099_future\.sql\.$/,
    },
    {
      name: 'a store of an older version, which the check does not migrate',
      plant: ({ world }) =>
        change(world, 'orders.db', `DELETE FROM schema_migrations WHERE name LIKE '0002%'`),
      found: () => /orders\.db is of an older version: it lacks 0002_digits_of_money\.sql/,
    },
    {
      name: 'a store that is no database',
      plant: ({ world }) => writeFileSync(join(world.dataDir, 'products.db'), 'scribble '.repeat(1000)),
      found: () => /products\.db cannot be read: file is not a database\.$/,
    },
    ...['auth.db', 'products.db', 'notifications.db', 'payments.db', 'orders.db'].map((file) => ({
      name: `a missing ${file}`,
      plant: ({ world }: { world: World }) => rmSync(join(world.dataDir, file)),
      found: () => new RegExp(`^\\S+${file} is gone, though a store was made there\\.$`),
    })),
    {
      name: 'a missing store of a version without markers',
      plant: ({ world: { dataDir } }) => forget(join(dataDir, 'orders.db')),
      found: () => /^There is no \S+orders\.db, though the shop has been started here: there is auth\.db\.$/,
    },
    {
      name: 'a store without its tables',
      plant: ({ world }) => truncateSync(join(world.dataDir, 'orders.db')),
      found: () => /^\S+orders\.db is without its tables, though a store was made there\.$/,
    },
    {
      name: 'stock held for an order that is older than the store of orders',
      plant: async ({ world, order }) => {
        await withStores(world, (stores) => reserve(stores, order))
        forget(join(world.dataDir, 'orders.db'))
        await (
          await openOrderStores({ DATA_DIR: world.dataDir, CURRENCY }, { runtime: systemRuntime })
        ).close()
      },
      found: ({ order }) =>
        new RegExp(
          `^Stock is held for order ${order.order.id}, which is not in the store of orders. That store was created later`,
        ),
    },
    {
      name: 'a service secret that is too short',
      plant: ({ world }) => Object.assign(world.env, { SERVICE_SECRET: 'short' }),
      found: () => /^SERVICE_SECRET must have at least 32 characters\.$/,
    },
    {
      name: 'stores with another number of decimals',
      plant: async ({ world: { dataDir } }) => {
        forget(join(dataDir, 'orders.db'))
        await (
          await openOrderStores(
            { DATA_DIR: dataDir, CURRENCY, CURRENCY_DIGITS: 3 },
            { runtime: systemRuntime },
          )
        ).close()
      },
      found: () => 'Prices have 2 digits after the point, but the amounts of orders have 3.',
    },
    {
      name: 'a store of payments with another number of decimals',
      plant: async ({ world: { dataDir } }) => {
        forget(join(dataDir, 'payments.db'))
        await (
          await openPaymentStores(
            { DATA_DIR: dataDir, CURRENCY, CURRENCY_DIGITS: 3 },
            { runtime: systemRuntime },
          )
        ).close()
      },
      found: () => 'Payments have 3 digits after the point, but the amounts of orders have 2.',
    },
    {
      name: 'another currency than that of the stores',
      plant: ({ world }) => Object.assign(world.env, { CURRENCY: 'EUR' }),
      found: () => /^The store of product_service cannot be opened: CURRENCY is EUR, but the prices/,
    },
  ]
  for (const { name, plant, found } of cases) {
    test(name, async (t) => {
      const { world, productId } = await stockedWorld(t)
      const planted = { world, productId, order: orderOf(productId) }
      await plant(planted)
      const report = await examined(world, true)
      const [problem] = problemsOf(report)
      const expected = found(planted)
      if (typeof expected === 'string') assert.equal(problem, expected)
      else assert.match(problem ?? '', expected)
      assert.equal(report.ok, false)
      assert.ok(
        report.checks.flatMap(({ findings }) => findings).every(({ remedy, done }) => remedy && !done),
      )
    })
  }

  for (const [name, service] of [
    ['order', 'order_service'],
    ['storefront', 'storefront'],
  ] as const) {
    test(`a port of ${service} that another process uses`, async (t) => {
      const { world } = await stockedWorld(t)
      const server = await listen(world.ports[name])
      t.after(() => server.close())
      assert.deepEqual(problemsOf(await examined(world)), [
        `Port ${world.ports[name]} is in use, but ${service} does not answer there.`,
      ])
    })
  }
})

test('an unreadable row of a store is reported, and everything else is still checked', async (t) => {
  const { world, productId } = await stockedWorld(t)
  const [whole, torn] = [orderOf(productId), orderOf(productId)]
  await withStores(world, async (stores) => {
    for (const order of [whole, torn]) {
      await reserve(stores, order)
      await stores.orders.addOnce(order)
      await stores.orders.save(confirm(order, pricedLines(order), LONG_AGO))
    }
  })
  change(world, 'orders.db', `UPDATE orders SET lines = '[1]' WHERE id = '${torn.order.id}'`)
  change(world, 'products.db', `UPDATE reservations SET lines = '[1]' WHERE order_id = '${torn.order.id}'`)
  const report = await examined(world)
  const problems = problemsOf(report)
  assert.ok(
    problems.includes(
      `Order ${torn.order.id} is in the store and cannot be read: its lines are not those of an order.`,
    ),
  )
  assert.ok(
    problems.includes(`The reservation of order ${torn.order.id} is in the store and cannot be read.`),
  )
  assert.ok(!problems.some((problem) => problem.includes(whole.order.id)), problems.join())
  assert.equal(report.ok, false)
})

suite('no fault is reported', () => {
  test('for a data folder that does not exist yet', async (t) => {
    const world = await newWorld(t)
    const { code, output } = await finish(t, 'doctor.ts', world)
    assert.match(output, /No fault was found/)
    assert.match(output, /none yet; the first start creates them/)
    assert.equal(code, 0)
  })

  test('for a running shop with an order; but a service that hangs is reported', async (t) => {
    const { world, productId } = await stockedWorld(t)
    mkdirSync(world.dataDir, { recursive: true })
    await withStores(world, async (stores) => {
      const order = orderOf(productId)
      await reserve(stores, order)
      await stores.orders.addOnce(order)
      await stores.orders.save(confirm(order, pricedLines(order), LONG_AGO))
    })
    const shop = runScript(t, 'start.ts', world, '--json')
    await shop.until(/"msg":"ready"/)
    const { code, output } = await finish(t, 'doctor.ts', world)
    assert.match(output, /all services are ready/)
    assert.match(output, /balances for 1 products/)
    assert.match(output, /1 held reservations and 1 confirmed orders agree/)
    assert.equal(code, 0)

    const elsewhere = await newWorld(t)
    const mistaken = await doctor(t, { ...world, env: { ...world.env, DATA_DIR: elsewhere.dataDir } })
    assert.equal(mistaken.code, 1)
    assert.match(JSON.stringify(mistaken.checks), /auth_service, .* run, but there is no store in /)

    const orphan = orderOf(productId)
    await withStores(world, (stores) => reserve(stores, orphan))
    const fixed = await examined(world, true)
    assert.deepEqual(problemsOf(fixed), [`Stock is held for order ${orphan.order.id}, which does not exist.`])
    assert.ok(fixed.ok, 'repaired beside the running services')
    assert.deepEqual(await stockOf(world, productId), { stock: STOCK - QUANTITY, reserved: QUANTITY })

    const [, pid] = await shop.until(/"service":"order_service","pid":(\d+)/)
    process.kill(Number(pid), 'SIGSTOP')
    try {
      const problem = `Port ${world.ports.order} is in use, but order_service does not answer there.`
      assert.deepEqual(problemsOf(await examined(world)), [problem])
    } finally {
      process.kill(Number(pid), 'SIGCONT')
    }
  })

  test('an unknown option is refused', async (t) => {
    const { code, output } = await finish(t, 'doctor.ts', await newWorld(t), '--repair')
    assert.match(output, /^Unknown option '--repair'/)
    assert.equal(code, 1)
  })
})

function change({ dataDir }: World, file: string, sql: string): void {
  const db = new DatabaseSync(join(dataDir, file))
  db.exec(sql)
  db.close()
}
