/** The contract of audits. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AT, add, type MakeStores, order } from './worlds.ts'

export function auditContract(name: string, makeStores: MakeStores) {
  suite(`audit, ${name}`, () => {
    test('all products are compared, in pages, and a consistent store has no mismatch', async (t) => {
      const [stores] = await makeStores(t)
      const products = [await add(stores), await add(stores), await add(stores)]
      await stores.stock.reserve([order({ [products[0]!.id]: 2, [products[1]!.id]: 1 })], AT)
      const first = await stores.audit.ledgerMismatches(undefined, 2)
      const second = await stores.audit.ledgerMismatches(first.next, 2)
      assert.deepEqual(
        [first, second],
        [
          { mismatches: [], checked: 2, next: products[1]!.id },
          { mismatches: [], checked: 1, next: undefined },
        ],
      )
    })

    test('held reservations are listed in pages; the others are not', async (t) => {
      const [stores] = await makeStores(t)
      const tea = await add(stores)
      const orders = Array.from({ length: 6 }, () => order({ [tea.id]: 1 }))
      await stores.stock.reserve([...orders, order({ [tea.id]: 99 })], AT)
      await stores.stock.release([orders[1]!.orderId], AT)
      await stores.stock.ship([orders[4]!.orderId], AT)
      const found: string[] = []
      let after: string | undefined
      do {
        const page = await stores.audit.heldReservations(after, 2)
        for (const { orderId, status, lines } of page.reservations) {
          assert.deepEqual([status, lines.length], ['held', 1])
          found.push(orderId)
        }
        after = page.next
      } while (after)
      const held = [0, 2, 3, 5].map((i) => orders[i]!.orderId)
      assert.deepEqual(found.sort(), held.sort())
    })
  })
}
