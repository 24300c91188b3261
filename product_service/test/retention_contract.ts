/** The contract of what is kept of old movements and reservations (src/domain/compaction.ts, ports.ts). */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isOpeningBalance, openingBalance } from '../src/domain/compaction.ts'
import type { Retained, Stores } from '../src/domain/ports.ts'
import type { Movement } from '../src/domain/product.ts'
import type { Reservation } from '../src/domain/reservation.ts'
import { assertChained, ledgerOf, plain, randomHistories } from './retention_histories.ts'
import { AT, add, type MakeStores, NOW, nextId, order, STAMP } from './worlds.ts'

const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000).toISOString()
const BEFORE = later(10)
const YOUNG = later(20)

/** Everything that is due, page by page, without removing it if `keep`. */
async function takeOld<Item>(
  sources: readonly Retained<Item>[],
  { before = BEFORE, limit = 100, keep = false } = {},
): Promise<Item[]> {
  const taken: Item[] = []
  for (const source of sources) {
    for (let after: string | undefined, more = true; more; ) {
      const { items, next } = await source.due(before, after, limit)
      taken.push(...items)
      if (!keep) assert.equal(await source.remove(items), items.length)
      after = next
      more = next !== undefined
    }
  }
  return taken
}

async function assertBalanced(stores: Stores, ...productIds: string[]) {
  const found = await stores.audit.ledgerMismatches(undefined, 1_000)
  assert.deepEqual(found.mismatches, [], 'invariant 2')
  for (const id of productIds) await assertChained(stores, id)
}

const adjust = ({ stock }: Stores, productId: string, delta: number, at: string, key?: string) =>
  stock.adjust(
    { productId, delta, note: 'counted', attempt: key === undefined ? undefined : { key, fingerprint: 'f' } },
    { ...STAMP, at },
  )

/** Without `random`, no random histories: the wire-compatible server reads every document for most of their queries. */
export function retentionContract(name: string, makeStores: MakeStores, { random = true } = {}) {
  suite(`compaction, ${name}`, () => {
    if (random) randomHistories(name, makeStores)

    test('old movements become one opening balance; younger ones, stock and version stay (invariant 2)', async (t) => {
      const [stores, other] = await makeStores(t)
      const tea = await add(stores, { stock: 100 })
      const orders = Array.from({ length: 5 }, () => order({ [tea.id]: 2 }))
      await stores.stock.reserve(orders, later(1))
      await stores.stock.ship(
        orders.slice(0, 3).map(({ orderId }) => orderId),
        later(2),
      )
      await stores.stock.release(
        orders.slice(3).map(({ orderId }) => orderId),
        later(3),
      )
      await adjust(stores, tea.id, 7, YOUNG)
      const before = await ledgerOf(stores, tea.id)
      const product = await stores.catalogue.find(tea.id)
      const taken = (await takeOld(stores.old.movements)) as Movement[]
      assert.deepEqual(taken.map(plain), before.slice(0, -1).map(plain), 'all of them, for the archive')
      assert.deepEqual(await ledgerOf(other, tea.id), [openingBalance(before.slice(0, -1)), before.at(-1)!])
      assert.deepEqual(await other.catalogue.find(tea.id), product)
      await assertBalanced(other, tea.id)
      assert.deepEqual(await takeOld(other.old.movements), [], 'an opening balance alone stays')
    })

    test('later an opening balance goes into the next one', async (t) => {
      const [stores] = await makeStores(t)
      const tea = await add(stores, { stock: 100 })
      for (const day of [1, 2, 12, 13]) await adjust(stores, tea.id, -1, later(day))
      await takeOld(stores.old.movements)
      await takeOld(stores.old.movements, { before: later(15) })
      const left = await ledgerOf(stores, tea.id)
      assert.deepEqual(
        left.map(({ delta, stockAfter, version, at }) => [delta, stockAfter, version, at]),
        [[96, 96, 5, later(13)]],
      )
      assert.ok(isOpeningBalance(left[0]!))
      await assertBalanced(stores, tea.id)
    })

    test('in runs of any size, past many products, each product has one (invariant 2)', async (t) => {
      const [stores] = await makeStores(t)
      const products = []
      for (let i = 0; i < 7; i++) products.push(await add(stores, { stock: i % 3 === 0 ? 0 : 50 }))
      for (const { id } of products.filter((_, i) => i % 2 === 0)) {
        for (let n = 0; n < 5; n++) await adjust(stores, id, 1, later(1))
      }
      await takeOld(stores.old.movements, { limit: 3 })
      for (const [i, { id }] of products.entries()) {
        assert.equal((await ledgerOf(stores, id)).length, i % 2 === 0 || i % 3 !== 0 ? 1 : 0)
      }
      await assertBalanced(stores, ...products.map(({ id }) => id))
    })

    test('what follows a younger movement stays, also if a clock was set back', async (t) => {
      const [stores] = await makeStores(t)
      const tea = await add(stores)
      for (const at of [later(1), later(2), YOUNG, YOUNG, later(3), later(4), later(5)]) {
        await adjust(stores, tea.id, 1, at)
      }
      await takeOld(stores.old.movements, { limit: 2 })
      assert.deepEqual(
        (await ledgerOf(stores, tea.id)).map(({ at }) => at),
        [later(2), YOUNG, YOUNG, later(3), later(4), later(5)],
      )
    })

    test('6: the sale of an order that still holds stays, however old', async (t) => {
      const [stores] = await makeStores(t)
      const tea = await add(stores, { stock: 100 })
      const [held, shipped] = [order({ [tea.id]: 2 }), order({ [tea.id]: 3 })]
      await stores.stock.reserve([held, shipped], AT)
      await stores.stock.ship([shipped.orderId], AT)
      for (const day of [1, 2, 3]) await adjust(stores, tea.id, 1, later(day))
      await takeOld(stores.old.movements, { limit: 2 })
      const orderIds = (await ledgerOf(stores, tea.id)).map(({ orderId }) => orderId)
      assert.ok(orderIds.includes(held.orderId))
      await assertBalanced(stores, tea.id)
      await stores.stock.release([held.orderId], later(4))
      await takeOld(stores.old.movements)
      assert.deepEqual(
        (await ledgerOf(stores, tea.id)).map(({ delta }) => delta),
        [100],
      )
      await assertBalanced(stores, tea.id)
    })

    test('a sold-out product keeps an opening balance and the last movement', async (t) => {
      const [stores] = await makeStores(t)
      const tea = await add(stores, { stock: 5 })
      await adjust(stores, tea.id, -2, later(1))
      await adjust(stores, tea.id, -3, later(2))
      await takeOld(stores.old.movements)
      assert.deepEqual(
        (await ledgerOf(stores, tea.id)).map(({ delta, stockAfter }) => [delta, stockAfter]),
        [
          [3, 3],
          [-3, 0],
        ],
      )
      await assertBalanced(stores, tea.id)
    })

    test('the movements of a product that left the catalogue are compacted too', async (t) => {
      const [stores] = await makeStores(t)
      const tea = await add(stores)
      await adjust(stores, tea.id, 1, later(1))
      await stores.catalogue.remove(tea.id, undefined, { ...STAMP, at: later(2) })
      await takeOld(stores.old.movements)
      assert.equal((await ledgerOf(stores, tea.id)).length, 1)
    })

    test('a key makes one adjustment as long as its movement is there; afterwards it is free', async (t) => {
      const [stores, other] = await makeStores(t)
      const tea = await add(stores)
      await adjust(stores, tea.id, 1, later(1), 'old')
      await adjust(stores, tea.id, 1, later(2), 'older than it looks')
      await adjust(stores, tea.id, 1, YOUNG, 'young')
      const taken = await takeOld(stores.old.movements)
      assert.match(JSON.stringify(taken), /older than it looks/, 'its key is archived too')
      assert.equal((await adjust(other, tea.id, 1, YOUNG, 'young')).replayed, true)
      assert.equal((await adjust(other, tea.id, 1, YOUNG, 'old')).replayed, false)
      assert.equal((await adjust(other, tea.id, 1, YOUNG, 'old')).replayed, true)
      await assertBalanced(other, tea.id)
    })

    test('a key that is used again, after another replica forgot it, is remembered (invariant 4)', async (t) => {
      const [stores, other] = await makeStores(t)
      const tea = await add(stores)
      for (const day of [1, 2, 3]) await adjust(stores, tea.id, 1, later(day), `k${day}`)
      const [movements, ...attempts] = other.old.movements
      await takeOld([movements!])
      const read = await Promise.all(attempts.map((source) => source.due(BEFORE, undefined, 10)))
      await takeOld(stores.old.movements)
      assert.equal((await adjust(stores, tea.id, 1, YOUNG, 'k1')).replayed, false)
      for (const [i, source] of attempts.entries()) assert.equal(await source.remove(read[i]!.items), 0)
      assert.equal((await adjust(other, tea.id, 1, YOUNG, 'k1')).replayed, true)
    })

    test('a run that is no longer as it was read is left alone', async (t) => {
      const [stores, other] = await makeStores(t)
      const tea = await add(stores)
      for (const day of [1, 2, 3]) await adjust(stores, tea.id, 1, later(day))
      const source = stores.old.movements[0]!
      const { items } = await source.due(BEFORE, undefined, 3)
      await takeOld(other.old.movements)
      const left = await ledgerOf(stores, tea.id)
      assert.equal(await source.remove(items), 0)
      assert.deepEqual(await ledgerOf(stores, tea.id), left)
    })

    test('pages of the ledger continue where movements were compacted meanwhile', async (t) => {
      const [stores] = await makeStores(t)
      const tea = await add(stores)
      for (const day of [1, 2, 3, 21]) await adjust(stores, tea.id, 1, later(day))
      const first = await stores.stock.movements(tea.id, { after: undefined, limit: 2 })
      await takeOld(stores.old.movements)
      const second = await stores.stock.movements(tea.id, { after: first!.next, limit: 2 })
      assert.deepEqual([first!.items.length, second!.items], [2, []])
      const whole = await stores.stock.movements(tea.id, { after: undefined, limit: 5 })
      assert.deepEqual(
        whole!.items.map(({ stockAfter }) => stockAfter),
        [14, 13],
      )
    })
  })

  suite(`old reservations, ${name}`, () => {
    const world = async (stores: Stores) => {
      const tea = await add(stores, { stock: 10 })
      const one = (quantity = 1) => order({ [tea.id]: quantity })
      const [held, shipped, released, short, wrong] = [
        one(),
        one(),
        one(),
        one(99),
        { ...one(), totalMinor: 1 },
      ]
      const unknown = order({ [nextId()]: 1 })
      const tombstone = nextId()
      await stores.stock.reserve([held, shipped, released, short, wrong, unknown], AT)
      await stores.stock.ship([shipped.orderId], AT)
      await stores.stock.release([released.orderId, tombstone], AT)
      return { tea, held, shipped, released, short, wrong, unknown, tombstone }
    }
    const idsOf = (reservations: readonly Reservation[]) => reservations.map(({ orderId }) => orderId).sort()

    test('6: only those that never held anything are removed, whole', async (t) => {
      const [stores, other] = await makeStores(t)
      const { held, shipped, released, short, wrong, unknown, tombstone } = await world(stores)
      const all = [held, shipped, released, short, wrong, unknown].map(({ orderId }) => orderId)
      const before = await stores.audit.reservationsOf([...all, tombstone])
      const removed = await takeOld(stores.old.reservations, { limit: 2 })
      const gone = [short, wrong, unknown].map(({ orderId }) => orderId)
      assert.deepEqual(idsOf(removed), [...gone, tombstone].sort())
      for (const each of removed) assert.deepEqual(each, before.get(each.orderId))
      const left = await other.audit.reservationsOf([...all, tombstone])
      assert.deepEqual(
        [...left.keys()].sort(),
        [held, shipped, released].map(({ orderId }) => orderId).sort(),
      )
      assert.deepEqual(await takeOld(other.old.reservations), [])
      await assertBalanced(other)
    })

    test('6: until then a late reservation takes nothing; after it, it is decided like a new one', async (t) => {
      const [stores] = await makeStores(t)
      const tea = await add(stores)
      const late = order({ [tea.id]: 1 })
      await stores.stock.release([late.orderId], AT)
      await takeOld(stores.old.reservations, { before: AT })
      assert.equal((await stores.stock.reserve([late], later(9)))[0]?.status, 'released')
      await takeOld(stores.old.reservations)
      assert.equal((await stores.stock.reserve([late], later(40)))[0]?.status, 'held')
      await assertBalanced(stores)
    })

    test('6: what was released again, after another replica removed it, stays', async (t) => {
      const [stores, other] = await makeStores(t)
      const late = order({ [(await add(stores)).id]: 1 })
      await stores.stock.release([late.orderId], AT)
      const read = await Promise.all(
        other.old.reservations.map((source) => source.due(BEFORE, undefined, 10)),
      )
      assert.equal((await takeOld(stores.old.reservations)).length, 1)
      await stores.stock.release([late.orderId], YOUNG)
      for (const [i, source] of other.old.reservations.entries()) {
        assert.equal(await source.remove(read[i]!.items), 0)
      }
      assert.equal((await stores.stock.reserve([late], YOUNG))[0]?.status, 'released')
    })

    test('what was decided at the limit or later stays', async (t) => {
      const [stores] = await makeStores(t)
      const [old, edge] = [nextId(), nextId()]
      await stores.stock.release([old], later(9))
      await stores.stock.release([edge], BEFORE)
      assert.deepEqual(idsOf(await takeOld(stores.old.reservations)), [old])
    })

    test('each is due once, also if it is not removed; what held units is never removed', async (t) => {
      const [stores] = await makeStores(t)
      const { held, shipped, released } = await world(stores)
      const due = idsOf(await takeOld(stores.old.reservations, { limit: 1, keep: true }))
      assert.deepEqual([due.length, new Set(due).size], [4, 4])
      const holding = [held, shipped, released].map(({ orderId }) => orderId)
      const stored = [...(await stores.audit.reservationsOf(holding)).values()]
      for (const source of stores.old.reservations) assert.equal(await source.remove(stored), 0)
      assert.equal((await stores.audit.reservationsOf(holding)).size, 3)
    })

    test('two replicas that read the same ones remove each once', async (t) => {
      const [stores, other] = await makeStores(t)
      const ids = [nextId(), nextId(), nextId()]
      await stores.stock.release(ids, AT)
      const read = await Promise.all(
        stores.old.reservations.map((source) => source.due(BEFORE, undefined, 10)),
      )
      let removed = 0
      for (const { old } of [stores, other]) {
        for (const [i, source] of old.reservations.entries()) removed += await source.remove(read[i]!.items)
      }
      assert.equal(removed, 3)
    })
  })
}

/** Transactions overlap, so a store must isolate them. */
export function compactionRaceContract(name: string, makeStores: MakeStores) {
  suite(`compaction while others buy, ${name}`, () => {
    test('orders are held, released and shipped meanwhile, and everything balances (invariants 1 and 2)', async (t) => {
      const [stores, other] = await makeStores(t)
      const tea = await add(stores, { stock: 200 })
      const old = Array.from({ length: 30 }, () => order({ [tea.id]: 1 }))
      const idsOf = (orders: readonly { orderId: string }[]) => orders.map(({ orderId }) => orderId)
      await stores.stock.reserve(old, AT)
      await stores.stock.release(idsOf(old.slice(0, 10)), AT)
      const buy = async (held: { orderId: string }) => {
        const now = order({ [tea.id]: 1 })
        await stores.stock.reserve([now], YOUNG)
        await stores.stock.release([held.orderId, now.orderId], YOUNG)
      }
      const remove = async () => {
        for (let round = 0; round < 3; round++) await takeOld(other.old.movements, { limit: 6 })
      }
      await Promise.all([
        remove(),
        ...old.slice(10, 20).map(buy),
        stores.stock.ship(idsOf(old.slice(20)), YOUNG),
      ])
      const { stock, reserved } = (await stores.catalogue.find(tea.id))!
      assert.deepEqual({ stock, reserved }, { stock: 190, reserved: 0 })
      await assertBalanced(stores, tea.id)
      await takeOld(stores.old.movements)
      assert.ok(isOpeningBalance((await ledgerOf(stores, tea.id))[0]!))
      await assertBalanced(stores, tea.id)
    })
  })
}
