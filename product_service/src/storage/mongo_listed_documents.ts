/** What the catalogue in memory is sent of the documents of products and groups. */
import type { IndexChange } from '../domain/catalogue/index_host.ts'
import { nameKey } from '../domain/product.ts'
import type { GroupDocument } from './mongo_group_documents.ts'
import type { ProductDocument } from './mongo_product_documents.ts'

/** A document of any content: what is unreadable is in no list, and reads of it are reported. */
export function indexedProduct(document: Partial<ProductDocument> & { _id: string }): IndexChange {
  const { _id: id, nameKey: key, priceMinor, inStock = false, groupId = null, optionValues = [] } = document
  const { categories = [], attributes = {} } = document.details ?? {}
  const isGood =
    document.listed === true &&
    typeof key === 'string' &&
    typeof priceMinor === 'number' &&
    areListed(categories, attributes)
  if (!isGood || !Array.isArray(optionValues)) return { removed: id }
  return { product: { id, nameKey: key, priceMinor, inStock, groupId, optionValues, categories, attributes } }
}

export function indexedGroup(document: Partial<GroupDocument> & { _id: string }): IndexChange {
  const { _id: id, name, priceFromMinor = null, options } = document
  const { categories = [], attributes = {} } = document.details ?? {}
  const isGood = areListed(categories, attributes) && Array.isArray(options)
  const shown = { id, nameKey: nameKey(String(name)), priceFromMinor: priceFromMinor as number | null }
  if (!isGood) return { group: { ...shown, options: [], categories: [], attributes: {} } }
  return {
    group: { ...shown, options: options.map((option) => String(option?.name)), categories, attributes },
  }
}

const areListed = (categories: unknown, attributes: object) =>
  Array.isArray(categories) && attributes !== null && Object.values(attributes).every(Array.isArray)
