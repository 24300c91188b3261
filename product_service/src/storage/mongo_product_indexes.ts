/** The indexes of products. Which query uses which: docs/operations.md. */
import type { IndexDescription } from '@shop/service_kit/mongo/store'
import { UNPUBLISHED } from './mongo_event_marks.ts'

const OF_GROUP = { groupId: { $exists: true } }

export const INDEXES_OF_PRODUCTS: readonly IndexDescription[] = [
  { name: 'listed_newest', key: { listed: 1, _id: -1 } },
  { name: 'listed_price', key: { listed: 1, priceMinor: 1, _id: 1 } },
  { name: 'listed_name', key: { listed: 1, nameKey: 1, _id: 1 } },
  { name: 'in_stock_newest', key: { inStock: 1, _id: -1 } },
  { name: 'in_stock_price', key: { inStock: 1, priceMinor: 1, _id: 1 } },
  { name: 'in_stock_name', key: { inStock: 1, nameKey: 1, _id: 1 } },
  { name: 'words', key: { words: 1 } },
  {
    name: 'sku',
    key: { sku: 1 },
    unique: true,
    partialFilterExpression: { sku: { $exists: true }, live: true },
  },
  {
    name: 'variant',
    key: { groupId: 1, optionKey: 1 },
    unique: true,
    partialFilterExpression: { groupId: { $exists: true }, live: true },
  },
  {
    name: 'variants_price',
    key: { groupId: 1, listed: 1, priceMinor: 1 },
    partialFilterExpression: OF_GROUP,
  },
  { name: 'hidden_newest', key: { hidden: 1, _id: -1 }, partialFilterExpression: { hidden: true } },
  { name: 'to_publish', key: { publishAt: 1 }, partialFilterExpression: { draft: true } },
  { name: 'changed', key: { changedAt: 1 } },
  {
    name: UNPUBLISHED.product,
    key: { productDue: 1, _id: 1 },
    partialFilterExpression: { productDue: { $exists: true } },
  },
  {
    name: UNPUBLISHED.stock,
    key: { stockDue: 1, _id: 1 },
    partialFilterExpression: { stockDue: { $exists: true } },
  },
]
