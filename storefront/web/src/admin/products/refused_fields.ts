import { ShopProblem } from '../../api/shop.ts'
import { admin } from '../../language/admin_texts.ts'
import { faultsByField } from '../../ui/field_faults.ts'
import type { Field } from './conflict.ts'
import type { Faults } from './field_text.ts'

/** The field that a refusal with this code is about. */
const FIELD_OF: Readonly<Record<string, Field>> = {
  sku_taken: 'sku',
  slug_taken: 'slug',
  media_unknown: 'media',
  category_not_found: 'categories',
  not_a_draft: 'publish_at',
  option_in_use: 'options',
}

/** What the service says about single fields; undefined if it refused for another reason. */
export function refusedFields(error: unknown): Faults | undefined {
  const field = error instanceof ShopProblem ? FIELD_OF[error.code] : undefined
  if (field === undefined) return faultsByField(error, admin.fields.subjects)
  const said: Readonly<Record<string, string>> = admin.fields.refused
  return { [field]: said[(error as ShopProblem).code] ?? (error as ShopProblem).message }
}
