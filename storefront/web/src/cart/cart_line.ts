/** One line of a cart: the product as the visitor saw it, and the quantity. */
import { LIMITS } from '@shop/client/generated/limits'

export const QUANTITY_MAX = LIMITS['POST /orders']['lines.quantity'].maximum

export type CartLine = {
  readonly productId: string
  readonly name: string
  readonly unitPrice: string
  readonly currency: string
  readonly quantity: number
}

/** Stored data may come from an older release, an extension or the visitor. */
export const isLine = (value: Partial<CartLine> | null): value is CartLine =>
  typeof value?.productId === 'string' &&
  typeof value.name === 'string' &&
  /^[A-Z]{3}$/.test(value.currency ?? '') &&
  /^\d+(\.\d+)?$/.test(value.unitPrice ?? '') &&
  Number.isInteger(value.quantity) &&
  value.quantity! >= 1 &&
  value.quantity! <= QUANTITY_MAX
