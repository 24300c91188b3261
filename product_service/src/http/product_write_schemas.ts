/** The operations that change the catalogue. */
import { ADMIN_PROBLEMS, BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { Body, IfMatchHeaders, IntegerInput, MoneyInput } from '@shop/service_kit/http/schemas'
import { TextInput } from '@shop/service_kit/http/text'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { DESCRIPTION_LENGTH_MAX, NAME_LENGTH_MAX, STOCK_MAX } from '../domain/product.ts'
import { DETAILS_INPUT } from './details_input.ts'
import { PROBLEMS } from './problems.ts'
import { ProductParams, ProductView } from './product_views.ts'

const operation = operationsOf(PROBLEMS, 'products')

export const MERGE_PATCH_TYPE = 'application/merge-patch+json'

export const Name = TextInput('line', { maxLength: NAME_LENGTH_MAX, description: 'One line, not blank' })
export const Description = TextInput('prose', { maxLength: DESCRIPTION_LENGTH_MAX })
const StockInput = IntegerInput({ minimum: 0, maximum: STOCK_MAX })
export const SeenVersion = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'The version you have seen',
})

const CreateBody = Body({
  name: Name,
  description: Description,
  price: MoneyInput,
  stock: StockInput,
  ...DETAILS_INPUT,
})

const ReplaceBody = Body({
  name: Name,
  description: Description,
  price: MoneyInput,
  stock: Type.Optional(StockInput),
  version: Type.Optional(SeenVersion),
  ...DETAILS_INPUT,
})

export const PatchBody = Body({
  name: Type.Optional(Name),
  description: Type.Optional(Description),
  price: Type.Optional(MoneyInput),
  stock: Type.Optional(StockInput),
  version: Type.Optional(SeenVersion),
  ...DETAILS_INPUT,
})
export type PatchBody = Static<typeof PatchBody>

/** No other parameters, so that a misspelt `version` is an error and not ignored. */
export const VersionQuery = Type.Object(
  { version: Type.Optional(SeenVersion) },
  { additionalProperties: false },
)

export const CHANGE_PROBLEMS = [
  ...ADMIN_PROBLEMS,
  ...BODY_PROBLEMS,
  'store_unavailable',
  'overloaded',
] as const
export const CREATE_PROBLEMS = [
  ...CHANGE_PROBLEMS,
  'sku_taken',
  'slug_taken',
  'category_unknown',
  'media_unknown',
  'group_not_found',
  'group_is_full',
  'option_values_invalid',
  'variant_exists',
  'belongs_to_group',
  'not_a_draft',
] as const
const EDIT_PROBLEMS = [
  ...CREATE_PROBLEMS,
  'product_not_found',
  'version_conflict',
  'precondition_failed',
  'version_contradiction',
  'version_required',
] as const

export const createProductOperation = operation({
  operationId: 'createProduct',
  summary: 'Add a product',
  access: 'admin',
  body: CreateBody,
  response: { 201: ProductView },
  problems: CREATE_PROBLEMS,
})

export const replaceProductOperation = operation({
  operationId: 'replaceProduct',
  summary: 'Replace name, description and price; what else is absent stays',
  access: 'admin',
  params: ProductParams,
  headers: IfMatchHeaders,
  body: ReplaceBody,
  response: { 200: ProductView },
  problems: EDIT_PROBLEMS,
})

export const patchProductOperation = operation({
  operationId: 'patchProduct',
  summary: 'Change some fields (RFC 7396 merge patch; null removes what may be absent)',
  access: 'admin',
  consumes: ['application/json', MERGE_PATCH_TYPE],
  params: ProductParams,
  headers: IfMatchHeaders,
  body: PatchBody,
  response: { 200: ProductView },
  problems: EDIT_PROBLEMS,
})

export const deleteProductOperation = operation({
  operationId: 'deleteProduct',
  summary: 'Remove a product from the catalogue; orders keep their copy of name and price',
  access: 'admin',
  params: ProductParams,
  querystring: VersionQuery,
  headers: IfMatchHeaders,
  response: { 204: Type.Null() },
  problems: EDIT_PROBLEMS,
})
