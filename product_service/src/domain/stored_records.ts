/** Checks of stored products and movements. Each returns the record, or throws an Error that names what is wrong. */
import { isCount, isText, isTextOrNull } from './field_checks.ts'
import type { Movement, Product } from './product.ts'
import { validateStoredDetails } from './stored_details.ts'

export function validateStoredProduct(product: Product): Product {
  const { id, name, description, createdAt, updatedAt, deletedAt } = product
  const { priceMinor, stock, reserved, version, editVersion } = product
  if (![id, name, description, createdAt, updatedAt].every(isText) || !isTextOrNull(deletedAt)) {
    throw new Error('its texts are not those of a product')
  }
  if (![priceMinor, stock, reserved, version, editVersion].every(isCount)) {
    throw new Error('its numbers are not those of a product')
  }
  validateStoredDetails(product.details)
  return product
}

export function validateStoredMovement(movement: Movement): Movement {
  const { productId, version, delta, stockAfter, reason, note, orderId, by, at } = movement
  const areNumbers = isCount(version) && isCount(stockAfter) && Number.isSafeInteger(delta)
  const areTexts = [productId, reason, at].every(isText) && [note, orderId, by].every(isTextOrNull)
  if (!areNumbers || !areTexts) throw new Error('its fields are not those of a movement')
  return movement
}
