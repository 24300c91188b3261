/** What problems of order_service show of orders, prices and settings. */
import { etagOf } from '@shop/service_kit/http/etags'
import type { ProblemRequest } from '@shop/service_kit/http/problem_tables'
import { formatMoney } from '@shop/service_kit/money/money'
import type { Payloads } from '../domain/errors.ts'
import type { Order } from '../domain/order.ts'
import { viewerOf } from './actor.ts'
import { settingsView } from './checkout_settings_views.ts'
import { orderTag, orderView } from './order_views.ts'
import type { PaymentRules } from './payment_rules.ts'

/** Currency, and digits after the point, of amounts; and how orders are paid. */
export type Views = {
  readonly currency: string
  readonly digits: () => number
  readonly rules: PaymentRules
}

/** The order as the caller may see it. */
export const viewFor = (order: Order, { digits }: Views, request: ProblemRequest) =>
  orderView(order, viewerOf(request), digits())

/** The order as it is now, with its ETag. */
export const currentView = (current: Order, views: Views, request: ProblemRequest) => ({
  members: { current: viewFor(current, views, request) },
  headers: { etag: orderTag(current) },
})
export const conflictView = (
  { current }: Payloads['version_conflict'],
  views: Views,
  request: ProblemRequest,
) => (current ? currentView(current, views, request) : {})

export const currentSettings = (
  { current }: Payloads['settings_changed'],
  { currency, digits, rules }: Views,
) => ({
  members: { current: settingsView(current, { currency, digits: digits(), rules }) },
  headers: { etag: etagOf(current.version) },
})

export const priceView = (
  { order, rejection: { totalMinor } }: Payloads['price_changed'],
  digits: number,
) => {
  const total_price = totalMinor === undefined ? null : formatMoney(totalMinor, digits)
  const cost = total_price === null ? 'more than an order may cost' : `${total_price} ${order.currency}`
  return { total_price, detail: `The lines cost ${cost} now.` }
}

export const unitsView = ({ productId, leftQuantity }: Payloads['return_exceeds_shipped']) => ({
  members: { product_id: productId, left_quantity: leftQuantity },
})

export const cardLimitsView = (
  { leastMinor, mostMinor }: Payloads['amount_not_by_card'],
  { currency, digits }: Views,
) => ({
  members: { least: formatMoney(leastMinor, digits()), most: formatMoney(mostMinor, digits()), currency },
})
