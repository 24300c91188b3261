/** The contract of the lists of admins: what they find is compared with a plain look at every product. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type AnyProducts, anyWords } from '../src/domain/any_products.ts'
import type { PageKey } from '../src/domain/page.ts'
import { nameKey, type Product } from '../src/domain/product.ts'
import { type AuditedStores, add, type MakeStores, nextId, STAMP } from './worlds.ts'

const LATER = '2030-01-01T00:00:00.000Z'

export function anyProductsContract(name: string, makeStores: MakeStores) {
  suite(`products of admins, ${name}`, () => {
    /** Every product with what it says of itself, and of its group. */
    async function shop(stores: AuditedStores) {
      const category = async (name: string) => {
        const fields = { name, description: '', parentId: null }
        return (await stores.categories.create({ id: nextId(), fields }, STAMP)).id
      }
      const [LAMPS, BOOKS] = [await category('Lamps'), await category('Books')]
      const fields = { name: 'Shirt', description: '', options: [{ name: 'Size', values: ['S', 'M'] }] }
      const shown = await stores.groups.create(
        { id: nextId(), fields: { ...fields, categories: [LAMPS] } },
        STAMP,
      )
      const hidden = await stores.groups.create({ id: nextId(), fields: { ...fields, draft: true } }, STAMP)
      const made = [
        await add(stores, { name: 'Café lamp', priceMinor: 500, stock: 0, details: { categories: [LAMPS] } }),
        await add(stores, { name: 'Desk LAMP, oak', priceMinor: 300, stock: 3, details: { sku: 'L-1/ä' } }),
        await add(stores, {
          name: 'Book',
          priceMinor: 300,
          stock: 9,
          details: { categories: [BOOKS], draft: true },
        }),
        await add(stores, { name: 'Book of lamps', stock: 1, details: { draft: true, publishAt: LATER } }),
        await add(stores, { name: 'Poster', priceMinor: 100, stock: 9, details: { compareAtMinor: 200 } }),
        await add(stores, { name: `${'x'.repeat(70)} Tail`, priceMinor: 700, stock: 0 }),
        await add(stores, { name: 'Shirt S', stock: 2, details: { groupId: shown.id, optionValues: ['S'] } }),
        await add(stores, {
          name: 'Shirt M',
          stock: 0,
          details: { groupId: hidden.id, optionValues: ['M'] },
        }),
      ]
      const gone = await add(stores, { name: 'Gone lamp', stock: 0, details: { categories: [LAMPS] } })
      await stores.catalogue.remove(gone.id, undefined, STAMP)
      const products = await Promise.all(made.map(async ({ id }) => (await stores.catalogue.findAny(id))!))
      return {
        ...{ LAMPS, BOOKS, products },
        groups: { [shown.id]: [LAMPS], [hidden.id]: [] } as Record<string, readonly string[]>,
      }
    }
    type Shop = Awaited<ReturnType<typeof shop>>

    const fits = ({ groups }: Shop, which: AnyProducts, { details, name, stock }: Product) => {
      const { draft, groupDraft, publishAt, sku, groupId, categories, compareAtMinor } = details
      const isHidden = draft || groupDraft
      const text = `${name} ${sku}`.toLowerCase()
      return [
        which.status === undefined ||
          { published: !isHidden, draft: isHidden, scheduled: draft && publishAt !== null }[which.status],
        which.sku === undefined || sku === which.sku,
        which.groupId === undefined || groupId === which.groupId,
        which.stockMin === undefined || stock >= which.stockMin,
        which.stockMax === undefined || stock <= which.stockMax,
        !which.reduced || compareAtMinor !== null,
        !which.categories ||
          [...categories, ...(groupId ? groups[groupId]! : [])].some((id) => which.categories!.includes(id)),
        (which.words ?? []).every(
          ({ key, text: word }) => nameKey(name).includes(key) || text.includes(word),
        ),
      ].every(Boolean)
    }
    const everyPage = async ({ catalogue }: AuditedStores, which: AnyProducts, limit: number) => {
      const found: string[] = []
      let after: PageKey | undefined
      do {
        const page = await catalogue.listAny(which, { after, limit })
        found.push(...page.items.map((product) => product.name))
        after = page.next
      } while (after)
      return found
    }

    test('1: all conditions hold, each alone and all together, page by page, drafts too, and no removed one', async (t) => {
      const [here, there] = await makeStores(t)
      const made = await shop(here)
      const { LAMPS, BOOKS } = made
      const groupId = Object.keys(made.groups)[0]!
      const asked: AnyProducts[] = [
        {},
        ...(['published', 'draft', 'scheduled'] as const).map((status) => ({ status })),
        ...['lamp', 'CAFE', 'café', 'book lamp', 'amp,', 'l-1/ä', '1', 'tail', '[', '%', '.*', 'Shirt m'].map(
          (q) => ({
            words: anyWords(q),
          }),
        ),
        ...[0, 3].map((stockMax) => ({ stockMax })),
        { stockMin: 1, stockMax: 3 },
        { reduced: true },
        { categories: [LAMPS] },
        { categories: [LAMPS, BOOKS] },
        { categories: [] },
        { sku: 'L-1/ä' },
        { sku: 'L-1/ä', status: 'draft' },
        { groupId },
        { groupId, stockMax: 1 },
        { status: 'draft', words: anyWords('book'), categories: [BOOKS] },
        { status: 'published', words: anyWords('lamp'), stockMax: 3, categories: [LAMPS] },
        { status: 'scheduled', words: anyWords('lamps'), stockMax: 1 },
      ]
      for (const which of asked) {
        const wanted = made.products
          .filter((product) => fits(made, which, product))
          .map((product) => product.name)
        for (const limit of [1, 3, 20])
          assert.deepEqual(
            await everyPage(there, which, limit),
            wanted.toReversed(),
            JSON.stringify({ which, limit }),
          )
      }
      assert.equal(
        asked.filter((which) => made.products.some((product) => fits(made, which, product))).length,
        24,
      )
    })

    test('those on sale come in every order, also with conditions', async (t) => {
      const [here] = await makeStores(t)
      const { products } = await shop(here)
      const sale = products.filter(({ deletedAt }) => deletedAt === null)
      const by = (compare: (a: Product, b: Product) => number, all = sale) =>
        all.toSorted(compare).map(({ name }) => name)
      const byName = (a: Product, b: Product) => (nameKey(a.name) < nameKey(b.name) ? -1 : 1)
      const byPrice = (a: Product, b: Product) => a.priceMinor - b.priceMinor || (a.id < b.id ? -1 : 1)
      for (const limit of [1, 2, 20]) {
        const every = (which: AnyProducts) => everyPage(here, { status: 'published', ...which }, limit)
        assert.deepEqual(await every({ sort: 'name' }), by(byName))
        assert.deepEqual(await every({ sort: 'price' }), by(byPrice))
        assert.deepEqual(await every({ sort: '-price' }), by(byPrice).toReversed())
        const few = sale.filter(({ stock }) => stock <= 2)
        assert.deepEqual(await every({ sort: 'price', stockMax: 2 }), by(byPrice, few))
      }
    })

    test('after a product that never existed there is nothing', async (t) => {
      const [here] = await makeStores(t)
      await shop(here)
      assert.deepEqual(await here.catalogue.listAny({}, { after: [nextId()], limit: 5 }), {
        items: [],
        next: undefined,
      })
    })
  })
}
