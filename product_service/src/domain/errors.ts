/** All errors of this service: permanent codes with their payloads. Their HTTP answers: http/problems.ts. */
import { Fault, type Nothing } from '@shop/faults/fault'
import type { Category } from './category.ts'
import type { Group } from './group.ts'
import type { Import } from './import.ts'
import type { Product } from './product.ts'
import type { StoredSettings } from './shop_settings.ts'

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
  sku_taken: Taken
  slug_taken: Taken
  /** A product or group would be in a category, or a category below one, that is not there. */
  category_unknown: Nothing
  category_not_found: Nothing
  category_conflict: { readonly current: Category }
  category_not_empty: Nothing
  category_below_itself: Nothing
  category_too_deep: Nothing
  categories_full: Nothing
  group_not_found: Nothing
  group_conflict: { readonly current: Group }
  group_is_full: Nothing
  option_values_invalid: Nothing
  option_in_use: Nothing
  variant_exists: Taken
  belongs_to_group: Nothing
  not_a_draft: Nothing
  import_not_found: Nothing
  import_under_way: { readonly current: Import }
  /** What is asked for does not fit its state. */
  import_state_conflict: { readonly current: Import }
  import_has_faults: { readonly current: Import }
  settings_changed: { readonly current: StoredSettings }
  settings_refused: { readonly path: string; readonly message: string }
}

/** `owner` is the id of the product, group or category that has it. */
type Taken = { readonly owner: string }

export class DomainError<Code extends keyof Payloads = keyof Payloads> extends Fault<Payloads, Code> {
  override name = 'DomainError'
}
