/** Texts for the reasons why an order was declined. */
import type { Order } from '../api/types.ts'

export type RejectionReason = NonNullable<Order['rejection']>['reason']

export const REJECTIONS: Readonly<
  Record<RejectionReason, { readonly sentence: string; readonly counted: string }>
> = {
  insufficient_stock: { sentence: 'There was not enough stock.', counted: 'not enough stock' },
  price_changed: { sentence: 'The price was not what the order said.', counted: 'price had changed' },
  product_not_found: { sentence: 'A product was not for sale any more.', counted: 'not for sale any more' },
}

/** Is this problem code such a reason? */
export const isRejection = (code: string): code is RejectionReason => Object.hasOwn(REJECTIONS, code)
