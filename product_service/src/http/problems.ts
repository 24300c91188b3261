/** Status, title and retry advice of every code of this service. */
import { type Catalogue, KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import type { ErrorCode } from '../domain/errors.ts'

export const PRODUCT_PROBLEMS = {
  product_not_found: { status: 404, title: 'There is no such product', retryable: false },
  version_conflict: { status: 409, title: 'The product has changed since that version', retryable: false },
  precondition_failed: { status: 412, title: 'The product has changed since that ETag', retryable: false },
  version_contradiction: { status: 400, title: 'Two different versions were named', retryable: false },
  version_required: { status: 428, title: 'Name the version you have seen', retryable: false },
  insufficient_stock: { status: 409, title: 'There is not enough stock', retryable: false },
  stock_limit_exceeded: { status: 409, title: 'A product cannot hold that much stock', retryable: false },
  idempotency_key_reused: { status: 422, title: 'This key belongs to another request', retryable: false },
} as const satisfies Catalogue<ErrorCode>

/** What routes of this service can answer: its own problems and the kit's. */
export const PROBLEMS = { ...KIT_PROBLEMS, ...PRODUCT_PROBLEMS }
