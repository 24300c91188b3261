/** How a product and a movement go out. */
import { formatMoney } from '@shop/service_kit/money/money'
import type { Movement, Product } from '../domain/product.ts'
import type { MovementView, ProductView } from './product_schemas.ts'

export type Prices = { readonly currency: string; readonly digits: () => number }

export function productView(product: Product, { currency, digits: digitsOf }: Prices): ProductView {
  const digits = digitsOf()
  return {
    id: product.id,
    name: product.name,
    description: product.description,
    price: formatMoney(product.priceMinor, digits),
    currency,
    currency_digits: digits,
    stock: product.stock,
    reserved: product.reserved,
    version: product.version,
    created_at: product.createdAt,
    updated_at: product.updatedAt,
  }
}

export const movementView = (movement: Movement): MovementView => ({
  product_id: movement.productId,
  version: movement.version,
  delta: movement.delta,
  stock_after: movement.stockAfter,
  reason: movement.reason,
  note: movement.note,
  order_id: movement.orderId,
  by: movement.by,
  at: movement.at,
})
