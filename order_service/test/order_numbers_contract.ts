/** The contract of numbers and of orders by product (src/domain/order_numbers.ts), for every store. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { NUMBER_BEFORE_FIRST } from '../src/domain/order_numbers.ts'
import type { OrderStore, Stores } from '../src/domain/ports.ts'
import type { StoredOrder } from '../src/domain/schedule.ts'
import { AT, confirm, HELD, MUG, order, PEN, reject, SHORT, uuid } from './samples.ts'

export type NumberedStores = {
  /** Opens the store once more. */
  open(): Promise<Stores>
  /** Makes the order as an earlier release writes it. */
  forget(id: string): Promise<void>
}

const LATER = '9000-01-01T00:00:00.000Z'
/** As a request makes it. */
function unnumbered(changes: Parameters<typeof order>[0] = {}): StoredOrder {
  const { order: numbered, schedule } = order(changes)
  return { order: { ...numbered, number: undefined }, schedule }
}
const numberOf = ({ order: { number } }: StoredOrder): number => {
  assert.ok(number !== undefined)
  return number
}
const add = async (store: OrderStore, changes?: Parameters<typeof order>[0]) =>
  (await store.addOnce(unnumbered(changes))).stored
const completeAll = async (store: OrderStore, limit: number) => {
  let steps = 1
  while (await store.catchUp(limit)) steps++
  return steps
}
const ids = (found: readonly StoredOrder[]) => found.map(({ order: { id } }) => id)

export function orderNumbersContract(name: string, make: (t: TestContext) => Promise<NumberedStores>) {
  suite(`${name}: numbers`, () => {
    test('N1: an order gets its number when it is added, and keeps it', async (t) => {
      const { open } = await make(t)
      const [{ orders }, other] = [await open(), (await open()).orders]
      const first = await add(orders, { idempotencyKey: 'k' })
      assert.equal(numberOf(first), NUMBER_BEFORE_FIRST + 1)
      assert.deepEqual(await other.find(first.order.id), first)
      assert.deepEqual(await other.findByNumber(numberOf(first)), first)
      assert.equal(await other.findByNumber(NUMBER_BEFORE_FIRST), undefined)
      const again = await other.addOnce(unnumbered({ idempotencyKey: 'k' }))
      assert.deepEqual(
        again,
        { stored: first, added: false },
        'a repeated request has the number of its order',
      )
      const saved = await orders.save(confirm({ ...first, order: { ...first.order, number: 7 } }, HELD, AT))
      assert.equal(numberOf((await other.find(saved.order.id))!), numberOf(first), 'a save never writes it')
    })

    test('N2: of concurrent orders through two connections no two share one', async (t) => {
      const { open } = await make(t)
      const stores = [(await open()).orders, (await open()).orders]
      const added = await Promise.all(Array.from({ length: 250 }, (_, i) => add(stores[i % 2]!)))
      assert.equal(new Set(added.map(numberOf)).size, added.length)
      for (const each of added.slice(0, 3)) assert.deepEqual(await stores[0]!.find(each.order.id), each)
    })

    test('N2: the number of a removed order is not given again', async (t) => {
      const { open } = await make(t)
      const stores = await open()
      const gone = await stores.orders.save(reject(await add(stores.orders), SHORT, AT))
      let removed = 0
      for (const source of stores.ended) {
        removed += await source.remove((await source.due(LATER, undefined, 5)).items)
      }
      assert.equal(removed, 1)
      const { orders } = await open()
      assert.ok(numberOf(await add(orders)) > numberOf(gone))
      assert.equal(await orders.findByNumber(numberOf(gone)), undefined)
    })

    test('N2: a number above the counter, as after a restore, is not given again', async (t) => {
      const { open } = await make(t)
      const restored = order()
      await (await open()).orders.addOnce(restored)
      const { orders } = await open()
      assert.ok(numberOf(await add(orders)) > numberOf(restored))
    })
  })

  suite(`${name}: orders of an earlier release`, () => {
    test('N1: each gets a number in steps, by any process, and keeps it', async (t) => {
      const { open, forget } = await make(t)
      const [{ orders }, other] = [await open(), (await open()).orders]
      const old = []
      for (let i = 0; i < 7; i++) old.push(await add(orders))
      for (const { order } of old) await forget(order.id)
      const kept = await add(orders)
      assert.equal((await orders.find(old[0]!.order.id))!.order.number, undefined)
      await orders.catchUp(2)
      const first = await orders.find(old[0]!.order.id)
      await Promise.all([completeAll(orders, 2), completeAll(other, 3)])
      const now = await Promise.all(old.map(async ({ order }) => (await other.find(order.id))!))
      assert.deepEqual(now[0], first, 'it keeps its number')
      const numbers = now.map(numberOf)
      assert.equal(new Set([...numbers, numberOf(kept)]).size, old.length + 1)
      assert.deepEqual(await other.find(kept.order.id), kept)
      assert.equal(await completeAll(orders, 3), 1, 'nothing is left')
      for (const each of now) assert.deepEqual(await orders.findByNumber(numberOf(each)), each)
      assert.ok(numberOf(await add(other)) > Math.max(...numbers))
    })

    test('one that is added later gets a number, too', async (t) => {
      const { open, forget } = await make(t)
      const { orders } = await open()
      await add(orders)
      await completeAll(orders, 5)
      const { order } = await add(orders)
      await forget(order.id)
      await completeAll(orders, 5)
      assert.ok(numberOf((await orders.find(order.id))!) > NUMBER_BEFORE_FIRST)
    })
  })

  suite(`${name}: orders by product`, () => {
    test('are listed newest first, in pages, each once', async (t) => {
      const { open } = await make(t)
      const { orders } = await open()
      const both = [
        { productId: PEN, quantity: 1 },
        { productId: MUG, quantity: 2 },
      ]
      const all = []
      for (const lines of [both, [both[0]!], both, both]) all.push(await add(orders, { lines }))
      const [a, , c, d] = ids(all) as [string, string, string, string]
      assert.deepEqual(ids(await orders.listByProduct(MUG, { limit: 2 })), [d, c])
      assert.deepEqual(ids(await orders.listByProduct(MUG, { limit: 2, before: c })), [a])
      assert.equal((await orders.listByProduct(PEN, { limit: 9 })).length, 4)
      assert.deepEqual(await orders.listByProduct(uuid(9), { limit: 9 }), [])
    })

    test('those of an earlier release are found once they are complete; removed ones are not', async (t) => {
      const { open, forget } = await make(t)
      const stores = await open()
      const { orders } = stores
      const old = await add(orders)
      await forget(old.order.id)
      const ended = await orders.save(reject(await add(orders), SHORT, AT))
      await completeAll(orders, 5)
      assert.deepEqual(ids(await orders.listByProduct(MUG, { limit: 9 })), ids([ended, old]))
      for (const source of stores.ended) await source.remove((await source.due(LATER, undefined, 5)).items)
      assert.deepEqual(ids(await orders.listByProduct(MUG, { limit: 9 })), ids([old]))
    })
  })
}
