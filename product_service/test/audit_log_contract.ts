/** What the stores record in the audit log (src/domain/audit.ts), together with the change or not at all. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { OPERATOR } from '../src/domain/audit.ts'
import { AT, type AuditedStores, add, type MakeStores, nextId, order, STAMP } from './worlds.ts'

/** By whom, what, of which subject, and each change as text; oldest first. */
export async function recorded({ auditLog }: AuditedStores): Promise<readonly (readonly string[])[]> {
  const entries = await auditLog.page({ filter: undefined, before: undefined, limit: 100 })
  return entries
    .toReversed()
    .map(({ by, action, subject, changes, note }) => [
      by,
      action,
      subject.name ?? subject.id,
      ...changes.map(({ field, before, after }) => `${field}: ${before} -> ${after}`),
      ...(note === null ? [] : [note]),
    ])
}

const CREATED = [
  'root',
  'product.created',
  'Tea',
  'name: null -> Tea',
  'description: null -> ',
  'priceMinor: null -> 100',
  'stock: null -> 10',
]

export function auditLogContract(name: string, makeStores: MakeStores) {
  suite(`audit log of products, ${name}`, () => {
    test('an edit has one entry for texts, one for the price, one for the stock: only of what differs', async (t) => {
      const [stores, other] = await makeStores(t)
      const { catalogue } = stores
      const { id } = await add(stores)
      await catalogue.edit(id, { name: 'Green tea', priceMinor: 250, stock: 7 }, undefined, STAMP)
      await catalogue.edit(id, { description: 'Hot' }, undefined, { ...STAMP, by: 'eve' })
      assert.deepEqual(await recorded(other), [
        CREATED,
        ['root', 'product.edited', 'Green tea', 'name: Tea -> Green tea'],
        ['root', 'product.price_changed', 'Green tea', 'priceMinor: 100 -> 250'],
        ['root', 'stock.set', 'Green tea', 'stock: 10 -> 7'],
        ['eve', 'product.edited', 'Green tea', 'description:  -> Hot'],
      ])
    })

    test('an edit that changes nothing, a conflict and an unknown product leave no entry', async (t) => {
      const [stores] = await makeStores(t)
      const { catalogue, stock } = stores
      const { id } = await add(stores)
      await catalogue.edit(id, { name: 'Tea', priceMinor: 100, stock: 10 }, undefined, STAMP)
      await assert.rejects(catalogue.edit(id, { name: 'x' }, [9], STAMP), { code: 'version_conflict' })
      await assert.rejects(catalogue.remove(id, [9], STAMP), { code: 'version_conflict' })
      await assert.rejects(catalogue.edit(nextId(), { name: 'x' }, undefined, STAMP), {
        code: 'product_not_found',
      })
      const adjustment = { productId: id, delta: -11, note: 'broken', attempt: undefined }
      await assert.rejects(stock.adjust(adjustment, STAMP), { code: 'insufficient_stock' })
      assert.deepEqual(await recorded(stores), [CREATED])
    })

    test('a removed product, once', async (t) => {
      const [stores] = await makeStores(t)
      const { id } = await add(stores)
      await stores.catalogue.remove(id, undefined, STAMP)
      await assert.rejects(stores.catalogue.remove(id, undefined, STAMP), { code: 'product_not_found' })
      assert.deepEqual(await recorded(stores), [CREATED, ['root', 'product.deleted', 'Tea']])
    })

    test('an adjustment that is repeated under its key leaves one entry, with its reason', async (t) => {
      const [here, there] = await makeStores(t)
      const { id } = await add(here)
      const attempt = { key: 'k', fingerprint: 'f' }
      const adjustment = { productId: id, delta: -3, note: 'three broke', attempt }
      const answers = await Promise.all(
        [here, here, there].map(({ stock }) => stock.adjust(adjustment, STAMP)),
      )
      assert.equal(answers.filter(({ replayed }) => !replayed).length, 1)
      const other = { ...adjustment, attempt: { ...attempt, fingerprint: 'g' } }
      await assert.rejects(here.stock.adjust(other, STAMP), { code: 'idempotency_key_reused' })
      assert.deepEqual(await recorded(here), [
        CREATED,
        ['root', 'stock.adjusted', 'Tea', 'stock: 10 -> 7', 'three broke'],
      ])
    })

    test('sales, releases and shipments are not recorded', async (t) => {
      const [stores] = await makeStores(t)
      const { id } = await add(stores)
      const [a, b] = [order({ [id]: 1 }), order({ [id]: 2 })]
      await stores.stock.reserve([a, b], AT)
      await stores.stock.release([a.orderId], AT)
      await stores.stock.ship([b.orderId], AT)
      assert.deepEqual(await recorded(stores), [CREATED])
    })

    test('a reservation that the operator recovered, once; none without stock', async (t) => {
      const [stores] = await makeStores(t)
      const { id } = await add(stores)
      const lost = (units: number, status: 'held' | 'shipped') => {
        const { lines, ...rest } = order({ [id]: units })
        return {
          ...rest,
          status,
          lines: lines.map((line) => ({ ...line, name: 'Tea', unitPriceMinor: 100 })),
        }
      }
      const [held, tooMany] = [lost(1, 'held'), lost(99, 'held')]
      await stores.stock.recover([held, tooMany], AT)
      await stores.stock.recover([held], AT)
      await stores.stock.recover([{ ...held, status: 'shipped' }], AT)
      assert.deepEqual((await recorded(stores)).slice(1), [
        [OPERATOR, 'reservation.recovered', held.orderId, 'status: null -> held'],
        [OPERATOR, 'reservation.recovered', held.orderId, 'status: held -> shipped'],
      ])
    })

    test('an import has one entry for all its products', async (t) => {
      const [stores] = await makeStores(t)
      const fields = { name: 'Cup', description: '', priceMinor: 1, stock: 1 }
      await stores.catalogue.importProducts(
        [1, 2, 3].map(() => ({ id: nextId(), fields })),
        { ...STAMP, by: 'seed' },
      )
      assert.deepEqual(await recorded(stores), [
        [OPERATOR, 'products.imported', 'Cup', 'products: null -> 3'],
      ])
    })

    test('two admins at once: one entry for each change that took effect, and together they explain the product', async (t) => {
      const [here, there] = await makeStores(t)
      const { id } = await add(here)
      const stamps = ['root', 'eve'].map((by) => ({ by, at: AT }))
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => {
          const { catalogue } = i % 2 ? here : there
          // Of the edits that saw version 1, one is applied; the others name no version.
          return catalogue.edit(id, { priceMinor: 200 + i }, i < 10 ? [1] : undefined, stamps[i % 2]!)
        }),
      )
      const applied = outcomes.filter(({ status }) => status === 'fulfilled').length
      const entries = (await here.auditLog.page({ filter: { subject: id }, before: undefined, limit: 99 }))
        .filter(({ action }) => action === 'product.price_changed')
        .map(({ changes: [change] }) => change!)
      assert.equal(entries.length, applied)
      // Each begins where another one ended: a chain from the first price to the last.
      const next = new Map(entries.map(({ before, after }) => [before, after]))
      let price: unknown = 100
      for (let steps = 0; steps < entries.length; steps++) price = next.get(price as number)
      assert.equal((await there.catalogue.find(id))!.priceMinor, price)
    })
  })
}

export type Refusing = { readonly stores: AuditedStores; refuseEntries(): Promise<void> }

/** `refuseEntries` makes the store refuse every entry from then on, and nothing else. */
export function auditAtomicityContract(name: string, make: (t: TestContext) => Promise<Refusing>) {
  suite(`a change of a product without its entry, ${name}`, () => {
    const adjustment = { delta: 1, note: 'found', attempt: { key: 'k', fingerprint: 'f' } }
    const changes: Record<string, (stores: AuditedStores, id: string) => Promise<unknown>> = {
      'a new product': (stores) => add(stores, { name: 'Cup' }),
      'an import': ({ catalogue }) =>
        catalogue.importProducts(
          [{ id: nextId(), fields: { name: 'Cup', description: '', priceMinor: 1, stock: 1 } }],
          STAMP,
        ),
      'a price': ({ catalogue }, id) => catalogue.edit(id, { priceMinor: 5 }, undefined, STAMP),
      'a stock': ({ catalogue }, id) => catalogue.edit(id, { stock: 5 }, undefined, STAMP),
      'an adjustment': ({ stock }, productId) => stock.adjust({ ...adjustment, productId }, STAMP),
      'a removal': ({ catalogue }, id) => catalogue.remove(id, undefined, STAMP),
      'a recovered reservation': ({ stock }, id) => {
        const { lines, ...rest } = order({ [id]: 1 })
        const held = lines.map((line) => ({ ...line, name: 'Tea', unitPriceMinor: 100 }))
        return stock.recover([{ ...rest, status: 'held', lines: held }], AT)
      },
    }
    for (const [what, change] of Object.entries(changes)) {
      test(`${what} is not stored, and sales are`, async (t) => {
        const { stores, refuseEntries } = await make(t)
        const { id } = await add(stores)
        const state = async () => [
          await stores.catalogue.find(id),
          (await stores.stock.movements(id, { after: undefined, limit: 9 }))!.items,
          (
            await stores.catalogue.list({
              sort: 'newest',
              words: [],
              inStock: false,
              after: undefined,
              limit: 9,
            })
          ).items,
          (await stores.audit.heldReservations(undefined, 9)).reservations,
          await recorded(stores),
        ]
        const before = await state()
        await refuseEntries()
        await assert.rejects(change(stores, id))
        assert.deepEqual(await state(), before)
        const [sold] = await stores.stock.reserve([order({ [id]: 1 })], AT)
        assert.equal(sold!.status, 'held')
      })
    }
  })
}
