/** The columns of a product that have its details (domain/stored_details.ts). */
import { NO_DETAILS, type ProductDetails } from '../domain/details.ts'
import { detailsOf, restOf } from '../domain/stored_details.ts'

type Row = readonly (string | number | null)[]

export const DETAIL_COLUMNS = 'sku, slug, draft, group_draft, publish_at, group_id, option_values, details'

export function detailValues(details: ProductDetails): (string | number | null)[] {
  const { sku, slug, draft, groupDraft, publishAt, groupId, optionValues } = details
  const rest = restOf(details)
  return [
    ...[sku, slug, Number(draft), Number(groupDraft), publishAt, groupId],
    groupId === null ? null : JSON.stringify(optionValues),
    rest ? JSON.stringify(rest) : null,
  ]
}

/** Most products have none of these columns, and need no object of their own. */
export function detailsIn(values: Row): ProductDetails {
  const [sku, slug, draft, groupDraft, publishAt, groupId, optionValues, rest] = values
  if (slug === null && rest === null && sku === null && groupId === null && draft === 0) return NO_DETAILS
  return detailsOf(
    {
      ...{ sku, slug, publishAt, groupId },
      draft: draft === 1,
      groupDraft: groupDraft === 1,
      optionValues: optionValues === null ? [] : JSON.parse(optionValues as string),
    } as Pick<
      ProductDetails,
      'sku' | 'slug' | 'draft' | 'groupDraft' | 'publishAt' | 'groupId' | 'optionValues'
    >,
    rest === null ? undefined : JSON.parse(rest as string),
  )
}
