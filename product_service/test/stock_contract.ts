/** The contract of stock stores, with races, ledger and idempotence. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Stores } from '../src/domain/ports.ts'
import { recordOf } from '../src/domain/reservation_record.ts'
import { AT, add, type MakeStores, nextId, order, STAMP } from './worlds.ts'

async function assertBalanced({ audit }: Stores) {
  const { mismatches } = await audit.ledgerMismatches(undefined, 1_000)
  assert.deepEqual(mismatches, [], 'invariant 2')
}

async function numbers({ catalogue }: Stores, id: string) {
  const { stock, reserved, version } = (await catalogue.find(id))!
  return { stock, reserved, version }
}

const change = (productId: string, delta: number, key?: string, fingerprint = 'f') => ({
  productId,
  delta,
  note: 'counted',
  attempt: key === undefined ? undefined : { key, fingerprint },
})

export function stockContract(name: string, makeStores: MakeStores) {
  suite(`stock, ${name}`, () => {
    test('reservations, releases and shipments are stored as decided', async (t) => {
      const [here, there] = await makeStores(t)
      const tea = await add(here, { stock: 10 })
      const [a, b, c] = [order({ [tea.id]: 2 }), order({ [tea.id]: 3 }), order({ [tea.id]: 50 })]
      const decided = await here.stock.reserve([a, b, c], AT)
      assert.deepEqual(
        decided.map(recordOf).map(({ status, reason, totalMinor }) => [status, reason, totalMinor]),
        [
          ['held', null, 200],
          ['held', null, 300],
          ['rejected', 'insufficient_stock', 5000],
        ],
      )
      assert.deepEqual(await there.stock.reserve([c, b, a], AT), [...decided].reverse())
      assert.deepEqual(await numbers(there, tea.id), { stock: 5, reserved: 5, version: 3 })

      const released = await there.stock.release([a.orderId, c.orderId], AT)
      assert.deepEqual(
        released.map(({ status }) => status),
        ['released', 'rejected'],
      )
      const shipped = await here.stock.ship([b.orderId, a.orderId, nextId()], AT)
      assert.deepEqual(
        shipped.map((answer) => answer?.status),
        ['shipped', 'released', undefined],
      )
      assert.deepEqual(await there.stock.ship([b.orderId], AT), [shipped[0]])
      assert.deepEqual(await numbers(here, tea.id), { stock: 7, reserved: 0, version: 5 })
      await assertBalanced(here)
    })

    test('a batch that names an order twice decides it once', async (t) => {
      const [stores] = await makeStores(t)
      const tea = await add(stores)
      const wanted = order({ [tea.id]: 1 })
      const [first, second] = await stores.stock.reserve([wanted, wanted], AT)
      assert.deepEqual(first, second)
      assert.deepEqual(await numbers(stores, tea.id), { stock: 9, reserved: 1, version: 2 })
      await stores.stock.release([wanted.orderId, wanted.orderId], AT)
      assert.deepEqual(await numbers(stores, tea.id), { stock: 10, reserved: 0, version: 3 })
      await assertBalanced(stores)
    })

    test('a release before its reservation leaves a tombstone (invariant 6)', async (t) => {
      const [here, there] = await makeStores(t)
      const tea = await add(here)
      const late = order({ [tea.id]: 1 })
      assert.equal((await here.stock.release([late.orderId], AT))[0]?.status, 'released')
      assert.equal((await there.stock.reserve([late], AT))[0]?.status, 'released')
      assert.deepEqual(await numbers(here, tea.id), { stock: 10, reserved: 0, version: 1 })
    })

    test('a removed product is not sold, but what is held of it can be released and shipped', async (t) => {
      const [stores] = await makeStores(t)
      const tea = await add(stores)
      const [a, b] = [order({ [tea.id]: 1 }), order({ [tea.id]: 2 })]
      await stores.stock.reserve([a, b], AT)
      await stores.catalogue.remove(tea.id, undefined, STAMP)
      const [refused] = await stores.stock.reserve([order({ [tea.id]: 1 })], AT)
      const { reason, unknownProducts } = recordOf(refused!)
      assert.deepEqual([reason, unknownProducts], ['product_not_found', [tea.id]])
      assert.equal((await stores.stock.release([a.orderId], AT))[0]?.status, 'released')
      assert.equal((await stores.stock.ship([b.orderId], AT))[0]?.status, 'shipped')
      const ledger = await stores.stock.movements(tea.id, { after: undefined, limit: 10 })
      assert.equal(ledger?.items[0]?.stockAfter, 8)
      await assert.rejects(stores.stock.adjust(change(tea.id, 1), STAMP), { code: 'product_not_found' })
      await assertBalanced(stores)
    })

    test('lost reservations are held or shipped again at the prices of their orders (invariants 1, 2, 6)', async (t) => {
      const [here, there] = await makeStores(t)
      const [tea, cup] = [await add(here, { stock: 10, priceMinor: 250 }), await add(here, { stock: 2 })]
      const lost = (lines: Record<string, number>, status: 'held' | 'shipped' = 'held') => {
        const wanted = order(lines)
        const named = wanted.lines.map((line) => ({ ...line, name: 'Old tea', unitPriceMinor: 100 }))
        return { ...wanted, status, lines: named }
      }
      const [held, shipped] = [lost({ [tea.id]: 3, [cup.id]: 1 }), lost({ [tea.id]: 4 }, 'shipped')]
      const answers = await here.stock.recover([held, shipped], AT)
      assert.deepEqual(
        answers,
        [held, shipped].map((each) => ({ ...each, createdAt: AT, updatedAt: AT })),
      )
      assert.deepEqual(
        await there.audit.reservationsOf([shipped.orderId, nextId(), held.orderId]),
        new Map([shipped, held].map((each) => [each.orderId, { ...each, createdAt: AT, updatedAt: AT }])),
      )
      assert.deepEqual(await numbers(here, tea.id), { stock: 3, reserved: 3, version: 4 })
      // Repeated, also at once, and on another connection: nothing changes.
      await Promise.all([here, there].map(({ stock }) => stock.recover([held, shipped], AT)))
      assert.deepEqual(await numbers(here, tea.id), { stock: 3, reserved: 3, version: 4 })

      // Too few of one product: nothing of the order is held, and nothing is stored.
      const tooMany = lost({ [tea.id]: 1, [cup.id]: 2 })
      assert.deepEqual(
        await there.stock.recover([tooMany, lost({ [tea.id]: 2 })], AT).then(([first]) => first),
        {
          orderId: tooMany.orderId,
          status: 'not_recovered',
          shortages: [{ productId: cup.id, requested: 2, available: 1 }],
        },
      )
      assert.equal((await here.audit.reservationsOf([tooMany.orderId])).size, 0)
      assert.deepEqual(await numbers(here, tea.id), { stock: 1, reserved: 5, version: 5 })
      const unknown = nextId()
      const [absent] = await here.stock.recover([lost({ [unknown]: 1 })], AT)
      assert.deepEqual('shortages' in absent! && absent.shortages, [
        { productId: unknown, requested: 1, available: 0 },
      ])

      // What is stored stays: a tombstone takes nothing, and a held one can be shipped.
      const cancelled = lost({ [tea.id]: 1 })
      await here.stock.release([cancelled.orderId], AT)
      assert.equal((await there.stock.recover([cancelled], AT))[0]?.status, 'released')
      assert.equal((await there.stock.recover([{ ...held, status: 'shipped' }], AT))[0]?.status, 'shipped')
      assert.deepEqual(await numbers(here, cup.id), { stock: 1, reserved: 0, version: 3 })
      await assertBalanced(here)
    })

    test('stock of a removed product is held again for an order of before (invariant 2)', async (t) => {
      const [stores] = await makeStores(t)
      const tea = await add(stores)
      await stores.catalogue.remove(tea.id, undefined, STAMP)
      const wanted = order({ [tea.id]: 2 })
      const lines = wanted.lines.map((line) => ({ ...line, name: 'Tea', unitPriceMinor: 100 }))
      const [held] = await stores.stock.recover([{ ...wanted, lines, status: 'held' }], AT)
      assert.equal(held?.status, 'held')
      assert.deepEqual(
        (await stores.stock.release([wanted.orderId], AT)).map(({ status }) => status),
        ['released'],
      )
      await assertBalanced(stores)
    })

    test('a receipt of returned goods is restocked once, with movements of their own, also of a removed product (invariant 2)', async (t) => {
      const [here, there] = await makeStores(t)
      const [tea, cup] = [await add(here, { stock: 10 }), await add(here, { stock: 3 })]
      const sold = order({ [tea.id]: 4, [cup.id]: 2 })
      await here.stock.reserve([sold], AT)
      const { orderId } = sold
      const [first, second] = [nextId(), nextId()]
      const back = (receiptId: string, lines: Record<string, number>) => ({
        ...order(lines),
        receiptId,
        orderId,
      })
      const early = back(first, { [tea.id]: 1 })
      assert.deepEqual(await here.stock.restock([early, { ...early, orderId: nextId() }], AT), [
        ...['not_shipped', 'not_shipped'],
      ])
      await here.stock.ship([orderId], AT)
      assert.deepEqual(await here.stock.restock([early, early], AT), ['restocked', 'restocked'])
      assert.deepEqual(await there.stock.restock([early], AT), ['restocked'])
      assert.deepEqual(await numbers(here, tea.id), { stock: 7, reserved: 0, version: 4 })
      // b: 3 of the tea are left.
      await here.catalogue.remove(cup.id, undefined, STAMP)
      const rest = back(second, { [tea.id]: 3, [cup.id]: 2 })
      assert.deepEqual(
        await there.stock.restock(
          [{ ...rest, receiptId: nextId(), lines: back('', { [tea.id]: 4 }).lines }],
          AT,
        ),
        ['refused'],
      )
      const both = await Promise.all([here, there].map(({ stock }) => stock.restock([rest], AT)))
      assert.deepEqual(both.flat(), ['restocked', 'restocked'])
      assert.deepEqual(await there.stock.restock([back(nextId(), { [tea.id]: 1 })], AT), ['refused'])
      assert.deepEqual(await there.stock.restock([back(nextId(), { [nextId()]: 1 })], AT), ['refused'])
      const { items } = (await there.stock.movements(tea.id, { after: undefined, limit: 10 }))!
      assert.deepEqual(
        items.map(({ reason, delta, note, orderId: of, by }) => [reason, delta, note, of === orderId, by]),
        [
          ['return', 3, null, true, null],
          ['return', 1, null, true, null],
          ['sale', -4, null, true, null],
          ['initial', 10, null, false, 'root'],
        ],
      )
      const stored = (await here.audit.reservationsOf([orderId])).get(orderId)!
      assert.deepEqual(
        recordOf(stored).restocks?.map(({ receiptId }) => receiptId),
        [first, second],
      )
      assert.deepEqual(
        (await there.stock.ship([orderId], AT)).map((answer) => answer?.status),
        ['shipped'],
      )
      await assertBalanced(here)
    })

    test('two processes that restock different receipts of an order take back no more than was shipped (invariant 2)', async (t) => {
      const stores = await makeStores(t)
      const tea = await add(stores[0], { stock: 10 })
      const sold = order({ [tea.id]: 3 })
      await stores[0].stock.reserve([sold], AT)
      await stores[0].stock.ship([sold.orderId], AT)
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          stores[i % 2]!.stock.restock(
            [{ ...sold, receiptId: nextId(), lines: order({ [tea.id]: 1 }).lines }],
            AT,
          ),
        ),
      )
      assert.equal(answers.flat().filter((answer) => answer === 'restocked').length, 3)
      assert.equal((await numbers(stores[0], tea.id)).stock, 10)
      await assertBalanced(stores[1])
    })

    test('two processes that sell one product never oversell (invariants 1, 2)', async (t) => {
      const both = await makeStores(t)
      const tea = await add(both[0], { stock: 50 })
      const answers = await Promise.all(
        Array.from({ length: 120 }, (_, i) => both[i % 2]!.stock.reserve([order({ [tea.id]: 1 })], AT)),
      )
      assert.equal(answers.filter(([answer]) => answer?.status === 'held').length, 50)
      assert.deepEqual(await numbers(both[0], tea.id), { stock: 0, reserved: 50, version: 51 })
      await assertBalanced(both[1])
    })

    test('concurrent requests for the same order are decided once', async (t) => {
      const both = await makeStores(t)
      const tea = await add(both[0])
      const wanted = order({ [tea.id]: 2 })
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => both[i % 2]!.stock.reserve([wanted], AT)),
      )
      for (const answer of answers) assert.deepEqual(answer, answers[0])
      assert.deepEqual(await numbers(both[0], tea.id), { stock: 8, reserved: 2, version: 2 })
    })

    test('orders with the same two products in opposite order all get an answer', async (t) => {
      const both = await makeStores(t)
      const [a, b] = [await add(both[0], { stock: 30 }), await add(both[0], { stock: 30 })]
      const cart = (i: number) => (i % 2 ? { [a.id]: 1, [b.id]: 1 } : { [b.id]: 1, [a.id]: 1 })
      const answers = await Promise.all(
        Array.from({ length: 80 }, (_, i) => both[(i >> 1) % 2]!.stock.reserve([order(cart(i))], AT)),
      )
      assert.equal(answers.filter(([answer]) => answer?.status === 'held').length, 30)
      await assertBalanced(both[0])
    })

    test('a concurrent reservation and release leave the full stock', async (t) => {
      const both = await makeStores(t)
      const tea = await add(both[0])
      const orders = Array.from({ length: 30 }, () => order({ [tea.id]: 1 }))
      await Promise.all(
        orders.flatMap((wanted, i) => [
          both[i % 2]!.stock.reserve([wanted], AT),
          both[(i + 1) % 2]!.stock.release([wanted.orderId], AT),
        ]),
      )
      const { stock, reserved } = await numbers(both[0], tea.id)
      assert.deepEqual({ stock, reserved }, { stock: 10, reserved: 0 })
      await assertBalanced(both[0])
    })

    test('of a concurrent release and shipment, one applies (invariant 6)', async (t) => {
      const both = await makeStores(t)
      const tea = await add(both[0], { stock: 20 })
      const orders = Array.from({ length: 20 }, () => order({ [tea.id]: 1 }))
      await both[0].stock.reserve(orders, AT)
      const outcomes = await Promise.all(
        orders.map(async ({ orderId }) => {
          const [[released], [shipped]] = await Promise.all([
            both[0].stock.release([orderId], AT),
            both[1].stock.ship([orderId], AT),
          ])
          assert.equal(released!.status, shipped!.status)
          return shipped!.status
        }),
      )
      const { stock, reserved } = await numbers(both[0], tea.id)
      assert.deepEqual([stock, reserved], [outcomes.filter((one) => one === 'released').length, 0])
      await assertBalanced(both[0])
    })

    test('concurrent adjustments each change stock by their delta', async (t) => {
      const both = await makeStores(t)
      const tea = await add(both[0], { stock: 10 })
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => both[i % 2]!.stock.adjust(change(tea.id, -1), STAMP)),
      )
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 10)
      for (const result of results) {
        if (result.status === 'rejected') assert.equal(result.reason.code, 'insufficient_stock')
      }
      assert.deepEqual(await numbers(both[0], tea.id), { stock: 0, reserved: 0, version: 11 })
      await assertBalanced(both[0])
    })

    test('an adjustment above the limit or of an unknown product is refused', async (t) => {
      const [stores] = await makeStores(t)
      const tea = await add(stores, { stock: 1_000_000_000 })
      await assert.rejects(stores.stock.adjust(change(tea.id, 1), STAMP), { code: 'stock_limit_exceeded' })
      await assert.rejects(stores.stock.adjust(change(nextId(), 1), STAMP), { code: 'product_not_found' })
    })

    test('one key of one author adjusts once, however often and on whichever connection it is sent', async (t) => {
      const both = await makeStores(t)
      const tea = await add(both[0], { stock: 10 })
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, i) => both[i % 2]!.stock.adjust(change(tea.id, 5, 'k'), STAMP)),
      )
      assert.equal(results.filter(({ replayed }) => !replayed).length, 1)
      for (const { movement } of results) assert.deepEqual(movement, results[0]!.movement)
      assert.deepEqual(await numbers(both[0], tea.id), { stock: 15, reserved: 0, version: 2 })
      await assert.rejects(both[0].stock.adjust(change(tea.id, 6, 'k', 'other'), STAMP), {
        code: 'idempotency_key_reused',
      })
      const other = await both[0].stock.adjust(change(tea.id, 5, 'k'), { by: 'someone else', at: AT })
      assert.equal(other.replayed, false)
    })

    test('the ledger is read newest first, page by page', async (t) => {
      const [stores] = await makeStores(t)
      const tea = await add(stores, { stock: 10 })
      const sale = order({ [tea.id]: 4 })
      await stores.stock.reserve([sale], AT)
      await stores.stock.release([sale.orderId], AT)
      await stores.stock.adjust(change(tea.id, -1), STAMP)
      await stores.catalogue.edit(tea.id, { stock: 12 }, undefined, STAMP)
      const first = await stores.stock.movements(tea.id, { after: undefined, limit: 3 })
      const second = await stores.stock.movements(tea.id, { after: first!.next, limit: 3 })
      assert.equal(second?.next, undefined)
      const all = [...first!.items, ...second!.items]
      const found = all.map(({ version, delta, stockAfter, reason, note, orderId, by }) => [
        version,
        delta,
        stockAfter,
        reason,
        note,
        orderId,
        by,
      ])
      assert.deepEqual(found, [
        [5, 3, 12, 'edit', null, null, 'root'],
        [4, -1, 9, 'adjustment', 'counted', null, 'root'],
        [3, 4, 10, 'release', null, sale.orderId, null],
        [2, -4, 6, 'sale', null, sale.orderId, null],
        [1, 10, 10, 'initial', null, null, 'root'],
      ])
      const unknown = await stores.stock.movements(nextId(), { after: undefined, limit: 3 })
      assert.equal(unknown, undefined)
    })
  })
}
