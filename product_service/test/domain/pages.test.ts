/** Pages, ranks and corrected searches: domain/pages.ts and domain/correction.ts, over a catalogue in memory. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { newProduct } from '../../src/domain/change_product.ts'
import { searchOrCorrect } from '../../src/domain/correction.ts'
import type { Page } from '../../src/domain/page.ts'
import { matchAll, orderOf, pageOf, ranksOf, readRanks } from '../../src/domain/pages.ts'
import type { CatalogueQuery } from '../../src/domain/ports.ts'
import type { Product } from '../../src/domain/product.ts'
import { NAME_MARK } from '../../src/domain/search.ts'

const STAMP = { by: 'root', at: '2026-01-01T00:00:00.000Z' }
const product = (id: string, name = 'Tea', priceMinor = 300): Product =>
  newProduct(id, { name, description: '', priceMinor, stock: 1 }, STAMP).product
const idsOf = ({ items, next }: Page<Product>) => [items.map(({ id }) => id).join(''), next]

suite('a page', () => {
  const three = [product('a', 'Écru', 5), product('b', 'Brown', 7), product('c')]

  test('is the last one unless one extra product was read, which is not on it', () => {
    assert.deepEqual(idsOf(pageOf(three, 'newest', 3)), ['abc', undefined])
    assert.deepEqual(idsOf(pageOf(three, 'newest', 2)), ['ab', ['b']])
    assert.deepEqual(idsOf(pageOf([], 'newest', 2)), ['', undefined])
  })

  test('is continued from the sort key and the id', () => {
    assert.deepEqual(pageOf(three, 'price', 2).next, [7, 'b'])
    assert.deepEqual(pageOf(three, '-price', 1).next, [5, 'a'])
    assert.deepEqual(pageOf(three, 'name', 1).next, ['ecru', 'a'])
  })

  test('by relevance is by age without words', () => {
    const order = (sort: CatalogueQuery['sort'], ...words: string[]) => orderOf({ sort, words })
    assert.deepEqual(
      [order('relevance'), order('relevance', 'tea'), order('price'), order('name', 'tea')],
      ['newest', 'relevance', 'price', 'name'],
    )
  })
})

suite('ranks of a search', () => {
  const anywhere = { prefix: 'lamps', exact: ['lamp'] }
  const inName = { prefix: `${NAME_MARK}lamps`, exact: [`${NAME_MARK}lamp`] }
  const red = { prefix: 'red', exact: [] }
  const redInName = { prefix: `${NAME_MARK}red`, exact: [] }

  test('a search finds words with that prefix, and other forms of them', () => {
    assert.deepEqual(matchAll(['lamps', 'red']), { every: [anywhere, red] })
  })

  test('one word has two ranks, several have three: in the name, partly in it, elsewhere', () => {
    assert.deepEqual(ranksOf(['lamps']), [{ every: [inName] }, { every: [anywhere], none: [inName] }])
    const [every, named] = [
      [anywhere, red],
      [inName, redInName],
    ]
    assert.deepEqual(ranksOf(['lamps', 'red']), [
      { every: named },
      { every, some: named, notAll: named },
      { every, none: named },
    ])
  })

  const ranks = [['a', 'b'], ['c', 'd', 'e'], ['f']].map((ids) => ids.map((id) => product(id)))

  async function read(after: CatalogueQuery['after'], limit: number) {
    const asked: unknown[] = []
    const all = ranksOf(['lamps', 'red'])
    const page = await readRanks({ words: ['lamps', 'red'], after, limit }, async (rank, behind, upTo) => {
      const number = all.findIndex((each) => JSON.stringify(each) === JSON.stringify(rank))
      asked.push([number, behind, upTo])
      const from = ranks[number]!.findIndex(({ id }) => id === behind) + 1
      return ranks[number]!.slice(from, from + upTo)
    })
    return { page: idsOf(page), asked }
  }

  test('are read one after the other until the page is full and a next page is known', async () => {
    assert.deepEqual(await read(undefined, 1), { page: ['a', [0, 'a']], asked: [[0, undefined, 2]] })
    assert.deepEqual(await read(undefined, 2), {
      page: ['ab', [0, 'b']],
      asked: [
        [0, undefined, 3],
        [1, undefined, 1],
      ],
    })
    assert.deepEqual((await read(undefined, 3)).page, ['abc', [1, 'c']])
    assert.deepEqual((await read(undefined, 6)).page, ['abcdef', undefined])
    assert.deepEqual((await read(undefined, 9)).page, ['abcdef', undefined])
  })

  test('are continued where the page before ended', async () => {
    assert.deepEqual(await read([0, 'b'], 2), {
      page: ['cd', [1, 'd']],
      asked: [
        [0, 'b', 3],
        [1, undefined, 3],
      ],
    })
    assert.deepEqual(await read([1, 'd'], 2), {
      page: ['ef', undefined],
      asked: [
        [1, 'd', 3],
        [2, undefined, 2],
      ],
    })
    assert.deepEqual(await read([2, 'f'], 2), { page: ['', undefined], asked: [[2, 'f', 3]] })
  })
})

suite('a search that finds nothing', () => {
  const query = (...words: string[]): CatalogueQuery => ({
    words,
    sort: 'newest',
    inStock: false,
    limit: 2,
    after: undefined,
  })

  /** Names of products by their words; it records the queries. */
  function catalogue(...products: string[]) {
    const asked: string[] = []
    const items = products.map((name, i) => product(String(i), name))
    const has = (name: string, word: string) => name.split(' ').some((each) => each.startsWith(word))
    const search = (given: CatalogueQuery) =>
      searchOrCorrect(given, {
        async list({ words, after }) {
          asked.push(`list ${words.join(' ')}${after ? ' on' : ''}`)
          const found = items.filter(({ name }) => words.every((word) => has(name, word)))
          return { items: after ? found.slice(1) : found, next: undefined }
        },
        async isKnown(word) {
          asked.push(`known ${word}`)
          return products.some((name) => has(name, word))
        },
        async vocabulary() {
          asked.push('vocabulary')
          return products.flatMap((name) => name.split(' '))
        },
      })
    return { search, asked }
  }

  test('is not corrected when it finds something', async () => {
    const { search, asked } = catalogue('candle holder')
    const page = await search(query('candle'))
    assert.deepEqual([page.items.length, page.searchedFor], [1, undefined])
    assert.deepEqual(asked, ['list candle'])
  })

  test('is not corrected when all its words are known', async () => {
    const { search, asked } = catalogue('candle', 'holder')
    const page = await search(query('candle', 'holder'))
    assert.deepEqual([page.items, page.searchedFor], [[], undefined])
    assert.deepEqual(asked, ['list candle holder', 'known candle', 'known holder'])
  })

  test('is corrected only in unknown words, and says how', async () => {
    const { search, asked } = catalogue('candle holder', 'candle')
    const page = await search(query('candel', 'holder'))
    assert.deepEqual([page.items.length, page.searchedFor], [1, ['candle', 'holder']])
    assert.deepEqual(asked, [
      'list candel holder',
      'known candel',
      'known holder',
      'vocabulary',
      'list candle holder',
    ])
  })

  test('uses the next best correction if the best finds nothing either', async () => {
    const { search } = catalogue('camp', 'lamp shade')
    assert.deepEqual((await search(query('zamp', 'shade'))).searchedFor, ['lamp', 'shade'])
    const none = await search(query('zampp', 'shades'))
    assert.deepEqual([none.items, none.searchedFor], [[], undefined])
  })

  test('has the same correction on its next page', async () => {
    const { search, asked } = catalogue('candle', 'candle holder')
    const page = await search({ ...query('candel'), after: ['0'] })
    assert.deepEqual([page.items.length, page.searchedFor], [1, ['candle']])
    assert.deepEqual(asked.slice(-2), ['list candle', 'list candle on'])
  })
})
