/** Many concurrent buyers and real processes: exactly the stock is sold, and one key never makes two orders. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { orderOf } from './buyer.ts'
import { expectStatus } from './calls.ts'
import { createRecordedWorld, type RecordedWorld } from './recorded_world.ts'
import { type Account, createSuiteEnd, newKey, type Order, type Product, type World } from './world.ts'

const ACCOUNTS = 20
const BUYERS = 200
const UNITS = 50
const SALES = 10
const SAME_KEY = 50
const CROSSED_ROUNDS = 60
const CHANGES_OF_MIND = 40
const TEST_MS = 480_000

suite('buyers at once (invariants 1 to 8)', { timeout: TEST_MS }, () => {
  const suiteEnd = createSuiteEnd()
  let world: RecordedWorld
  let buyers: Account[]
  before(async () => {
    world = await createRecordedWorld(suiteEnd, 'races')
    buyers = await world.buyers(ACCOUNTS)
  })
  after(() => suiteEnd.end())

  test('one shop, one process of each service', async (t) => {
    await t.test(`${BUYERS} buyers for ${UNITS} units, ${SALES} times over`, async () => {
      for (let sale = 0; sale < SALES; sale++) await sellOut(world, buyers)
    })

    await t.test(
      `the same key sent ${SAME_KEY} times at once makes one order, and all get its answer`,
      async () => {
        const product = await world.addProduct({ stock: 10 })
        const attempt = { lines: [{ product, quantity: 2 }], key: newKey() }
        const answers = await Promise.all(
          Array.from({ length: SAME_KEY }, () => world.place(buyers[0]!, attempt)),
        )
        const orders = answers.map((answer) => expectStatus(answer, 200, 201, 202))
        assert.equal(new Set(orders.map(({ id }) => id)).size, 1)
        assert.equal(answers.filter(({ headers }) => headers.get('idempotent-replayed') !== 'true').length, 1)
        assert.equal((await world.settled(buyers[0]!, orders[0]!.id)).status, 'confirmed')
        assert.equal((await world.product(product.id)).stock, 8)
      },
    )

    await t.test('one key with two different carts at once: one is taken, the other refused', async () => {
      const product = await world.addProduct({ stock: 10 })
      const key = newKey()
      const answers = await Promise.all(
        [1, 2].map((quantity) => world.place(buyers[1]!, { lines: [{ product, quantity }], key })),
      )
      const statuses = answers.map(({ status }) => status).sort()
      assert.deepEqual(
        statuses.map((status) => status === 422),
        [false, true],
      )
      assert.equal(answers.find(({ status }) => status === 422)?.body.code, 'idempotency_key_reused')
    })

    await t.test('carts with the same two products in opposite order do not block each other', async () => {
      const [kettle, toaster] = [
        await world.addProduct({ stock: CROSSED_ROUNDS, price: '19.99' }),
        await world.addProduct({ stock: CROSSED_ROUNDS, price: '35.00', name: 'Toaster' }),
      ]
      const there = [
        { product: kettle, quantity: 1 },
        { product: toaster, quantity: 1 },
      ]
      const carts = Array.from({ length: CROSSED_ROUNDS }, () => [there, there.toReversed()]).flat()
      const orders = await Promise.all(
        carts.map((lines, i) => placeAndSettle(world, buyers[i % buyers.length]!, lines)),
      )
      assert.deepEqual(count(orders), { confirmed: CROSSED_ROUNDS, insufficient_stock: CROSSED_ROUNDS })
      for (const { id } of [kettle, toaster]) assert.equal((await world.product(id)).stock, 0)
    })

    await t.test('the stores agree with every answer', async () => void (await world.check()))
  })

  test('two processes of order_service and two of product_service on the same files', async (t) => {
    const products = await world.addProcess('product_service')
    const orders = await world.addProcess('order_service', { PRODUCT_URL: products.url })
    const alternating = (i: number) => (i % 2 === 0 ? world.orders : orders)

    await t.test(`${BUYERS} buyers for ${UNITS} units, at both processes`, async () => {
      for (let sale = 0; sale < 3; sale++) await sellOut(world, buyers, alternating)
    })

    await t.test('an owner cancels while an admin ships: one of them wins', async () => {
      const product = await world.addProduct({ stock: CHANGES_OF_MIND })
      const lines = [{ product, quantity: 1 }]
      const contested = await Promise.all(
        Array.from({ length: CHANGES_OF_MIND }, (_, i) =>
          world.bought(buyers[i % buyers.length]!, { lines, key: newKey(), at: alternating(i) }),
        ),
      )
      let cancelled = 0
      await Promise.all(
        contested.map(async ({ id }, i) => {
          const owner = buyers[i % buyers.length]!
          const answers = await Promise.all([
            world.move(owner, id, { status: 'cancelled' }),
            world.move(world.admin, id, { status: 'shipped' }, orders),
          ])
          const [cancel, ship] = answers.map(({ status }) => status)
          assert.ok(
            [cancel, ship].filter((status) => status === 409).length === 1,
            `Both got ${cancel}, ${ship}`,
          )
          const end = await world.settled(owner, id)
          assert.equal(end.status, ship === 409 ? 'cancelled' : 'shipped')
          if (ship === 409) cancelled++
        }),
      )
      assert.equal((await world.product(product.id)).stock, cancelled)
    })

    await t.test(`the same key sent ${SAME_KEY} times to both makes one order`, async () => {
      const product = await world.addProduct({ stock: 10 })
      const attempt = { lines: [{ product, quantity: 2 }], key: newKey() }
      const answers = await Promise.all(
        Array.from({ length: SAME_KEY }, (_, i) =>
          world.place(buyers[0]!, { ...attempt, at: alternating(i) }),
        ),
      )
      const ids = answers.map((answer) => expectStatus(answer, 200, 201, 202).id)
      assert.equal(new Set(ids).size, 1)
      assert.equal((await world.settled(buyers[0]!, ids[0]!)).status, 'confirmed')
      assert.equal((await world.product(product.id)).stock, 8)
    })

    await t.test('the stores agree with every answer', async () => void (await world.check()))
  })
})

async function sellOut(
  world: World,
  buyers: readonly Account[],
  at: (i: number) => World['orders'] = () => world.orders,
): Promise<void> {
  const product = await world.addProduct({ stock: UNITS })
  const orders = await Promise.all(
    Array.from({ length: BUYERS }, (_, i) =>
      placeAndSettle(world, buyers[i % buyers.length]!, [{ product, quantity: 1 }], at(i)),
    ),
  )
  assert.deepEqual(count(orders), { confirmed: UNITS, insufficient_stock: BUYERS - UNITS })
  assert.equal((await world.product(product.id)).stock, 0)
}

/** One attempt with its own key; on a slow machine the answer may be 202, and the order is followed until it is settled. */
async function placeAndSettle(
  world: World,
  buyer: Account,
  lines: readonly { product: Product; quantity: number }[],
  at: World['orders'] = world.orders,
): Promise<Order> {
  const attempt = { lines, key: newKey(), at }
  const answer = await world.place(buyer, attempt)
  const order = orderOf(answer)
  if (!order) throw new Error(`POST /orders answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return world.settled(buyer, order.id)
}

/** The number of orders by final status, and of rejected ones by reason. */
function count(orders: readonly Order[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status, rejection } of orders) {
    const end = status === 'rejected' ? String((rejection as { reason: string }).reason) : status
    counts[end] = (counts[end] ?? 0) + 1
  }
  return counts
}
