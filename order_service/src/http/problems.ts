/** The problems of order_service: status, title and members of each code. Codes are permanent, texts may change. */
import { versionsNamed } from '@shop/service_kit/http/etags'
import type { ProblemTable } from '@shop/service_kit/http/problem_tables'
import { KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import type { KitPayloads } from '@shop/service_kit/runtime/problem'
import type { Payloads } from '../domain/errors.ts'
import { shortageView } from './order_views.ts'
import {
  cardLimitsView,
  conflictView,
  currentSettings,
  currentView,
  priceView,
  unitsView,
  type Views,
  viewFor,
} from './problem_views.ts'

/** Conflicts of a request with `If-Match`. */
type EdgePayloads = {
  precondition_failed: Payloads['version_conflict']
  settings_precondition_failed: Payloads['settings_changed']
}

export const PROBLEMS = {
  ...KIT_PROBLEMS,
  order_not_found: { status: 404, title: 'There is no such order', retryable: false },
  product_not_found: {
    status: 404,
    title: 'A product of the order does not exist',
    retryable: false,
    present: ({ order, rejection: { unknownProducts } }, views, request) => ({
      members: { order: viewFor(order, views, request), unknown_products: unknownProducts },
    }),
  },
  insufficient_stock: {
    status: 409,
    title: 'There is not enough stock',
    retryable: false,
    present: ({ order, rejection }, views, request) => ({
      members: { order: viewFor(order, views, request), shortages: rejection.shortages.map(shortageView) },
    }),
  },
  price_changed: {
    status: 409,
    title: 'The price is not what the order says',
    retryable: false,
    present: (payload, views, request) => {
      const { total_price, detail } = priceView(payload, views.digits())
      return { detail, members: { order: viewFor(payload.order, views, request), current: { total_price } } }
    },
  },
  products_unknown: {
    status: 422,
    title: 'A product is not on sale',
    retryable: false,
    present: ({ unknownProducts }) => ({ members: { unknown_products: unknownProducts } }),
  },
  products_unavailable: { status: 503, title: 'Prices cannot be read now', retryable: true },
  shipping_method_unavailable: {
    status: 422,
    title: 'This way of shipping is not possible',
    retryable: false,
    present: ({ offered }) => ({ members: { offered } }),
  },
  total_too_large: { status: 422, title: 'No order may cost that much', retryable: false },
  too_many_orders: { status: 409, title: 'Too many orders for one e-mail address', retryable: false },
  too_many_unpaid_orders: { status: 409, title: 'Too many orders wait for their payments', retryable: false },
  quote_required: { status: 422, title: 'An order needs a quote', retryable: false },
  payment_method_unavailable: { status: 422, title: 'This way of paying is not offered', retryable: false },
  too_many_attempts: {
    status: 429,
    title: 'Too many attempts',
    retryable: true,
    present: ({ retryAfterMs }) => ({ headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } }),
  },
  mail_unavailable: { status: 503, title: 'This shop sends no e-mail', retryable: false },
  amount_not_by_card: {
    status: 422,
    title: 'This amount cannot be paid by card',
    retryable: false,
    present: cardLimitsView,
  },
  email_not_verified: {
    status: 403,
    title: 'The e-mail address of the account is not verified',
    retryable: false,
  },
  email_differs: { status: 403, title: 'The order has another e-mail address', retryable: false },
  quote_invalid: { status: 422, title: 'This is not a quote of this shop', retryable: false },
  quote_expired: { status: 409, title: 'The quote has expired', retryable: false },
  quote_for_other_address: {
    status: 422,
    title: 'The quote is for another country or region',
    retryable: false,
  },
  settings_changed: {
    status: 409,
    title: 'The settings have changed since that version',
    retryable: false,
    answeredAs: (_payload, { headers }) =>
      versionsNamed(headers['if-match']) === undefined ? undefined : 'settings_precondition_failed',
    present: currentSettings,
  },
  settings_precondition_failed: {
    status: 412,
    title: 'The settings have changed since that ETag',
    retryable: false,
    present: currentSettings,
  },
  duplicate_lines: { status: 400, title: 'Two lines name the same product', retryable: false },
  idempotency_key_reused: {
    status: 422,
    title: 'The idempotency key belongs to a different order',
    retryable: false,
    present: ({ orderId }) => ({ members: { order_id: orderId } }),
  },
  illegal_transition: {
    status: 409,
    title: 'The order cannot go to this status',
    retryable: false,
    present: ({ current, allowed }, views, request) => {
      const { members, headers } = currentView(current, views, request)
      return { members: { allowed, ...members }, headers }
    },
  },
  version_conflict: {
    status: 409,
    title: 'The order has changed since it was read',
    retryable: false,
    answeredAs: ({ current }, { headers }) =>
      current && versionsNamed(headers['if-match'])?.includes(current.version) === false
        ? 'precondition_failed'
        : undefined,
    present: conflictView,
  },
  precondition_failed: {
    status: 412,
    title: 'The order has changed since it was read',
    retryable: false,
    present: conflictView,
  },
  order_not_shipped: { status: 409, title: 'The order was not shipped', retryable: false },
  return_not_found: { status: 404, title: 'There is no such return', retryable: false },
  return_is_over: { status: 409, title: 'The return does not change any more', retryable: false },
  return_exceeds_shipped: {
    status: 409,
    title: 'More units than can be returned',
    retryable: false,
    present: unitsView,
  },
  receipt_exceeds_return: {
    status: 409,
    title: 'More units than the return expects',
    retryable: false,
    present: unitsView,
  },
  too_many_returns: { status: 409, title: 'There are too many returns', retryable: false },
  withdrawal_not_found: { status: 404, title: 'There is no such withdrawal', retryable: false },
  too_many_withdrawals: {
    status: 429,
    title: 'Too many withdrawals',
    retryable: true,
    present: ({ retryAfterSeconds }) => ({ headers: { 'retry-after': String(retryAfterSeconds) } }),
  },
  too_many_streams: { status: 429, title: 'Too many event streams are open', retryable: true },
} as const satisfies ProblemTable<KitPayloads & Payloads & EdgePayloads, Views>
