/** The documents of products. */
import type { Filter } from '@shop/service_kit/mongo/store'
import { isRemoved } from '../domain/change_product.ts'
import { isHidden, type ProductDetails } from '../domain/details.ts'
import { nameKey, type Product } from '../domain/product.ts'
import { indexWords } from '../domain/search.ts'
import { detailsOf, restOf, type StoredRest } from '../domain/stored_details.ts'

/** `deletedAt` is absent while the product is for sale. Of the details, what is as in NO_DETAILS is absent. */
export type ProductDocument = Omit<Product, 'id' | 'deletedAt' | 'details'> & {
  _id: string
  deletedAt?: string
  sku?: string
  slug?: string
  draft?: true
  groupDraft?: true
  publishAt?: string
  groupId?: string
  optionValues?: readonly string[]
  /** The same as one text, for a unique index. */
  optionKey?: string
  details?: StoredRest
  /** It was not removed: for sale, or hidden. Absent from products of earlier releases. */
  live?: true
  /** A draft, or a variant of one. */
  hidden?: true
  nameKey: string
  /** The words that it is found by; absent after removal. */
  words?: string[]
  /** For sale. */
  listed?: true
  /** When its last change that lists of the shop may show was written (mongo_listings.ts); absent until there is one. */
  changedAt?: string
  /** Up to which edit and up to which version its events are published; absent while none is (domain/unpublished.ts). */
  publishedEdit?: number
  publishedVersion?: number
  /** It has such an event that is not published: the time of its turn, or AT_ONCE. */
  productDue?: string
  stockDue?: string
  /** For sale and in stock: touches the indexes only when a product sells out or comes back. */
  inStock?: true
}
/** Fields that are computed from the other fields. */
const derivedFields = (product: Product) => ({
  nameKey: nameKey(product.name),
  ...(product.deletedAt === null
    ? {
        words: indexWords(product),
        listed: true as const,
        ...(product.stock > 0 ? { inStock: true as const } : {}),
      }
    : { deletedAt: product.deletedAt }),
  ...(isRemoved(product) ? {} : { live: true as const }),
  ...(isHidden(product.details) ? { hidden: true as const } : {}),
})

/** Without those that are null or false. */
function detailFields(details: ProductDetails) {
  const { sku, slug, publishAt, groupId, optionValues, draft, groupDraft } = details
  const rest = restOf(details)
  return {
    ...(sku === null ? {} : { sku }),
    ...(slug === null ? {} : { slug }),
    ...(publishAt === null ? {} : { publishAt }),
    ...(groupId === null ? {} : { groupId, optionValues, optionKey: JSON.stringify(optionValues) }),
    ...(draft ? { draft } : {}),
    ...(groupDraft ? { groupDraft } : {}),
    ...(rest ? { details: rest } : {}),
  }
}

export function productDocument(product: Product): ProductDocument {
  const { id, deletedAt: _, details, ...fields } = product
  return { _id: id, ...fields, ...derivedFields(product), ...detailFields(details) }
}

/** On sale, or hidden. `live` alone is true of what the release before removed, too. */
export const NOT_REMOVED: Filter<ProductDocument> = { $or: [{ listed: true }, { hidden: true }] }

/** Fields that a product may lose by an edit. */
export const OPTIONAL_FIELDS = [
  ...['deletedAt', 'words', 'listed', 'inStock', 'live', 'hidden'],
  ...['sku', 'slug', 'publishAt', 'groupId', 'optionValues', 'optionKey', 'draft', 'groupDraft', 'details'],
] as const satisfies readonly (keyof ProductDocument)[]

export const productOf = (document: ProductDocument): Product => ({
  id: document._id,
  name: document.name,
  description: document.description,
  priceMinor: document.priceMinor,
  stock: document.stock,
  reserved: document.reserved,
  version: document.version,
  editVersion: document.editVersion,
  createdAt: document.createdAt,
  updatedAt: document.updatedAt,
  deletedAt: document.deletedAt ?? null,
  details: detailsOf(
    {
      sku: document.sku ?? null,
      slug: document.slug ?? null,
      draft: document.draft ?? false,
      groupDraft: document.groupDraft ?? false,
      publishAt: document.publishAt ?? null,
      groupId: document.groupId ?? null,
      optionValues: document.optionValues ?? [],
    },
    document.details,
  ),
})
