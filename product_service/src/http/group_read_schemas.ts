/** The operations that read groups of variants. */
import { ADMIN_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { PageOf, PageQuery } from '@shop/service_kit/http/paging'
import { IfNoneMatchHeaders } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { OPTION_VALUE_LENGTH_MAX } from '../domain/group.ts'
import { GroupParams, GroupView } from './group_views.ts'
import { PROBLEMS } from './problems.ts'
import { ProductView } from './product_views.ts'

const operation = operationsOf(PROBLEMS, 'groups')

const READ_PROBLEMS = ['validation_failed', 'group_not_found', 'store_unavailable'] as const

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
