/** The HTTP answer of each error of product_service. Codes are permanent; texts may change. */
import { versionsNamed } from '@shop/service_kit/http/etags'
import type { ProblemTable } from '@shop/service_kit/http/problem_tables'
import { KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import type { KitPayloads } from '@shop/service_kit/runtime/problem'
import type { Category } from '../domain/category.ts'
import type { Payloads } from '../domain/errors.ts'
import type { Group } from '../domain/group.ts'
import type { Import } from '../domain/import.ts'
import type { Product } from '../domain/product.ts'
import type { StoredSettings } from '../domain/shop_settings.ts'
import { categoryView } from './category_views.ts'
import { groupView } from './group_views.ts'
import { importView } from './import_views.ts'
import { type Prices, productView } from './product_views.ts'
import { shopView } from './shop_views.ts'

/** Answers a version conflict if the request sent `If-Match`. */
type EdgePayloads = {
  precondition_failed: Payloads['version_conflict']
  group_precondition_failed: Payloads['group_conflict']
  category_precondition_failed: Payloads['category_conflict']
  settings_precondition_failed: Payloads['settings_changed']
}

const current = ({ current }: { current: Product }, prices: Prices) => ({
  members: { current: productView(current, prices) },
})

const currentGroup = ({ current }: { current: Group }, prices: Prices) => ({
  members: { current: groupView(current, prices) },
})

const currentCategory = ({ current }: { current: Category }) => ({
  members: { current: categoryView(current) },
})
const currentImport = ({ current }: { current: Import }) => ({ members: { current: importView(current) } })

const owner = ({ owner }: { owner: string }) => ({ members: { owner } })

const currentSettings = ({ current }: { current: StoredSettings }) => ({
  members: { current: shopView(current) },
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
  sku_taken: { status: 409, title: 'Another product has this SKU', retryable: false, present: owner },
  slug_taken: { status: 409, title: 'Another page has this address', retryable: false, present: owner },
  category_unknown: { status: 409, title: 'A category that was named is not there', retryable: false },
  category_not_found: { status: 404, title: 'There is no such category', retryable: false },
  category_conflict: {
    status: 409,
    title: 'The category has changed since that version',
    retryable: false,
    answeredAs: (_payload, { headers }) =>
      versionsNamed(headers['if-match']) === undefined ? undefined : 'category_precondition_failed',
    present: currentCategory,
  },
  category_precondition_failed: {
    status: 412,
    title: 'The category has changed since that ETag',
    retryable: false,
    present: currentCategory,
  },
  category_not_empty: { status: 409, title: 'There are categories below it', retryable: false },
  category_below_itself: { status: 409, title: 'A category cannot be below itself', retryable: false },
  category_too_deep: { status: 409, title: 'Categories have too many levels', retryable: false },
  categories_full: { status: 409, title: 'There are as many categories as there can be', retryable: false },
  group_not_found: { status: 404, title: 'There is no such group of variants', retryable: false },
  group_conflict: {
    status: 409,
    title: 'The group has changed since that version',
    retryable: false,
    answeredAs: (_payload, { headers }) =>
      versionsNamed(headers['if-match']) === undefined ? undefined : 'group_precondition_failed',
    present: currentGroup,
  },
  group_precondition_failed: {
    status: 412,
    title: 'The group has changed since that ETag',
    retryable: false,
    present: currentGroup,
  },
  group_is_full: { status: 409, title: 'The group has as many variants as it can have', retryable: false },
  option_values_invalid: {
    status: 409,
    title: 'These are not values of the options of the group',
    retryable: false,
  },
  option_in_use: { status: 409, title: 'A variant has this value', retryable: false },
  variant_exists: {
    status: 409,
    title: 'There is a variant of these values',
    retryable: false,
    present: owner,
  },
  belongs_to_group: { status: 409, title: 'This belongs to the group of the variant', retryable: false },
  not_a_draft: { status: 409, title: 'It is published already', retryable: false },
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
  import_not_found: { status: 404, title: 'There is no such import', retryable: false },
  import_under_way: {
    status: 409,
    title: 'Another import is not finished',
    retryable: false,
    present: currentImport,
  },
  import_state_conflict: {
    status: 409,
    title: 'The import is not in a state for this',
    retryable: false,
    present: currentImport,
  },
  import_has_faults: {
    status: 409,
    title: 'The file has faults',
    retryable: false,
    present: currentImport,
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
  settings_refused: {
    status: 422,
    title: 'These settings do not go together',
    retryable: false,
    present: ({ path, message }) => ({ members: { errors: [{ in: 'body', path, message }] } }),
  },
} as const satisfies ProblemTable<KitPayloads & Payloads & EdgePayloads, Prices>
