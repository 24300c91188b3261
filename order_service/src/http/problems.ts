/** How each refusal of this service is answered. A code is permanent; its text may improve. */
import { type Catalogue, KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import type { ErrorCode } from '../domain/errors.ts'

export const ORDER_PROBLEMS = {
  forbidden: KIT_PROBLEMS.forbidden,
  order_not_found: { status: 404, title: 'There is no such order', retryable: false },
  product_not_found: { status: 404, title: 'A product of the order does not exist', retryable: false },
  insufficient_stock: { status: 409, title: 'There is not enough stock', retryable: false },
  price_changed: { status: 409, title: 'The price is not what the order says', retryable: false },
  duplicate_lines: { status: 400, title: 'Two lines name the same product', retryable: false },
  idempotency_key_reused: {
    status: 422,
    title: 'The idempotency key belongs to a different order',
    retryable: false,
  },
  illegal_transition: { status: 409, title: 'The order cannot go to this status', retryable: false },
  version_conflict: { status: 409, title: 'The order has changed since it was read', retryable: false },
  precondition_failed: { status: 412, title: 'The order has changed since it was read', retryable: false },
  too_many_streams: { status: 429, title: 'Too many event streams are open', retryable: true },
} as const satisfies Catalogue<ErrorCode>

/** All codes this service answers with. */
export const ALL_PROBLEMS = { ...KIT_PROBLEMS, ...ORDER_PROBLEMS }
