/**
 * The catalogue in memory, for lists with filters and counts (listings.ts): the same for every database. A store gives it
 * each product and group that is on sale, and each change; queries: listing_queries.ts.
 *
 * Invariants
 *  1. A listing is found if one of its products fulfils every filter; a product without a group is its own listing.
 *  2. What came last counts, in whatever order products and their groups come.
 *
 * Products and groups share one numbering. A removed one keeps its number.
 */
import { type Bits, bitsFor, clearBit, setBit, WORD_BITS } from './bits.ts'
import { createIdTable } from './id_table.ts'
import { createSortedOrder } from './sorted_order.ts'
import { createValueLists } from './value_lists.ts'
import { createValueNames } from './value_names.ts'
import { createVariantChains } from './variant_chains.ts'

export type IndexedShown = {
  readonly id: string
  /** nameKey (product.ts). */
  readonly nameKey: string
  readonly categories: readonly string[]
  readonly attributes: Readonly<Record<string, readonly string[]>>
}
export type IndexedProduct = IndexedShown & {
  readonly priceMinor: number
  readonly inStock: boolean
  readonly groupId: string | null
  readonly optionValues: readonly string[]
}
export type IndexedGroup = IndexedShown & {
  /** What it is sorted by; null while no variant is on sale. */
  readonly priceFromMinor: number | null
  /** Names of its options. */
  readonly options: readonly string[]
}
/** The ids of a category and of those above it, from the top. */
export type IndexedCategory = { readonly id: string; readonly path: readonly string[] }

/** Of the name of a variant, which is in no list by itself: after all that are, so that pages need not pass them. */
const LAST_NAME = '\uffff'
/** Numbers that the sets have room for at first; then it doubles. */
const FIRST_CAPACITY = 1024

/** `denseShare` is another one for tests (value_lists.ts). */
export function createCatalogueIndex({ denseShare }: { denseShare?: number } = {}) {
  const ids = createIdTable()
  const values = createValueLists(denseShare)
  const names = createValueNames()
  let capacity = FIRST_CAPACITY
  /** On sale. */
  let live: Bits = bitsFor(capacity)
  let inStock: Bits = bitsFor(capacity)
  /** Without a group. */
  let single: Bits = bitsFor(capacity)
  let prices = new Float64Array(capacity)
  /** Of a variant, its group; of anything else, itself. */
  let listingOf = new Uint32Array(capacity)
  const nameKeys: string[] = []
  const variants = createVariantChains()
  /** Values that a group has or had itself, and those of variants. */
  const [ofGroups, ofVariants] = [new Set<number>(), new Set<number>()]
  const optionsOf = new Map<number, readonly string[]>()
  let categories: readonly IndexedCategory[] = []
  let version = 0

  const size = () => capacity
  const byId = (a: number, b: number) => ids.compare(a, b)
  const newest = createSortedOrder<undefined>(
    { keyOf: () => undefined, compare: (_, a, __, b) => byId(a, b) },
    size,
  )
  const byPrice = createSortedOrder<number>(
    { keyOf: (n) => prices[n]!, compare: (a, an, b, bn) => a - b || byId(an, bn) },
    size,
  )
  const byName = createSortedOrder<string>(
    { keyOf: (n) => nameKeys[n]!, compare: (a, an, b, bn) => (a < b ? -1 : a > b ? 1 : byId(an, bn)) },
    size,
  )

  const numberOf = (id: string): number => {
    const known = ids.size
    const n = ids.add(id)
    if (n < known) return n
    if (n >= capacity) grow()
    listingOf[n] = n
    prices[n] = 0
    nameKeys[n] = ''
    newest.changed(n)
    byPrice.changed(n)
    byName.changed(n)
    return n
  }
  const grow = () => {
    capacity *= 2
    const bits = (before: Bits) => {
      const after = bitsFor(capacity)
      after.set(before)
      return after
    }
    live = bits(live)
    inStock = bits(inStock)
    single = bits(single)
    const more = new Float64Array(capacity)
    more.set(prices)
    prices = more
    const listings = new Uint32Array(capacity)
    listings.set(listingOf)
    listingOf = listings
  }
  const setPrice = (n: number, price: number) => {
    if (prices[n] === price) return
    prices[n] = price
    byPrice.changed(n)
  }
  const setName = (n: number, key: string) => {
    if (nameKeys[n] === key) return
    nameKeys[n] = key
    byName.changed(n)
  }
  const setValues = (n: number, shown: IndexedShown, options: readonly string[], hadBy?: Set<number>) => {
    const found = names.numbersOf(shown, options)
    values.set(n, found)
    for (const value of found) hadBy?.add(value)
  }
  const leave = (n: number) => {
    const listing = listingOf[n]!
    if (listing !== n) variants.remove(listing, n)
  }

  return {
    /** A product that is on sale: new, or changed. Returns its number. */
    put(product: IndexedProduct): number {
      version += 1
      const n = numberOf(product.id)
      const group = product.groupId === null ? undefined : numberOf(product.groupId)
      if (listingOf[n] !== (group ?? n)) {
        leave(n)
        if (group !== undefined) variants.add(group, n)
      }
      listingOf[n] = group ?? n
      setBit(live, n)
      if (product.inStock) setBit(inStock, n)
      else clearBit(inStock, n)
      setPrice(n, product.priceMinor)
      setName(n, group === undefined ? product.nameKey : LAST_NAME)
      if (group === undefined) {
        setBit(single, n)
        setValues(n, product, [])
        return n
      }
      clearBit(single, n)
      const optionNames = optionsOf.get(group) ?? []
      const options = optionNames.flatMap((name, i) => {
        const value = product.optionValues[i]
        return value === undefined ? [] : [name, value]
      })
      setValues(n, product, options, ofVariants)
      return n
    },
    /** A product that is not on sale any more. */
    remove(id: string): void {
      const n = ids.find(id)
      if (n === undefined) return
      version += 1
      leave(n)
      listingOf[n] = n
      for (const bits of [live, inStock, single]) clearBit(bits, n)
      values.set(n, [])
    },
    /** True if its variants must be put again, for the names of its options are others. */
    putGroup(group: IndexedGroup): boolean {
      version += 1
      const n = numberOf(group.id)
      setPrice(n, group.priceFromMinor ?? 0)
      setName(n, group.nameKey)
      setValues(n, group, [], ofGroups)
      const before = optionsOf.get(n) ?? []
      optionsOf.set(n, group.options)
      return before.length !== group.options.length || before.some((name, i) => group.options[i] !== name)
    },
    setCategories(all: readonly IndexedCategory[]): void {
      version += 1
      categories = all
    },
    /** What the queries read: sets have room for the numbers that are in use. Valid until the next change. */
    view: () => {
      const words = Math.ceil(ids.size / WORD_BITS)
      const used = (bits: Bits) => bits.subarray(0, words)
      return {
        ...{ version, capacity: words * WORD_BITS, prices, nameKeys, listingOf, ids, categories },
        ...{ live: used(live), inStock: used(inStock), single: used(single), variants, values },
        ...{ ofGroups, ofVariants, names, orders: { newest, byPrice, byName } },
      }
    },
  }
}
export type CatalogueIndex = ReturnType<typeof createCatalogueIndex>
export type IndexView = ReturnType<CatalogueIndex['view']>
