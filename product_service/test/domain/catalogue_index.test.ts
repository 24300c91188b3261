/** The catalogue in memory agrees with a plain scan, whatever changes in whatever order: domain/catalogue, listings.ts. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { bitsFor, countBits, eachBit, hasBit } from '../../src/domain/catalogue/bits.ts'
import {
  createCatalogueIndex,
  type IndexedCategory,
  type IndexedGroup,
  type IndexedProduct,
} from '../../src/domain/catalogue/catalogue_index.ts'
import { createIdTable } from '../../src/domain/catalogue/id_table.ts'
import { createListingQueries } from '../../src/domain/catalogue/listing_queries.ts'
import { CHANGED_MAX, createSortedOrder, UNMERGED_MAX } from '../../src/domain/catalogue/sorted_order.ts'
import { createValueLists, DENSE_SHARE } from '../../src/domain/catalogue/value_lists.ts'
import {
  COUNT_MAX,
  countOf,
  FACET_VALUES_MAX,
  FACETS_MAX,
  type ListingFilter,
  type ListingQuery,
} from '../../src/domain/listings.ts'
import type { PageKey } from '../../src/domain/page.ts'

const idOf = (n: number, kind = 0) =>
  `${String(kind).padStart(8, '0')}-0000-7000-8000-${String(n).padStart(12, '0')}`
const GROUP = 2
/** All values are sets of bits, none is, or those that are with many things. */
const denseShares = fc.constantFrom(0, 2, DENSE_SHARE)
/** Counts end early beyond it. */
const LOW_MAX = 1
const CATEGORY = 3

type Filter = Omit<ListingFilter, 'words'>
type Query = Filter & Pick<ListingQuery, 'sort' | 'limit'>
type Step =
  | { put: IndexedProduct }
  | { remove: string }
  | { group: IndexedGroup }
  | { categories: readonly IndexedCategory[] }
const EVERYTHING: Filter = {
  category: undefined,
  inStock: false,
  priceMinMinor: undefined,
  priceMaxMinor: undefined,
  choices: [],
}

const productId = fc.integer({ min: 0, max: 7 }).map((n) => idOf(n))
const groupId = fc.integer({ min: 0, max: 1 }).map((n) => idOf(n, GROUP))
const categoryIds = [0, 1, 2, 3, 4].map((n) => idOf(n, CATEGORY))
const value = fc.constantFrom('red', 'blue', 'a:b')
const attributes = fc.dictionary(
  fc.constantFrom('Colour', 'Colour:a', 'Size'),
  fc.uniqueArray(value, { minLength: 1 }),
  { maxKeys: 2 },
)
const shown = {
  nameKey: fc.constantFrom('cup', 'mug', 'vase'),
  categories: fc.uniqueArray(fc.constantFrom(...categoryIds, idOf(9, CATEGORY)), { maxLength: 2 }),
  attributes,
}
const price = fc.integer({ min: 0, max: 4 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      put: fc.record({
        ...shown,
        id: productId,
        priceMinor: price,
        inStock: fc.boolean(),
        groupId: fc.option(groupId, { freq: 1 }),
        optionValues: fc.array(value, { maxLength: 2 }),
      }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ remove: productId }) },
  {
    weight: 3,
    arbitrary: fc.record({
      group: fc.record({
        ...shown,
        id: groupId,
        priceFromMinor: fc.option(price),
        options: fc.uniqueArray(fc.constantFrom('Size', 'Colour'), { maxLength: 2 }),
      }),
    }),
  },
  {
    weight: 1,
    // Each is below one that comes before it, or at the top.
    arbitrary: fc.record({
      categories: fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 3, maxLength: 5 }).map((above) => {
        const paths: string[][] = []
        above.forEach((parent, i) => {
          paths.push([...(paths[parent] ?? []), categoryIds[i]!])
        })
        return paths.map((path) => ({ id: path.at(-1)!, path }))
      }),
    }),
  },
)
const filter: fc.Arbitrary<Filter> = fc.record({
  category: fc.option(fc.constantFrom(...categoryIds, idOf(8, CATEGORY)), { nil: undefined }),
  inStock: fc.boolean(),
  priceMinMinor: fc.option(price, { nil: undefined }),
  priceMaxMinor: fc.option(price, { nil: undefined }),
  choices: fc.array(
    fc.constantFrom('Colour:red', 'Colour:blue', 'Colour:none', 'Colour:a:b', 'Size:red', 'Weight:1', 'x'),
    { maxLength: 3 },
  ),
})
const query: fc.Arbitrary<Query> = fc
  .tuple(
    filter,
    fc.record({
      sort: fc.constantFrom('newest', 'price', '-price', 'name'),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  )
  .map(([of, { sort, limit }]) => ({ ...of, sort, limit }) as Query)

suite('the catalogue in memory', () => {
  test('property: lists and counts are those of a plain scan, after any changes', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.array(query, { minLength: 1, maxLength: 4 }),
        fc.option(fc.array(fc.uniqueArray(productId), { minLength: 1, maxLength: 3 }), { nil: undefined }),
        denseShares,
        (steps, queries, found, denseShare) => {
          const index = createCatalogueIndex({ denseShare })
          const scan = createScan()
          for (const each of steps) {
            apply(index, each, scan)
            scan.apply(each)
          }
          const listings = createListingQueries(index)
          const both = (['by products', 'by values'] as const).flatMap((way) =>
            [COUNT_MAX, LOW_MAX].map((countMax) => ({ way, countMax })),
          )
          const ranks = found?.map((ids) => ids.flatMap((id) => index.view().ids.find(id) ?? []))
          for (const each of queries) {
            assert.deepEqual(listings.facets(each, ranks), scan.facets(each, found))
            for (const options of both) {
              const counts = createListingQueries(index, options).facets(each, ranks)
              assert.deepEqual(counts, scan.facets(each, found, options.countMax), JSON.stringify(options))
            }
            assert.deepEqual(pagesOf(listings, each, ranks), scan.list(each, found))
            const byRank = { ...each, sort: 'relevance' as const }
            if (found) assert.deepEqual(pagesOf(listings, byRank, ranks), scan.list(byRank, found))
          }
        },
      ),
      { numRuns: 800 },
    )
  })

  test('orders are right when more changed than are kept aside, and between such changes', () => {
    const index = createCatalogueIndex()
    const listings = createListingQueries(index)
    const price = (n: number, round: number) => (n * 7919 + round * 104_729) % 1_000
    for (const round of [0, 1, 2]) {
      const changed = round === 1 ? CHANGED_MAX - 10 : CHANGED_MAX + 200
      for (let n = 0; n < changed; n++) index.put(productOf(n, { priceMinor: price(n, round) }))
      const all = Array.from({ length: CHANGED_MAX + 200 }, (_, n) => {
        const { id, priceMinor } = productOf(n, { priceMinor: price(n, n < changed ? round : 0) })
        return { id, priceMinor }
      })
      const wanted = all
        .sort((a, b) => a.priceMinor - b.priceMinor || (a.id < b.id ? -1 : 1))
        .map(({ id }) => id)
      const query = { ...EVERYTHING, sort: 'price' as const, limit: 100 }
      assert.deepEqual(pagesOf(listings, query, undefined).ids, wanted, `${round}`)
      const back = pagesOf(listings, { ...query, sort: '-price' }, undefined).ids
      assert.deepEqual(back, wanted.toReversed(), `${round}`)
    }
  })

  test('counts are exact to the limit, and "more" beyond', () => {
    const index = createCatalogueIndex()
    for (let n = 0; n <= COUNT_MAX; n++) {
      index.put(
        productOf(n, { inStock: n > 0, attributes: { Colour: ['red'], ...(n > 1 ? { Size: ['s'] } : {}) } }),
      )
    }
    const { total, inStock, facets } = createListingQueries(index).facets(EVERYTHING, undefined)
    assert.deepEqual(total, { count: COUNT_MAX, more: true })
    assert.deepEqual(inStock, { count: COUNT_MAX, more: false })
    assert.deepEqual(facets, [
      { name: 'Colour', values: [{ value: 'red', count: COUNT_MAX, more: true }] },
      { name: 'Size', values: [{ value: 's', count: COUNT_MAX - 1, more: false }] },
    ])
  })

  test('a value is not counted for products that lost it, also before its list is made again', () => {
    const index = createCatalogueIndex({ denseShare: 2 })
    for (let n = 0; n < 8; n++) index.put(productOf(n, { attributes: { Colour: ['red'] } }))
    index.put(productOf(0, { attributes: { Colour: ['blue'] } }))
    const red = index.view().names.findChoice('Colour:red')!
    assert.equal(index.view().values.list(red)!.old, 1)
    const { facets } = createListingQueries(index, { way: 'by values' }).facets(EVERYTHING, undefined)
    assert.deepEqual(
      facets[0]!.values.map(({ count }) => count),
      [7, 1],
    )
  })

  test('an answer has a bounded number of facets and values, the most frequent ones, and always the chosen ones', () => {
    const index = createCatalogueIndex()
    const count = FACET_VALUES_MAX + 5
    for (let n = 0; n < count; n++) {
      const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`Name ${i}`, ['yes']]))
      index.put(
        productOf(n, { attributes: { Number: [String(n).padStart(3, '0')], ...(n === 0 ? many : {}) } }),
      )
    }
    index.put(productOf(count, { attributes: { Number: ['009'] } }))
    const listings = createListingQueries(index)
    const { facets } = listings.facets(EVERYTHING, undefined)
    assert.equal(facets.length, FACETS_MAX)
    assert.equal(facets[0]!.name, 'Number')
    assert.equal(facets[0]!.values.length, FACET_VALUES_MAX)
    assert.deepEqual(facets[0]!.values[0], { value: '009', count: 2, more: false })
    const chosen = listings.facets(
      { ...EVERYTHING, choices: ['Name 39:yes', 'Number:054'] },
      undefined,
    ).facets
    assert.ok(chosen.some(({ name }) => name === 'Name 39'))
    assert.equal(
      chosen.find(({ name }) => name === 'Number')!.values.find(({ value }) => value === '054')!.count,
      0,
    )
  })
})

test('a value that many things have is a set of bits as long as they are many, also of things that come later', () => {
  const lists = createValueLists()
  const [frequent, rare] = [0, 1]
  const things = 70_000
  lists.set(0, [rare])
  for (let thing = 1; thing < things; thing++)
    lists.set(thing, thing * DENSE_SHARE >= 1 && thing % 16 === 0 ? [frequent] : [])
  lists.set(things, [rare, frequent])
  assert.equal(lists.list(rare)!.bits, undefined)
  const { bits, length } = lists.list(frequent)!
  assert.equal(countBits(bits!), length)
  assert.ok(hasBit(bits!, things))
})

test('property: the things of a value are those that have it, however often their values change', () => {
  const change = fc.tuple(fc.nat({ max: 40 }), fc.uniqueArray(fc.nat({ max: 6 }), { maxLength: 7 }))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 200 }), denseShares, (changes, denseShare) => {
      const lists = createValueLists(denseShare)
      const model = new Map<number, readonly number[]>()
      for (const [thing, values] of Array.from({ length: 10 }, () => changes).flat()) {
        lists.set(thing, values)
        model.set(thing, values)
      }
      for (const [thing, values] of model) {
        const { start, length, pool } = lists.raw()
        const found = pool.slice(start[thing], start[thing]! + length[thing]!)
        assert.deepEqual([...found].toSorted(), values.toSorted())
      }
      for (let value = 0; value <= 6; value++) {
        const list = lists.list(value)
        const found = [...(list?.things.subarray(0, list.length) ?? [])]
        const wanted = [...model].flatMap(([thing, values]) => (values.includes(value) ? [thing] : []))
        const still = found.filter((thing) => list?.old === 0 || lists.has(thing, value))
        assert.deepEqual([...new Set(still)].toSorted(), wanted.toSorted())
        assert.ok(found.length <= 2 * wanted.length + 1, 'those listed twice are forgotten')
        if (denseShare === 0 && list) assert.ok(list.bits)
        const bits: number[] = []
        if (list?.bits) eachBit(list.bits, (thing) => bits.push(thing))
        if (list?.bits) assert.deepEqual(bits.toSorted(), wanted.toSorted(), 'the set is exact')
      }
    }),
    { numRuns: 200 },
  )
})

test('places of values that were replaced are used again', () => {
  const lists = createValueLists()
  const before = lists.raw().pool.length
  for (let n = 0; n < 20_000; n++) lists.set(n % 10, n % 20 < 10 ? [1] : [1, 2, 3, 4, 5])
  assert.equal(lists.raw().pool.length, before)
})

test('things that are new are merged a part at a time: no query sorts a catalogue', () => {
  let compared = 0
  const keys = Array.from({ length: 2 * (UNMERGED_MAX + 1) + 2 }, (_, n) => (n * 7_919) % 100_003)
  const compare = (a: number, an: number, b: number, bn: number) => {
    compared += 1
    return a - b || an - bn
  }
  const order = createSortedOrder<number>({ keyOf: (n) => keys[n]!, compare }, () => keys.length)
  for (let n = 0; n < keys.length; n++) order.changed(n)
  const [inReading, all] = [compared, bitsFor(keys.length).fill(0xffff_ffff)]
  order.next(all, undefined, 9)
  assert.ok(compared - inReading < 1_000, `${compared - inReading}`)
  const found = order.next(all, undefined, keys.length)
  const wanted = keys.map((key, n) => [key, n] as const).toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
  assert.deepEqual(
    found,
    wanted.map(([, n]) => n),
  )
})

test('ids keep their numbers, and compare as their texts do', () => {
  const table = createIdTable()
  const ids = Array.from({ length: 5_000 }, (_, n) => idOf((n * 7_919) % 5_000, n % 3))
  for (const id of ids) table.add(id)
  assert.equal(table.size, new Set(ids).size)
  for (const id of ids) assert.equal(table.idOf(table.find(id)!), id)
  assert.equal(table.find(idOf(5_001)), undefined)
  for (let n = 1; n < 500; n++)
    assert.equal(Math.sign(table.compare(n - 1, n)), ids[n - 1]! < ids[n]! ? -1 : 1)
})

const productOf = (n: number, fields: Partial<IndexedProduct>): IndexedProduct => ({
  ...{ id: idOf(n), nameKey: 'cup', categories: [], attributes: {}, priceMinor: 1, inStock: true },
  ...{ groupId: null, optionValues: [] },
  ...fields,
})

/** As a store does it: a group whose options have other names has its variants put again. */
function apply(
  index: ReturnType<typeof createCatalogueIndex>,
  step: Step,
  scan: ReturnType<typeof createScan>,
) {
  if ('put' in step) index.put(step.put)
  else if ('remove' in step) index.remove(step.remove)
  else if ('categories' in step) index.setCategories(step.categories)
  else if (index.putGroup(step.group))
    for (const product of scan.products.values()) if (product.groupId === step.group.id) index.put(product)
}

function pagesOf(
  listings: ReturnType<typeof createListingQueries>,
  query: Query | (Omit<Query, 'sort'> & { sort: 'relevance' }),
  ranks: readonly (readonly number[])[] | undefined,
) {
  const ids: string[] = []
  const kinds: string[] = []
  let after: PageKey | undefined
  do {
    const { items, next, total } = listings.list({ ...query, after }, ranks)
    ids.push(...items.map(({ id }) => id))
    kinds.push(...items.map(({ kind }) => kind))
    assert.ok(items.length === query.limit || next === undefined)
    assert.ok(total.more || total.count >= ids.length)
    if (next === undefined) return { ids, kinds, total }
    after = JSON.parse(JSON.stringify(next))
  } while (ids.length < 20_000)
  throw new Error('there is no end')
}

function createScan() {
  const products = new Map<string, IndexedProduct>()
  const groups = new Map<string, IndexedGroup>()
  let categories: readonly IndexedCategory[] = []

  type Values = { categories: Set<string>; facets: Set<string> }
  const valuesOf = (product: IndexedProduct): Values => {
    const group = product.groupId === null ? undefined : groups.get(product.groupId)
    const facets = new Set<string>()
    for (const { attributes } of [product, ...(group ? [group] : [])]) {
      for (const [name, values] of Object.entries(attributes))
        for (const value of values) facets.add(`${name}\n${value}`)
    }
    group?.options.forEach((name, i) => {
      if (product.optionValues[i] !== undefined) facets.add(`${name}\n${product.optionValues[i]}`)
    })
    const own = [...product.categories, ...(group?.categories ?? [])]
    const above = own.flatMap((id) => categories.find((each) => each.id === id)?.path ?? [])
    return { categories: new Set(above), facets }
  }
  const listingOf = ({ id, groupId }: IndexedProduct) => groupId ?? id
  const countsOf = (found: readonly IndexedProduct[]) => new Set(found.map(listingOf)).size
  /** All readings of "a:b:c" that some product had: here the names are known. */
  const readingOf = (choice: string): [string, string] => {
    for (let at = choice.indexOf(':'); at >= 0; at = choice.indexOf(':', at + 1)) {
      const reading: [string, string] = [choice.slice(0, at), choice.slice(at + 1)]
      if (known.has(reading.join('\n'))) return reading
    }
    const at = choice.indexOf(':')
    return [choice.slice(0, Math.max(0, at)), choice.slice(at + 1)]
  }
  const known = new Set<string>()

  const filtered = (filter: Filter, found: readonly (readonly string[])[] | undefined, but = '') => {
    const readings = filter.choices.map(readingOf)
    return [...products.values()].filter((product) => {
      const values = valuesOf(product)
      if (found && !found.some((ids) => ids.includes(product.id))) return false
      if (filter.inStock && but !== 'stock' && !product.inStock) return false
      if (but !== 'price' && product.priceMinor < (filter.priceMinMinor ?? 0)) return false
      if (but !== 'price' && product.priceMinor > (filter.priceMaxMinor ?? 1e9)) return false
      if (filter.category !== undefined && but !== 'category' && !values.categories.has(filter.category))
        return false
      return readings.every(
        ([name]) =>
          but === `facet ${name}` ||
          readings.some(([other, value]) => other === name && values.facets.has(`${name}\n${value}`)),
      )
    })
  }
  const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0)

  return {
    products,
    apply(step: Step) {
      if ('put' in step) products.set(step.put.id, step.put)
      else if ('remove' in step) products.delete(step.remove)
      else if ('group' in step) groups.set(step.group.id, step.group)
      else categories = step.categories
      for (const product of products.values()) for (const facet of valuesOf(product).facets) known.add(facet)
      for (const { attributes } of groups.values())
        for (const [name, values] of Object.entries(attributes))
          for (const value of values) known.add(`${name}\n${value}`)
    },
    facets(filter: Filter, found: readonly (readonly string[])[] | undefined, countMax = COUNT_MAX) {
      // Beyond the limit all numbers are one.
      const upTo = (number: number) => Math.min(number, countMax + 1)

      const all = filtered(filter, found)
      const readings = filter.choices.map(readingOf).filter((each) => known.has(each.join('\n')))
      const names = [...new Set([...known].map((facet) => facet.split('\n')[0]!))]
      const facets = names.map((name) => {
        const isChosen = readings.some(([chosen]) => chosen === name)
        const of = isChosen ? filtered(filter, found, `facet ${name}`) : all
        const values = [...known]
          .filter((facet) => facet.startsWith(`${name}\n`))
          .map((facet) => ({
            value: facet.split('\n')[1]!,
            number: upTo(countsOf(of.filter((product) => valuesOf(product).facets.has(facet)))),
            isChosen: readings.some((each) => each.join('\n') === facet),
          }))
          .filter((each) => each.number > 0 || each.isChosen)
          .sort(
            (a, b) =>
              Number(b.isChosen) - Number(a.isChosen) || b.number - a.number || compare(a.value, b.value),
          )
        return { name, isChosen, most: Math.max(0, ...values.map(({ number }) => number)), values }
      })
      const inCategories = filtered(filter, found, 'category')
      const prices = filtered(filter, found, 'price').map(({ priceMinor }) => priceMinor)
      return {
        total: countOf(countsOf(all)),
        categories: categories.flatMap(({ id }) => {
          const number = upTo(
            countsOf(inCategories.filter((product) => valuesOf(product).categories.has(id))),
          )
          return number === 0 ? [] : [{ id, ...countOf(number) }]
        }),
        facets: facets
          .filter(({ values }) => values.length > 0)
          .sort(
            (a, b) => Number(b.isChosen) - Number(a.isChosen) || b.most - a.most || compare(a.name, b.name),
          )
          .map(({ name, values }) => ({
            name,
            values: values.map(({ value, number }) => ({ value, ...countOf(number) })),
          })),
        inStock: countOf(countsOf(filtered(filter, found, 'stock').filter((product) => product.inStock))),
        prices:
          prices.length === 0 ? undefined : { minMinor: Math.min(...prices), maxMinor: Math.max(...prices) },
      }
    },
    list(
      query: Omit<Query, 'sort'> & { sort: ListingQuery['sort'] },
      found: readonly (readonly string[])[] | undefined,
    ) {
      const matched = filtered(query, found)
      const listings = [...new Set(matched.map(listingOf))].map((id) => {
        const group = groups.get(id)
        const product = products.get(id)
        const of = matched.filter((each) => listingOf(each) === id)
        const rank = found ? found.findIndex((ids) => of.some((each) => ids.includes(each.id))) : 0
        const isGroup = of[0]!.groupId !== null
        return {
          id,
          rank,
          kind: isGroup ? 'group' : 'product',
          price: isGroup ? (group?.priceFromMinor ?? 0) : product!.priceMinor,
          name: isGroup ? (group?.nameKey ?? '') : product!.nameKey,
        }
      })
      const orders: Record<
        ListingQuery['sort'],
        (a: (typeof listings)[0], b: (typeof listings)[0]) => number
      > = {
        newest: (a, b) => compare(b.id, a.id),
        relevance: (a, b) => a.rank - b.rank || compare(b.id, a.id),
        price: (a, b) => a.price - b.price || compare(a.id, b.id),
        '-price': (a, b) => b.price - a.price || compare(b.id, a.id),
        name: (a, b) => compare(a.name, b.name) || compare(a.id, b.id),
      }
      const sorted = listings.sort(orders[query.sort])
      return {
        ids: sorted.map(({ id }) => id),
        kinds: sorted.map(({ kind }) => kind),
        total: countOf(sorted.length),
      }
    },
  }
}
