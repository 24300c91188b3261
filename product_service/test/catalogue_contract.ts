/** The contract of catalogues. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { NO_DETAILS } from '../src/domain/details.ts'
import type { PageKey } from '../src/domain/page.ts'
import type { Catalogue } from '../src/domain/ports.ts'
import { queryWords, searchWords } from '../src/domain/search.ts'
import { SORTS, type Sort } from '../src/domain/sorts.ts'
import { AT, add, type MakeStores, nextId, STAMP } from './worlds.ts'

const query = (more: object = {}) => ({
  sort: 'newest' as Sort,
  words: [] as string[],
  inStock: false,
  after: undefined as PageKey | undefined,
  limit: 100,
  ...more,
})

async function names(catalogue: Catalogue, more: object = {}) {
  return (await catalogue.list(query(more))).items.map(({ name }) => name)
}

async function allNames(catalogue: Catalogue, more: object) {
  const found: string[] = []
  let after: PageKey | undefined
  do {
    const page = await catalogue.list(query({ ...more, after }))
    found.push(...page.items.map(({ name }) => name))
    after = page.next
  } while (after)
  return found
}

async function eventually(check: () => Promise<void>) {
  for (const deadline = performance.now() + 120_000; ; await sleep(20)) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
  }
}

const saw = (...versions: number[]) => versions
const UNSEEN = undefined

export function catalogueContract(name: string, makeStores: MakeStores) {
  suite(`catalogue, ${name}`, () => {
    test('a created product is found, by the other connection too', async (t) => {
      const [here, there] = await makeStores(t)
      const created = await add(here, { name: 'Café', description: 'Hot', priceMinor: 450, stock: 7 })
      assert.deepEqual(created, {
        id: created.id,
        name: 'Café',
        description: 'Hot',
        priceMinor: 450,
        stock: 7,
        reserved: 0,
        version: 1,
        editVersion: 1,
        createdAt: AT,
        updatedAt: AT,
        deletedAt: null,
        details: { ...NO_DETAILS, slug: 'cafe' },
      })
      assert.deepEqual(await there.catalogue.find(created.id), created)
      assert.equal(await there.catalogue.find(nextId()), undefined)
    })

    test('an edit changes only the given fields, and the search follows', async (t) => {
      const [{ catalogue }] = await makeStores(t)
      const tea = await add({ catalogue } as never)
      const edited = await catalogue.edit(tea.id, { name: 'Coffee', description: 'Black' }, saw(1), STAMP)
      assert.deepEqual(edited, { ...tea, name: 'Coffee', description: 'Black', version: 2, editVersion: 2 })
      assert.deepEqual(await catalogue.find(tea.id), edited)
      assert.deepEqual(await names(catalogue, { words: ['coff'] }), ['Coffee'])
      assert.deepEqual(await names(catalogue, { words: ['tea'] }), [])
    })

    test('an edit with an old version changes nothing and answers the current product (invariant 7)', async (t) => {
      const [{ catalogue }] = await makeStores(t)
      const tea = await add({ catalogue } as never)
      const now = await catalogue.edit(tea.id, { name: 'Green tea' }, saw(1), STAMP)
      await assert.rejects(catalogue.edit(tea.id, { name: 'Coffee' }, saw(1), STAMP), {
        code: 'version_conflict',
        payload: { current: now },
      })
      assert.deepEqual(await catalogue.find(tea.id), now)
    })

    test('an unknown product can be neither edited nor removed', async (t) => {
      const [{ catalogue }] = await makeStores(t)
      const id = nextId()
      await assert.rejects(catalogue.edit(id, { name: 'x' }, UNSEEN, STAMP), { code: 'product_not_found' })
      await assert.rejects(catalogue.remove(id, UNSEEN, STAMP), { code: 'product_not_found' })
    })

    test('a removed product is found nowhere', async (t) => {
      const [{ catalogue }] = await makeStores(t)
      const tea = await add({ catalogue } as never)
      await assert.rejects(catalogue.remove(tea.id, saw(9), STAMP), { code: 'version_conflict' })
      await catalogue.remove(tea.id, saw(1), STAMP)
      assert.equal(await catalogue.find(tea.id), undefined)
      for (const sort of SORTS) {
        assert.deepEqual(await names(catalogue, { sort }), [])
        assert.deepEqual(await names(catalogue, { sort, words: ['tea'], inStock: true }), [])
      }
      await assert.rejects(catalogue.edit(tea.id, { name: 'x' }, UNSEEN, STAMP), {
        code: 'product_not_found',
      })
      await assert.rejects(catalogue.remove(tea.id, UNSEEN, STAMP), { code: 'product_not_found' })
    })

    const ORDER: Record<Sort, string[]> = {
      newest: ['cherry', 'Éclair', 'apple', 'Banana', 'date'],
      price: ['date', 'apple', 'Éclair', 'Banana', 'cherry'],
      '-price': ['cherry', 'Banana', 'Éclair', 'apple', 'date'],
      name: ['apple', 'Banana', 'cherry', 'date', 'Éclair'],
    }
    for (const sort of SORTS) {
      test(`pages sorted by ${sort} neither repeat nor miss products, with and without words and stock`, async (t) => {
        const [stores] = await makeStores(t)
        const drafts: [string, number, number][] = [
          ['date', 1, 0],
          ['Banana', 3, 1],
          ['apple', 2, 1],
          ['Éclair', 2, 1],
          ['cherry', 3, 1],
        ]
        for (const [name, priceMinor, stock] of drafts) {
          await add(stores, {
            name,
            priceMinor,
            stock,
            description: name === 'apple' ? 'plain' : 'sweet thing',
          })
        }
        for (const limit of [1, 2, 5, 6]) {
          const all = await allNames(stores.catalogue, { sort, limit })
          assert.deepEqual(all, ORDER[sort])
          const inStock = await allNames(stores.catalogue, { sort, limit, inStock: true })
          assert.deepEqual(
            inStock,
            ORDER[sort].filter((name) => name !== 'date'),
          )
          const sweet = await allNames(stores.catalogue, { sort, limit, words: ['thin', 'sw'] })
          assert.deepEqual(
            sweet,
            ORDER[sort].filter((name) => name !== 'apple'),
          )
          const both = await allNames(stores.catalogue, { sort, limit, words: ['sweet'], inStock: true })
          assert.deepEqual(
            both,
            ORDER[sort].filter((name) => name !== 'apple' && name !== 'date'),
          )
        }
      })
    }

    test('a page continues after a product that was removed or sold out meanwhile', async (t) => {
      const [stores] = await makeStores(t)
      const made = [await add(stores), await add(stores), await add(stores)]
      const first = await stores.catalogue.list(query({ limit: 1, inStock: true }))
      await stores.catalogue.remove(made[2]!.id, UNSEEN, STAMP)
      const second = await stores.catalogue.list(query({ limit: 1, after: first.next, inStock: true }))
      assert.deepEqual(second.items[0]?.id, made[1]!.id)
      await stores.stock.adjust({ productId: made[1]!.id, delta: -10, note: 'x', attempt: undefined }, STAMP)
      const third = await stores.catalogue.list(query({ limit: 1, after: second.next, inStock: true }))
      assert.deepEqual([third.items[0]?.id, third.next], [made[0]!.id, undefined])
    })

    test('a cursor of a product that never existed ends the list', async (t) => {
      const [stores] = await makeStores(t)
      await add(stores)
      const page = await stores.catalogue.list(query({ after: [nextId()] }))
      assert.deepEqual(page, { items: [], next: undefined })
    })

    test('in_stock follows stock across zero in both directions', async (t) => {
      const [stores] = await makeStores(t)
      const tea = await add(stores, { stock: 1 })
      const wanted = order1(tea.id)
      await stores.stock.reserve([wanted], AT)
      assert.deepEqual(await names(stores.catalogue, { inStock: true }), [])
      await stores.stock.release([wanted.orderId], AT)
      assert.deepEqual(await names(stores.catalogue, { inStock: true }), ['Tea'])
    })

    test('the revision differs after any change by any process; or the store has none', async (t) => {
      const [here, there] = await makeStores(t)
      if (here.catalogue.revision() === undefined) return assert.equal(there.catalogue.revision(), undefined)
      const tea = await add(here)
      const sale = order1(tea.id)
      const changes = [
        () => add(here),
        () => add(there),
        () => there.catalogue.edit(tea.id, { name: 'x' }, UNSEEN, STAMP),
        () => here.stock.reserve([sale], AT),
        () => there.stock.ship([sale.orderId], AT),
        () => there.stock.adjust({ productId: tea.id, delta: 1, note: 'x', attempt: undefined }, STAMP),
        () => there.catalogue.remove(tea.id, UNSEEN, STAMP),
      ]
      for (const change of changes) {
        const before = here.catalogue.revision()
        await here.catalogue.find(tea.id)
        assert.equal(here.catalogue.revision(), before)
        await change()
        assert.notEqual(here.catalogue.revision(), before)
      }
    })

    const hostile = [
      '"',
      '""',
      '*',
      'a*',
      'AND',
      'OR NOT',
      'NEAR(a b)',
      'words:a',
      '-a',
      '^a',
      '(',
      "';--",
      '\\',
      '%',
      '{a}',
      '\u0000a',
      '💥',
      'ａ',
      'a'.repeat(100),
    ]
    for (const text of hostile) {
      test(`searching ${JSON.stringify(text)} is answered, and finds words with that prefix`, async (t) => {
        const [stores] = await makeStores(t)
        await add(stores, { name: 'nothing like it' })
        await add(stores, { name: `x ${text}y`, description: 'or not and near words b' })
        const words = searchWords(text)
        const found = words.length === 0 ? [] : await names(stores.catalogue, { words })
        assert.deepEqual(found, words.length === 0 ? [] : [`x ${text}y`])
      })
    }

    const find = async (catalogue: Catalogue, text: string, more: object = {}) => {
      const { items, searchedFor } = await catalogue.list(
        query({ sort: 'relevance', words: queryWords(text), ...more }),
      )
      return { names: items.map(({ name }) => name), searchedFor }
    }

    const FOUND: [asked: string, name: string][] = [
      ['lamps', 'Desk lamp'],
      ['lamp', 'Two lamps'],
      ['knives', 'Bread knife'],
      ['knife', 'Six knives'],
      ['berry', 'Dried berries'],
      ['Łódź', 'Poster of Lodz'],
      ['orsted', 'Ørsted chair'],
      ['strasse', 'Straßenlampe'],
      ['脑桌', '电脑桌椅'],
      ['茶', '绿茶杯'],
      ['テーブル', 'ガラスのテーブル'],
      ['โต๊ะ', 'โคมไฟตั้งโต๊ะ'],
      ['שלום', 'שָׁלוֹם'],
      ['كتاب', 'كِتَابٌ'],
    ]
    test('other forms of a word, equivalent letters, and words without spaces are found', async (t) => {
      const [{ catalogue }] = await makeStores(t)
      for (const [, name] of FOUND) await add({ catalogue } as never, { name, description: 'nothing else' })
      await add({ catalogue } as never, { name: 'Other' })
      for (const [asked, name] of FOUND) {
        const { names, searchedFor } = await find(catalogue, asked)
        assert.ok(names.includes(name), `${asked}: ${names}`)
        assert.ok(!names.includes('Other'), asked)
        assert.equal(searchedFor, undefined)
      }
    })

    test('by relevance, names come before descriptions and newer before older, page by page', async (t) => {
      const [stores] = await makeStores(t)
      for (const [name, description, stock] of [
        ['Old red lamp', '', 1],
        ['Chair', 'red, with a lamp', 1],
        ['Lamps', 'of red glass', 1],
        ['Red lampshade', '', 0],
        ['Table', 'for a reddish lamp', 1],
        ['Chair', 'blue', 1],
      ] as const) {
        await add(stores, { name, description, stock })
      }
      const expected = ['Red lampshade', 'Old red lamp', 'Lamps', 'Table', 'Chair']
      for (const limit of [1, 2, 3, 5, 6]) {
        const search = { sort: 'relevance', words: ['red', 'lamp'], limit }
        assert.deepEqual(await allNames(stores.catalogue, search), expected)
        assert.deepEqual(await allNames(stores.catalogue, { ...search, inStock: true }), expected.slice(1))
      }
      assert.deepEqual(await allNames(stores.catalogue, { sort: 'relevance', words: ['lamp'], limit: 2 }), [
        ...['Red lampshade', 'Lamps', 'Old red lamp', 'Table', 'Chair'],
      ])
      const everything = await allNames(stores.catalogue, { sort: 'relevance', limit: 2 })
      assert.deepEqual(everything, await allNames(stores.catalogue, { sort: 'newest' }))
    })

    test('a search that finds nothing is corrected by one or two letters, and the answer says so', async (t) => {
      const [stores] = await makeStores(t)
      const { catalogue } = stores
      await add(stores, { name: 'Candle holder', description: 'for lanterns', priceMinor: 2 })
      await add(stores, { name: 'Candle', stock: 0, priceMinor: 1 })
      const both = ['Candle', 'Candle holder']
      for (const asked of ['candel', 'cadnle', 'candels', 'CÁNDEL']) {
        assert.deepEqual(await find(catalogue, asked), { names: both, searchedFor: ['candle'] }, asked)
      }
      assert.deepEqual(await find(catalogue, 'candel hodler'), {
        names: ['Candle holder'],
        searchedFor: ['candle', 'holder'],
      })
      assert.deepEqual(await find(catalogue, 'lantrens'), {
        names: ['Candle holder'],
        searchedFor: ['lanterns'],
      })
      for (const sort of [...SORTS, 'relevance'] as const) {
        const pages = { sort, words: ['candel'], limit: 1 }
        const order = sort === '-price' ? [...both].reverse() : both
        assert.deepEqual(await allNames(catalogue, pages), order)
        assert.deepEqual(await allNames(catalogue, { ...pages, inStock: true }), ['Candle holder'])
      }
      // A sold-out product is not a misspelling, and text without words finds nothing.
      await stores.stock.adjust(
        {
          productId: (await catalogue.list(query({}))).items[1]!.id,
          delta: -10,
          note: 'x',
          attempt: undefined,
        },
        STAMP,
      )
      assert.deepEqual(await find(catalogue, 'candle', { inStock: true }), {
        names: [],
        searchedFor: undefined,
      })
      assert.deepEqual(await find(catalogue, 'qwertzuiop'), { names: [], searchedFor: undefined })
      // New words are in the vocabulary soon.
      await add(stores, { name: 'Chandelier' })
      await eventually(async () =>
        assert.deepEqual((await find(catalogue, 'chandeleir')).names, ['Chandelier']),
      )
    })

    test('imported products are like created ones', async (t) => {
      const [stores] = await makeStores(t)
      const drafts = Array.from({ length: 30 }, (_, i) => ({
        id: nextId(),
        fields: { name: `Thing ${i}`, description: 'imported', priceMinor: i, stock: i },
      }))
      await stores.catalogue.importProducts(drafts, STAMP)
      const expected = drafts.map(({ fields }) => fields.name).reverse()
      assert.deepEqual(await allNames(stores.catalogue, { limit: 7 }), expected)
      assert.deepEqual(await allNames(stores.catalogue, { limit: 7, words: ['imp'] }), expected)
      assert.deepEqual((await stores.audit.ledgerMismatches(undefined, 100)).mismatches, [])
    })

    test('of many editors with the same version, exactly one succeeds (invariant 7)', async (t) => {
      const [here, there] = await makeStores(t)
      const tea = await add(here)
      const edits = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) =>
          (i % 2 ? here : there).catalogue.edit(tea.id, { name: `Edit ${i}` }, saw(1), STAMP),
        ),
      )
      const won = edits.filter((edit) => edit.status === 'fulfilled')
      assert.equal(won.length, 1)
      assert.deepEqual(await here.catalogue.find(tea.id), won[0]!.value)
      for (const edit of edits) {
        if (edit.status === 'rejected') assert.equal(edit.reason.code, 'version_conflict')
      }
    })

    test('an edit and a sale do not conflict; an absolute stock is refused after a sale (invariant 7)', async (t) => {
      const [here, there] = await makeStores(t)
      const tea = await add(here)
      await Promise.all(Array.from({ length: 10 }, () => there.stock.reserve([order1(tea.id)], AT)))
      const edited = await here.catalogue.edit(tea.id, { name: 'Renamed' }, saw(1), STAMP)
      assert.deepEqual([edited.version, edited.stock, edited.reserved], [12, 0, 10])
      await assert.rejects(here.catalogue.edit(tea.id, { stock: 99 }, saw(11), STAMP), {
        code: 'version_conflict',
      })
      const set = await here.catalogue.edit(tea.id, { stock: 99 }, saw(12), STAMP)
      assert.deepEqual([set.version, set.editVersion, set.stock, set.reserved], [13, 12, 99, 10])
    })
  })
}

const order1 = (productId: string) => ({
  orderId: nextId(),
  lines: [{ productId, quantity: 1 }],
  totalMinor: 100,
})
