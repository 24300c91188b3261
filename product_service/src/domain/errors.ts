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
}

export class DomainError<Code extends keyof Payloads = keyof Payloads> extends Fault<Payloads, Code> {
  override name = 'DomainError'
}
