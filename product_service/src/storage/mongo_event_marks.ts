/** Which events of a product are not published, as it is stored (mongo_unpublished.ts). */
import type { Product } from '../domain/product.ts'
import { AT_ONCE, changedKinds } from '../domain/unpublished.ts'
import type { ProductDocument } from './mongo_product_documents.ts'

/** Indexes of the marks. */
export const UNPUBLISHED = { product: 'products_unpublished', stock: 'stock_unpublished' } as const
export const EVENT_FIELDS = {
  product: { number: 'editVersion', published: 'publishedEdit', due: 'productDue' },
  stock: { number: 'version', published: 'publishedVersion', due: 'stockDue' },
} as const

type Marks = Pick<ProductDocument, 'productDue' | 'stockDue'>

/** Of a change. */
export const eventMarks = (before: Product | undefined, after: Product): Marks =>
  Object.fromEntries(changedKinds(before, after).map((kind) => [EVENT_FIELDS[kind].due, AT_ONCE]))
