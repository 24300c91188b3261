/** All errors of this service: permanent codes with their payloads. Their HTTP answers: http/problems.ts. */
import { Fault, type Nothing } from '@shop/faults/fault'
import type { Product } from './product.ts'

/** `current` is the product as it is now. */
export type Payloads = {
  product_not_found: Nothing
  version_conflict: { readonly current: Product }
  version_contradiction: Nothing
  version_required: Nothing
  insufficient_stock: { readonly current: Product }
  stock_limit_exceeded: { readonly current: Product }
  idempotency_key_reused: Nothing
  media_not_found: Nothing
  /** A product or group would show a picture that is not there. */
  media_unknown: { readonly picture: string }
  /** The body is not a form with exactly one file. */
  upload_malformed: Nothing
  media_format_unsupported: Nothing
  media_size_refused: Nothing
  media_animated: Nothing
  media_unreadable: Nothing
  media_not_processed: Nothing
  media_store_unavailable: Nothing
}

export class DomainError<Code extends keyof Payloads = keyof Payloads> extends Fault<Payloads, Code> {
  override name = 'DomainError'
}
