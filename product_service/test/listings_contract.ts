/** The contract of the lists of the shop: filters, counts and pages follow every change. The rules are those of catalogue_index.test.ts. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { ListingFilter, ListingPage, ListingQuery } from '../src/domain/listings.ts'
import { AT, type AuditedStores, add, type MakeStores, nextId, order, STAMP } from './worlds.ts'

const EVERYTHING: ListingFilter = {
  ...{ words: [], category: undefined, inStock: false, choices: [] },
  ...{ priceMinMinor: undefined, priceMaxMinor: undefined },
}
const FIRST = { ...EVERYTHING, sort: 'newest', after: undefined, limit: 10 } as const
const PATIENCE_MS = 10_000
const PAUSE_MS = 20

const idsOf = ({ items }: ListingPage) => items.map(({ id }) => id)

/** `settles` is false for a store whose other connection may take a moment to notice a change. */
export function listingsContract(name: string, makeStores: MakeStores, { settles = true } = {}) {
  suite(`lists with filters, ${name}`, () => {
    /** Asks until the answer is as wanted; the last one is compared. Counts are used again for a while. */
    const expect = async <T>(ask: () => Promise<T>, wanted: T, isAtOnce = settles) => {
      const until = performance.now() + PATIENCE_MS
      for (;;) {
        const answer = await ask().catch((error) => {
          if (error.code !== 'store_unavailable') throw error
          return undefined
        })
        try {
          return assert.deepEqual(answer, wanted)
        } catch (error) {
          if (performance.now() > until || (isAtOnce && answer !== undefined)) throw error
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      }
    }
    const list = (stores: AuditedStores, query: Partial<ListingQuery> = {}) =>
      stores.listings.list({ ...FIRST, ...query })
    const counts = async (stores: AuditedStores, filter: Partial<ListingFilter> = {}) => {
      const { total, facets, inStock, prices } = await stores.listings.facets({ ...EVERYTHING, ...filter })
      const values = facets.flatMap(({ name, values }) =>
        values.map(({ value, count }) => `${name}:${value} ${count}`),
      )
      return [total.count, inStock.count, prices?.minMinor, prices?.maxMinor, ...values.sort()]
    }
    const shirts = async (stores: AuditedStores) => {
      const fields = {
        ...{ name: 'Shirt', description: '', attributes: { Fit: ['slim'] } },
        options: [
          { name: 'Colour', values: ['red', 'blue'] },
          { name: 'Size', values: ['S', 'M'] },
        ],
      }
      const group = await stores.groups.create({ id: nextId(), fields }, STAMP)
      const variant = (optionValues: string[], priceMinor: number, stock: number) =>
        add(stores, { name: 'Shirt', priceMinor, stock, details: { groupId: group.id, optionValues } })
      const red = await variant(['red', 'S'], 500, 1)
      const blue = await variant(['blue', 'M'], 700, 0)
      return { group, red, blue }
    }

    test('follow products and groups that are added, changed, sold out, hidden and removed, on both connections', async (t) => {
      const [here, there] = await makeStores(t)
      await expect(async () => idsOf(await list(there)), [])
      const tea = await add(here, { priceMinor: 300, details: { attributes: { Taste: ['malty'] } } })
      const { group, red, blue } = await shirts(there)
      const all = ['Colour:blue 1', 'Colour:red 1', 'Fit:slim 1', 'Size:M 1', 'Size:S 1', 'Taste:malty 1']
      for (const stores of [here, there]) {
        await expect(async () => idsOf(await list(stores)), [group.id, tea.id])
        await expect(() => counts(stores), [2, 2, 300, 700, ...all], false)
      }
      assert.deepEqual((await list(there)).items, [
        { kind: 'group', id: group.id },
        { kind: 'product', id: tea.id },
      ])

      // All filters hold for the same variant: the blue one is sold out.
      const blueInStock = { choices: ['Colour:blue'], inStock: true }
      await expect(async () => idsOf(await list(here, { choices: ['Colour:blue'] })), [group.id])
      await expect(async () => idsOf(await list(here, blueInStock)), [])
      await there.catalogue.edit(blue.id, { stock: 2, priceMinor: 900 }, undefined, STAMP)
      await expect(async () => idsOf(await list(here, blueInStock)), [group.id])
      await expect(
        async () => idsOf(await list(here, { priceMinMinor: 800, priceMaxMinor: 900 })),
        [group.id],
      )

      const sale = order({ [red.id]: 1 }, 500)
      assert.equal((await here.stock.reserve([sale], AT))[0]!.status, 'held')
      const redInStock = { choices: ['Colour:red'], inStock: true }
      for (const stores of [here, there]) await expect(async () => idsOf(await list(stores, redInStock)), [])
      await there.stock.release([sale.orderId], AT)
      for (const stores of [here, there])
        await expect(async () => idsOf(await list(stores, redInStock)), [group.id])

      await here.groups.edit(group.id, { attributes: { Fit: ['wide'] } }, undefined, STAMP)
      for (const stores of [here, there]) {
        await expect(async () => idsOf(await list(stores, { choices: ['Fit:slim'] })), [])
        await expect(async () => idsOf(await list(stores, { choices: ['Fit:wide', 'Size:S'] })), [group.id])
      }
      await there.groups.edit(group.id, { draft: true }, undefined, STAMP)
      for (const stores of [here, there]) await expect(async () => idsOf(await list(stores)), [tea.id])
      await there.groups.edit(group.id, { draft: false }, undefined, STAMP)
      for (const stores of [here, there])
        await expect(async () => idsOf(await list(stores)), [group.id, tea.id])
      await here.catalogue.edit(red.id, { details: { groupId: null, optionValues: [] } }, undefined, STAMP)
      for (const stores of [here, there]) {
        await expect(async () => idsOf(await list(stores)), [red.id, group.id, tea.id])
        await expect(async () => idsOf(await list(stores, { choices: ['Colour:red'] })), [])
      }
      await here.catalogue.remove(tea.id, undefined, STAMP)
      await here.groups.remove(group.id, undefined, STAMP)
      for (const stores of [here, there]) await expect(async () => idsOf(await list(stores)), [red.id])
    })

    test('categories have what is below them, and follow moves', async (t) => {
      const [here, there] = await makeStores(t)
      const category = async (name: string, parentId: string | null) =>
        (await here.categories.create({ id: nextId(), fields: { name, description: '', parentId } }, STAMP))
          .id
      const home = await category('Home', null)
      const cups = await category('Cups', home)
      const gifts = await category('Gifts', null)
      const cup = await add(here, { details: { categories: [cups, gifts] } })
      const lamp = await add(there, { details: { categories: [home] } })
      const found = (stores: AuditedStores, id: string) => async () =>
        idsOf(await list(stores, { category: id }))
      const counted =
        (stores: AuditedStores, filter: Partial<ListingFilter> = {}) =>
        async () => {
          const { categories } = await stores.listings.facets({ ...EVERYTHING, ...filter })
          return Object.fromEntries(categories.map(({ id, count }) => [id, count]))
        }
      for (const stores of [here, there]) {
        await expect(found(stores, home), [lamp.id, cup.id])
        await expect(found(stores, cups), [cup.id])
        await expect(counted(stores), { [home]: 2, [cups]: 1, [gifts]: 1 }, false)
        // What is chosen of the categories does not change their numbers.
        await expect(counted(stores, { category: cups }), { [home]: 2, [cups]: 1, [gifts]: 1 }, false)
        await expect(found(stores, nextId()), [])
      }
      await there.categories.edit(cups, { parentId: gifts }, undefined, STAMP)
      for (const stores of [here, there]) {
        await expect(found(stores, home), [lamp.id])
        await expect(counted(stores), { [home]: 1, [cups]: 1, [gifts]: 1 }, false)
      }
      await here.categories.remove(cups, undefined, STAMP)
      for (const stores of [here, there]) await expect(counted(stores), { [home]: 1, [gifts]: 1 }, false)
    })

    test('options of another name are counted under it', async (t) => {
      const [here, there] = await makeStores(t)
      const { group } = await shirts(here)
      await expect(async () => idsOf(await list(there, { choices: ['Colour:red'] })), [group.id])
      const options = [
        { name: 'Shade', values: ['red', 'blue'] },
        { name: 'Size', values: ['S', 'M'] },
      ]
      await here.groups.edit(group.id, { options }, undefined, STAMP)
      for (const stores of [here, there]) {
        await expect(async () => idsOf(await list(stores, { choices: ['Shade:red'] })), [group.id])
        await expect(async () => idsOf(await list(stores, { choices: ['Colour:red'] })), [])
      }
    })

    test('pages continue in every order, with words and without', async (t) => {
      const [here, there] = await makeStores(t)
      const made: { id: string; name: string; priceMinor: number }[] = []
      for (const [name, priceMinor] of [
        ['Mint tea', 3],
        ['Cup for tea', 1],
        ['Vase', 2],
        ['Tea', 3],
      ] as const)
        made.push(await add(here, { name, priceMinor, description: name === 'Vase' ? 'no tea' : '' }))
      const [mint, cup, vase, tea] = made.map(({ id }) => id) as [string, string, string, string]
      const walk = async (query: Partial<ListingQuery>) => {
        const found: string[] = []
        let after: ListingQuery['after']
        do {
          const page: ListingPage = await list(there, { ...query, limit: 1, after })
          found.push(...idsOf(page))
          assert.ok(page.total.count >= found.length)
          after = page.next
        } while (after)
        return found
      }
      await expect(() => walk({}), [tea, vase, cup, mint])
      await expect(() => walk({ sort: 'price' }), [cup, vase, mint, tea])
      await expect(() => walk({ sort: '-price' }), [tea, mint, vase, cup])
      await expect(() => walk({ sort: 'name' }), [cup, mint, tea, vase])
      await expect(() => walk({ sort: 'relevance', words: ['tea'] }), [tea, cup, mint, vase])
      await expect(() => walk({ sort: 'price', words: ['tea'], priceMaxMinor: 2 }), [cup, vase])
      await expect(() => walk({ words: ['vase', 'tea'] }), [vase])
    })
  })
}
