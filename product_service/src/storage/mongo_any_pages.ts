/**
 * Pages of all products that were not removed, hidden ones too: for admins. Each part (any_products.ts) is a range of the index of its
 * order; what has no index is a condition on the documents of the range.
 */
import type { Filter, MongoStore } from '@shop/service_kit/mongo/store'
import { type AnyProducts, type AnyWord, STEP, walkParts } from '../domain/any_products.ts'
import { skuForms } from '../domain/details.ts'
import type { PageKey } from '../domain/page.ts'
import type { Catalogue } from '../domain/ports.ts'
import { nameKey } from '../domain/product.ts'
import type { Sort } from '../domain/sorts.ts'
import { collectionsOf, type Readings } from './mongo_documents.ts'
import { ORDERS, PAGE_TIMEOUT_MS } from './mongo_pages.ts'
import { NOT_REMOVED, type ProductDocument } from './mongo_product_documents.ts'

type Condition = Filter<ProductDocument>
/** Nothing else waits for the thread: the server reads the part. */
const NO_TURN = async () => {}

export function createMongoAnyPages(store: MongoStore, reading: Readings): Catalogue['listAny'] {
  const { products, groups } = collectionsOf(store)
  const options = { projection: { words: 0 }, maxTimeMS: PAGE_TIMEOUT_MS } as const

  /** Of the groups that have variants in this part, those in the categories. */
  const groupsIn = async (part: readonly Condition[], categories: readonly string[], hint: string) => {
    const variants = await products
      .find({ $and: [...part, { groupId: { $exists: true } }] }, { ...options, projection: { groupId: 1 } })
      .hint(hint)
      .toArray()
    const ids = [...new Set(variants.flatMap(({ groupId }) => groupId ?? []))]
    const filter = { _id: { $in: ids }, 'details.categories': { $in: [...categories] } }
    const found = await groups.find(filter, { projection: { _id: 1 }, maxTimeMS: PAGE_TIMEOUT_MS }).toArray()
    return found.map(({ _id }) => _id)
  }

  return (which, { after, limit }) =>
    store.repeat(async () => {
      const { sort = 'newest', categories } = which
      const { order } = ORDERS[sort]
      const keyOf = KEYS[sort]
      const hint = hintOf(which)
      // As on SQLite: after a product that never existed there is nothing.
      if (
        sort === 'newest' &&
        after &&
        (await products.countDocuments({ _id: String(after[0]) }, { limit: 1 })) === 0
      )
        return { items: [], next: undefined }
      const past = (key: PageKey | undefined) => (key ? [ORDERS[sort].after(key)] : [])
      const until = (key: PageKey | undefined) => (key ? UNTIL[sort](key) : [])
      const find = (conditions: readonly Condition[]) =>
        products
          .find({ $and: [...conditions] }, options)
          .sort(order)
          .hint(hint)
      return walkParts<ProductDocument>(
        {
          async end(at) {
            const [last] = await find([rangeOf(which), ...past(at)])
              .skip(STEP - 1)
              .limit(1)
              .toArray()
            return last && keyOf(last)
          },
          async matching(at, end, count) {
            const part = [rangeOf(which), ...past(at), ...until(end)]
            const inCategories = categories
              ? [
                  {
                    $or: [
                      { 'details.categories': { $in: [...categories] } },
                      { groupId: { $in: await groupsIn(part, categories, hint) } },
                    ],
                  } as Condition,
                ]
              : []
            return find([...part, ...conditionsOf(which), ...inCategories])
              .limit(count)
              .toArray()
          },
          keyOf,
          read: reading.product.many,
        },
        { after, limit },
        NO_TURN,
      )
    })
}

const KEYS: Readonly<Record<Sort, (document: ProductDocument) => PageKey>> = {
  newest: ({ _id }) => [_id],
  price: ({ _id, priceMinor }) => [priceMinor, _id],
  '-price': ({ _id, priceMinor }) => [priceMinor, _id],
  name: ({ _id, name }) => [nameKey(name), _id],
}
/** The first condition of each is a bound of the index. */
const UNTIL: Readonly<Record<Sort, (key: PageKey) => readonly Condition[]>> = {
  newest: ([id]) => [{ _id: { $gte: String(id) } }],
  price: (key) => [{ priceMinor: { $lte: Number(key[0]) } }, { $nor: [ORDERS.price.after(key)] }],
  '-price': (key) => [{ priceMinor: { $gte: Number(key[0]) } }, { $nor: [ORDERS['-price'].after(key)] }],
  name: (key) => [{ nameKey: { $lte: String(key[0]) } }, { $nor: [ORDERS.name.after(key)] }],
}

/** What is walked: of an index of its own, or all products, with those that were removed. */
function rangeOf({ sku, groupId, status }: AnyProducts): Condition {
  if (sku !== undefined) return { sku: { $in: [...skuForms(sku)] }, live: true, ...NOT_REMOVED }
  if (groupId !== undefined) return { groupId, live: true }
  if (status === 'published') return { listed: true }
  return status === undefined ? {} : { hidden: true }
}

function hintOf({ sku, groupId, status, sort = 'newest' }: AnyProducts): string {
  if (sku !== undefined) return 'sku'
  if (groupId !== undefined) return 'variant'
  if (status === 'published') return `listed_${ORDERS[sort].index}`
  return status === undefined ? '_id_' : 'hidden_newest'
}

const STATUS: Readonly<Record<NonNullable<AnyProducts['status']>, Condition>> = {
  published: { listed: true },
  draft: { hidden: true },
  scheduled: { draft: true, publishAt: { $exists: true } },
}

const conditionsOf = ({
  status,
  groupId,
  words = [],
  stockMin,
  stockMax,
  reduced,
}: AnyProducts): readonly Condition[] => [
  status ? STATUS[status] : NOT_REMOVED,
  ...(groupId === undefined ? [] : [{ groupId }]),
  ...words.map(occurs),
  ...(stockMin === undefined ? [] : [{ stock: { $gte: stockMin } }]),
  ...(stockMax === undefined ? [] : [{ stock: { $lte: stockMax } }]),
  ...(reduced ? [{ 'details.compareAtMinor': { $exists: true } } as Condition] : []),
]

const occurs = ({ key, text, skus }: AnyWord): Condition => ({
  $or: [
    { nameKey: new RegExp(escaped(key)) },
    { name: anyCase(text) },
    ...skus.map((sku) => ({ sku: anyCase(sku) })),
  ],
})
const anyCase = (text: string) =>
  new RegExp(escaped(text).replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`))
const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
