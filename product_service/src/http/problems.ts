/** The HTTP answer of each error of product_service. Codes are permanent; texts may change. */
import { versionsNamed } from '@shop/service_kit/http/etags'
import type { ProblemTable } from '@shop/service_kit/http/problem_tables'
import { KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import type { KitPayloads } from '@shop/service_kit/runtime/problem'
import type { Payloads } from '../domain/errors.ts'
import type { Product } from '../domain/product.ts'
import { type Prices, productView } from './product_views.ts'

/** Answers a version conflict if the request sent `If-Match`. */
type EdgePayloads = { precondition_failed: Payloads['version_conflict'] }

const current = ({ current }: { current: Product }, prices: Prices) => ({
  members: { current: productView(current, prices) },
})

export const PROBLEMS = {
  ...KIT_PROBLEMS,
  product_not_found: { status: 404, title: 'There is no such product', retryable: false },
  version_conflict: {
    status: 409,
    title: 'The product has changed since that version',
    retryable: false,
    answeredAs: (_payload, { headers }) =>
      versionsNamed(headers['if-match']) === undefined ? undefined : 'precondition_failed',
    present: current,
  },
  precondition_failed: {
    status: 412,
    title: 'The product has changed since that ETag',
    retryable: false,
    present: current,
  },
  version_contradiction: { status: 400, title: 'Two different versions were named', retryable: false },
  version_required: { status: 428, title: 'Name the version you have seen', retryable: false },
  insufficient_stock: { status: 409, title: 'There is not enough stock', retryable: false, present: current },
  stock_limit_exceeded: {
    status: 409,
    title: 'A product cannot hold that much stock',
    retryable: false,
    present: current,
  },
  idempotency_key_reused: { status: 422, title: 'This key belongs to another request', retryable: false },
  media_not_found: { status: 404, title: 'There is no such picture', retryable: false },
  media_unknown: {
    status: 409,
    title: 'A picture that would be shown is not there',
    retryable: false,
    present: ({ picture }) => ({ members: { picture } }),
  },
  upload_malformed: { status: 400, title: 'The body is not a form with one file', retryable: false },
  media_format_unsupported: {
    status: 415,
    title: 'Only JPEG, PNG, WebP and AVIF are accepted',
    retryable: false,
  },
  media_size_refused: { status: 422, title: 'The picture has a size that is not accepted', retryable: false },
  media_animated: { status: 422, title: 'Animated pictures are not accepted', retryable: false },
  media_unreadable: { status: 422, title: 'The picture is damaged or incomplete', retryable: false },
  media_not_processed: { status: 500, title: 'The picture could not be processed', retryable: false },
  media_store_unavailable: {
    status: 503,
    title: 'Pictures cannot be read or stored',
    retryable: true,
    publicDetail: 'Pictures cannot be read or stored at the moment; try again.',
  },
} as const satisfies ProblemTable<KitPayloads & Payloads & EdgePayloads, Prices>
