/** The operations of groups of variants. */
import { ADMIN_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { PageOf, PageQuery } from '@shop/service_kit/http/paging'
import {
  Body,
  IfMatchHeaders,
  IfNoneMatchHeaders,
  IntegerInput,
  MoneyInput,
} from '@shop/service_kit/http/schemas'
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
  'category_not_found',
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
const READ_PROBLEMS = ['validation_failed', 'group_not_found', 'store_unavailable'] as const

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

export const addVariantsOperation = operation({
  operationId: 'addVariants',
  summary: 'Add variants to a group: all of them or none',
  access: 'admin',
  params: GroupParams,
  body: Body({ variants: Type.Array(VariantBody, { minItems: 1, maxItems: VARIANTS_AT_ONCE_MAX }) }),
  response: { 201: Type.Object({ items: Type.Array(ProductView) }) },
  problems: CREATE_PROBLEMS,
})

export const listGroupsOperation = operation({
  operationId: 'listGroups',
  summary: 'All groups, drafts too, newest first',
  access: 'admin',
  querystring: Type.Object(PageQuery, { additionalProperties: false }),
  response: { 200: PageOf(GroupView) },
  problems: [...ADMIN_PROBLEMS, 'validation_failed', 'malformed_cursor', 'store_unavailable'],
})

export const getAnyGroupOperation = operation({
  operationId: 'getAnyGroup',
  summary: 'One group, also a draft',
  access: 'admin',
  params: GroupParams,
  response: { 200: GroupView },
  problems: [...ADMIN_PROBLEMS, ...READ_PROBLEMS],
})

export const getGroupOperation = operation({
  operationId: 'getGroup',
  summary: 'One group of variants that is on sale',
  access: 'public',
  params: GroupParams,
  headers: IfNoneMatchHeaders,
  response: { 200: GroupView, 304: Type.Null({ description: 'You have it already' }) },
  problems: READ_PROBLEMS,
})

export const listVariantsOperation = operation({
  operationId: 'listVariants',
  summary: 'The variants of a group that are on sale, oldest first',
  access: 'public',
  params: GroupParams,
  querystring: Type.Object(PageQuery, { additionalProperties: false }),
  headers: IfNoneMatchHeaders,
  response: { 200: PageOf(ProductView), 304: Type.Null({ description: 'You have it already' }) },
  problems: [...READ_PROBLEMS, 'malformed_cursor'],
})

const Choice = Type.String({ maxLength: OPTION_VALUE_LENGTH_MAX })

export const getChoicesOperation = operation({
  operationId: 'getChoices',
  summary: 'Which values of the options can be chosen beside the values that are chosen already',
  access: 'public',
  params: GroupParams,
  querystring: Type.Object(
    {
      value1: Type.Optional({ ...Choice, description: 'The chosen value of the first option' }),
      value2: Type.Optional(Choice),
      value3: Type.Optional(Choice),
    },
    { additionalProperties: false },
  ),
  headers: IfNoneMatchHeaders,
  response: {
    200: Type.Object({
      options: Type.Array(
        Type.Object({
          name: Type.String(),
          values: Type.Array(
            Type.Object({
              value: Type.String(),
              exists: Type.Boolean({ description: 'A variant on sale has it beside what is chosen' }),
              in_stock: Type.Boolean({ description: 'Such a variant is in stock' }),
            }),
          ),
        }),
      ),
      variant: Type.Unsafe<ProductView | null>({
        anyOf: [ProductView, { type: 'null' }],
        description: 'The variant, when a value of each option is chosen; null if there is none',
      }),
      suggested: Type.Unsafe<ProductView | null>({
        anyOf: [ProductView, { type: 'null' }],
        description: 'A variant that has the chosen values: one in stock, if there is one',
      }),
    }),
    304: Type.Null({ description: 'You have it already' }),
  },
  problems: READ_PROBLEMS,
})
