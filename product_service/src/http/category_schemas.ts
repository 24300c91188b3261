/** The operations on categories. */
import { operationsOf } from '@shop/service_kit/http/operation'
import { Body, Id, IfMatchHeaders, IfNoneMatchHeaders } from '@shop/service_kit/http/schemas'
import { TextInput } from '@shop/service_kit/http/text'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import {
  CATEGORIES_MAX,
  CATEGORY_DEPTH_MAX,
  CATEGORY_DESCRIPTION_LENGTH_MAX,
  CATEGORY_NAME_LENGTH_MAX,
} from '../domain/category.ts'
import { CategoryParams, CategoryView } from './category_views.ts'
import { PROBLEMS } from './problems.ts'
import { CHANGE_PROBLEMS, MERGE_PATCH_TYPE, SeenVersion, VersionQuery } from './product_write_schemas.ts'
import { SHOWN_INPUT } from './shown_views.ts'

const operation = operationsOf(PROBLEMS, 'categories')

const Name = TextInput('line', { maxLength: CATEGORY_NAME_LENGTH_MAX })
const FIELDS = {
  slug: SHOWN_INPUT.slug,
  description: Type.Optional(TextInput('prose', { maxLength: CATEGORY_DESCRIPTION_LENGTH_MAX })),
  parent_id: Type.Optional(
    Type.Unsafe<string | null>({
      anyOf: [Id, { type: 'null' }],
      description: 'The category above it; null for the top',
    }),
  ),
  position: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: CATEGORIES_MAX,
      description:
        'Among the categories of its parent, from 0; the last if it is too great, or absent for a new place',
    }),
  ),
}

const CreateBody = Body({ name: Name, ...FIELDS })
const PatchBody = Body({ name: Type.Optional(Name), version: Type.Optional(SeenVersion), ...FIELDS })
export type CategoryBody = Static<typeof PatchBody>

const PLACE_PROBLEMS = [...CHANGE_PROBLEMS, 'slug_taken', 'category_unknown', 'category_too_deep'] as const
const SEEN_PROBLEMS = [
  ...CHANGE_PROBLEMS,
  'category_not_found',
  'category_conflict',
  'category_precondition_failed',
  'version_contradiction',
  'version_required',
] as const

export const listCategoriesOperation = operation({
  operationId: 'listCategories',
  summary: `All categories, up to ${CATEGORIES_MAX} on up to ${CATEGORY_DEPTH_MAX} levels: each before those below it`,
  access: 'public',
  headers: IfNoneMatchHeaders,
  response: {
    200: Type.Object({ items: Type.Array(CategoryView) }),
    304: Type.Null({ description: 'You have it already' }),
  },
  problems: ['store_unavailable'],
})

export const createCategoryOperation = operation({
  operationId: 'createCategory',
  summary: 'Add a category',
  access: 'admin',
  body: CreateBody,
  response: { 201: CategoryView },
  problems: [...PLACE_PROBLEMS, 'categories_full'],
})

export const patchCategoryOperation = operation({
  operationId: 'patchCategory',
  summary: 'Change some fields of a category, or move it with all that is below (RFC 7396 merge patch)',
  access: 'admin',
  consumes: ['application/json', MERGE_PATCH_TYPE],
  params: CategoryParams,
  headers: IfMatchHeaders,
  body: PatchBody,
  response: { 200: CategoryView },
  problems: [...PLACE_PROBLEMS, ...SEEN_PROBLEMS, 'category_below_itself'],
})

export const deleteCategoryOperation = operation({
  operationId: 'deleteCategory',
  summary: 'Remove a category that has none below it; its products stay',
  access: 'admin',
  params: CategoryParams,
  querystring: VersionQuery,
  headers: IfMatchHeaders,
  response: { 204: Type.Null() },
  problems: [...SEEN_PROBLEMS, 'category_not_empty'],
})
