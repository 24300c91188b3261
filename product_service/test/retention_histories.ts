/** Random histories of a catalogue, with compaction at random moments, for every store (invariant 2). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import { isOpeningBalance } from '../src/domain/compaction.ts'
import type { Retained, Stores } from '../src/domain/ports.ts'
import type { Movement } from '../src/domain/product.ts'
import { add, type MakeStores, NOW, nextId, order } from './worlds.ts'

const STEPS = 120
const DAY_MS = 86_400_000
const KEPT_DAYS = 10

export async function ledgerOf({ stock }: Stores, productId: string): Promise<readonly Movement[]> {
  const page = await stock.movements(productId, { after: undefined, limit: 10_000 })
  return page!.items.toReversed()
}

/** Each movement starts from the stock after the one before; the last one ends with the stock of the product. */
export async function assertChained(stores: Stores, productId: string) {
  let before = 0
  for (const { delta, stockAfter, version } of await ledgerOf(stores, productId)) {
    assert.equal(stockAfter, before + delta, `movement ${version} skips one before it`)
    before = stockAfter
  }
  assert.equal(before, (await stores.catalogue.find(productId))!.stock)
}

export function randomHistories(name: string, makeStores: MakeStores) {
  for (const seed of [1, 2]) {
    test(`2: ${name}, random history ${seed}: always balanced, and no movement is lost`, async (t) => {
      const [stores, other] = await makeStores(t)
      const { random } = createVirtualRuntime({ seed })
      const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
      const products = [await add(stores, { stock: 60 }), await add(stores, { stock: 3 })].map(({ id }) => id)
      const open: string[] = []
      const archived = new Map<string, Movement>()
      const seen = new Map<string, Movement>()
      let day = 0
      const at = (age = 0) => new Date(NOW.getTime() + (day - age) * DAY_MS).toISOString()
      const keyOf = ({ productId, version }: Movement) => `${productId} ${version}`
      const note = (into: Map<string, Movement>, movements: readonly Movement[]) => {
        for (const each of movements) if (!isOpeningBalance(each)) into.set(keyOf(each), plain(each))
      }

      const compact = async () => {
        for (const id of products) note(seen, await ledgerOf(stores, id))
        const limit = 2 + Math.floor(random() * 9)
        for (const source of [...other.old.movements, ...other.old.reservations] as Retained<unknown>[]) {
          for (let after: string | undefined, more = true; more; ) {
            const { items, next } = await source.due(at(KEPT_DAYS), after, limit)
            // A crash after the archive: nothing was removed.
            if (random() < 0.8) assert.equal(await source.remove(items), items.length)
            if (source.kind === 'movement') note(archived, items as Movement[])
            after = next
            more = next !== undefined
          }
        }
      }
      const steps: (() => Promise<unknown>)[] = [
        async () => {
          const wanted = order({ [pick(products)]: 1 + Math.floor(random() * 4), [pick(products)]: 1 })
          await stores.stock.reserve([wanted], at())
          open.push(wanted.orderId)
        },
        () => stores.stock.release([random() < 0.2 ? nextId() : (pick(open) ?? nextId())], at()),
        () => (open.length > 0 ? stores.stock.ship([pick(open)], at()) : Promise.resolve()),
        () => {
          const attempt = { key: String(Math.floor(random() * 20)), fingerprint: 'f' }
          const adjustment = {
            productId: pick(products),
            delta: 1 + Math.floor(random() * 5),
            note: 'counted',
          }
          return stores.stock.adjust({ ...adjustment, attempt }, { by: 'root', at: at() })
        },
        () =>
          stores.catalogue.edit(pick(products), { stock: Math.floor(random() * 30) }, undefined, {
            by: 'root',
            at: at(),
          }),
        async () => {
          day += 1 + Math.floor(random() * 4)
        },
        async () => void products.push((await add(stores, { stock: Math.floor(random() * 5) })).id),
        compact,
      ]
      for (let step = 0; step < STEPS; step++) {
        await pick(steps)()
        if (step % 5 !== 0) continue
        const { mismatches, checked } = await stores.audit.ledgerMismatches(undefined, 1_000)
        assert.deepEqual([mismatches, checked], [[], products.length], `after step ${step}`)
      }
      day += 2 * KEPT_DAYS
      await compact()
      const left = new Map(archived)
      for (const id of products) {
        await assertChained(stores, id)
        note(left, await ledgerOf(stores, id))
      }
      assert.deepEqual(new Map([...left].toSorted()), new Map([...seen].toSorted()))
      assert.ok(archived.size > 20, `${archived.size} were archived`)
    })
  }
}

/** Without the key, which SQLite archives with the movement. */
export const plain = ({ productId, version, delta, stockAfter, at, reason, note, orderId, by }: Movement) =>
  ({ productId, version, delta, stockAfter, at, reason, note, orderId, by }) as Movement
