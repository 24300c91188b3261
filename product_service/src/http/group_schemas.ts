/** The operations of groups of variants. */
import { operationsOf } from '@shop/service_kit/http/operation'
import { Body, IfMatchHeaders, IntegerInput, MoneyInput } from '@shop/service_kit/http/schemas'
import { TextInput } from '@shop/service_kit/http/text'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import {
  OPTION_NAME_LENGTH_MAX,
  OPTION_VALUE_LENGTH_MAX,
  OPTIONS_MAX,
  VALUES_PER_OPTION_MAX,
} from '../domain/group.ts'
import { STOCK_MAX } from '../domain/product.ts'
import { DETAILS_INPUT } from './details_input.ts'
import { GroupParams, GroupView } from './group_views.ts'
import { PROBLEMS } from './problems.ts'
import { ProductView } from './product_views.ts'
import {
  CHANGE_PROBLEMS,
  CREATE_PROBLEMS,
  Description,
  Name,
  SeenVersion,
  VersionQuery,
} from './product_write_schemas.ts'
import { SHOWN_INPUT } from './shown_views.ts'

const operation = operationsOf(PROBLEMS, 'groups')

/** Of one request that adds variants: one transaction. */
export const VARIANTS_AT_ONCE_MAX = 100

const Options = Type.Array(
  Body({
    name: TextInput('line', { maxLength: OPTION_NAME_LENGTH_MAX }),
    values: Type.Array(TextInput('line', { maxLength: OPTION_VALUE_LENGTH_MAX }), {
      minItems: 1,
      maxItems: VALUES_PER_OPTION_MAX,
      uniqueItems: true,
    }),
  }),
  { minItems: 1, maxItems: OPTIONS_MAX, description: 'In what its variants differ' },
)

const CreateBody = Body({ name: Name, description: Description, options: Options, ...SHOWN_INPUT })
const PatchBody = Body({
  name: Type.Optional(Name),
  description: Type.Optional(Description),
  options: Type.Optional(Options),
  version: Type.Optional(SeenVersion),
  ...SHOWN_INPUT,
})
export type GroupBody = Static<typeof PatchBody>

const {
  group_id: _,
  option_values: __,
  categories: ___,
  attributes: ____,
  slug: _____,
  ...VARIANT_DETAILS
} = DETAILS_INPUT
const VariantBody = Body({
  name: Type.Optional({
    ...Name,
    description: 'Made from the name of the group and the values if it is absent',
  }),
  option_values: Type.Array(TextInput('line', { maxLength: OPTION_VALUE_LENGTH_MAX }), {
    minItems: 1,
    maxItems: OPTIONS_MAX,
    description: 'One value of each option, in the order of the options',
  }),
  price: MoneyInput,
  stock: IntegerInput({ minimum: 0, maximum: STOCK_MAX }),
  ...VARIANT_DETAILS,
})

const GROUP_PROBLEMS = [
  ...CHANGE_PROBLEMS,
  'slug_taken',
  'category_unknown',
  'media_unknown',
  'not_a_draft',
] as const
const EDIT_PROBLEMS = [
  ...GROUP_PROBLEMS,
  'group_not_found',
  'group_conflict',
  'group_precondition_failed',
  'option_in_use',
  'version_contradiction',
  'version_required',
] as const
export const createGroupOperation = operation({
  operationId: 'createGroup',
  summary: 'Add a group of variants, without variants yet',
  access: 'admin',
  body: CreateBody,
  response: { 201: GroupView },
  problems: GROUP_PROBLEMS,
})

export const patchGroupOperation = operation({
  operationId: 'patchGroup',
  summary: 'Change some fields of a group (RFC 7396 merge patch)',
  access: 'admin',
  params: GroupParams,
  headers: IfMatchHeaders,
  body: PatchBody,
  response: { 200: GroupView },
  problems: EDIT_PROBLEMS,
})

export const deleteGroupOperation = operation({
  operationId: 'deleteGroup',
  summary: 'Remove a group and its variants from the catalogue',
  access: 'admin',
  params: GroupParams,
  querystring: VersionQuery,
  headers: IfMatchHeaders,
  response: { 204: Type.Null() },
  problems: EDIT_PROBLEMS,
})

export const createVariantsOperation = operation({
  operationId: 'createVariants',
  summary: 'Add variants to a group: all of them or none',
  access: 'admin',
  params: GroupParams,
  body: Body({ variants: Type.Array(VariantBody, { minItems: 1, maxItems: VARIANTS_AT_ONCE_MAX }) }),
  response: { 201: Type.Object({ items: Type.Array(ProductView) }) },
  problems: CREATE_PROBLEMS,
})
