/** Whether what a store gave is what the domain made: a store's own checks do not see everything. */
import type { Movement, Product } from './product.ts'

const isText = (value: unknown): boolean => typeof value === 'string'
const isTextOrNull = (value: unknown): boolean => value === null || isText(value)
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

/** The product itself, as the two below. Throws what is wrong with it. */
export function validateStoredProduct(product: Product): Product {
  const { id, name, description, createdAt, updatedAt, deletedAt } = product
  const { priceMinor, stock, reserved, version, editVersion } = product
  if (![id, name, description, createdAt, updatedAt].every(isText) || !isTextOrNull(deletedAt)) {
    throw new Error('its texts are not those of a product')
  }
  if (![priceMinor, stock, reserved, version, editVersion].every(isCount)) {
    throw new Error('its numbers are not those of a product')
  }
  return product
}

export function validateStoredMovement(movement: Movement): Movement {
  const { productId, version, delta, stockAfter, reason, note, orderId, by, at } = movement
  const areNumbers = isCount(version) && isCount(stockAfter) && Number.isSafeInteger(delta)
  const areTexts = [productId, reason, at].every(isText) && [note, orderId, by].every(isTextOrNull)
  if (!areNumbers || !areTexts) throw new Error('its fields are not those of a movement')
  return movement
}
