/** Pages of the catalogue: where each ends, the same under every database. */
import type { Page, PageKey, Sort } from './ports.ts'
import { nameKey, type Product } from './product.ts'

/** What `products` is when up to one more than `limit` was read: that one only tells that there is more. */
export function pageOf(products: readonly Product[], sort: Sort, limit: number): Page<Product> {
  if (products.length <= limit) return { items: products, next: undefined }
  const items = products.slice(0, limit)
  return { items, next: KEYS[sort](items[limit - 1]!) }
}

const KEYS: Readonly<Record<Sort, (product: Product) => PageKey>> = {
  newest: ({ id }) => [id],
  price: ({ id, priceMinor }) => [priceMinor, id],
  '-price': ({ id, priceMinor }) => [priceMinor, id],
  name: ({ id, name }) => [nameKey(name), id],
}
