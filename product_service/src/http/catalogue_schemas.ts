/** The lists of the shop: groups, and products without a group, with filters and counts. */
import { operationsOf } from '@shop/service_kit/http/operation'
import { PageOf, PageQuery } from '@shop/service_kit/http/paging'
import { Id, IfNoneMatchHeaders, NullableString } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { ATTRIBUTE_NAME_LENGTH_MAX, ATTRIBUTE_VALUE_LENGTH_MAX } from '../domain/details.ts'
import { CHOICES_MAX, COUNT_MAX, FACET_VALUES_MAX, FACETS_MAX } from '../domain/listings.ts'
import { QUERY_LENGTH_MAX } from '../domain/search.ts'
import { SEARCH_SORTS } from '../domain/sorts.ts'
import { GroupView } from './group_views.ts'
import { PROBLEMS } from './problems.ts'
import { ProductView } from './product_views.ts'

const operation = operationsOf(PROBLEMS, 'products')

/** As texts of amounts: more digits than any amount has. */
const PRICE_LENGTH_MAX = 20
const CHOICE_LENGTH_MAX = ATTRIBUTE_NAME_LENGTH_MAX + 1 + ATTRIBUTE_VALUE_LENGTH_MAX

const FILTER = {
  q: Type.Optional(
    Type.String({
      maxLength: QUERY_LENGTH_MAX,
      description:
        'As of `GET /products`. A group is found by the names and descriptions of its variants, not by its own description; of a frequent word, the newest 100,000 products are found (10,000 on MongoDB)',
    }),
  ),
  category: Type.Optional({ ...Id, description: 'Of this category, or one below it' }),
  in_stock: Type.Optional(Type.Boolean({ description: 'true: only what is in stock' })),
  price_min: Type.Optional(Type.String({ maxLength: PRICE_LENGTH_MAX })),
  price_max: Type.Optional(Type.String({ maxLength: PRICE_LENGTH_MAX })),
  facet: Type.Optional(
    Type.Array(Type.String({ minLength: 3, maxLength: CHOICE_LENGTH_MAX }), {
      maxItems: CHOICES_MAX,
      description:
        'A value of an attribute or option as `Name:value`; may be repeated. Values of one name are alternatives, each name must have one. All filters hold for the same variant.',
    }),
  ),
}

const Count = {
  count: Type.Integer({ minimum: 0, maximum: COUNT_MAX }),
  more: Type.Boolean({
    description: `There are more than ${COUNT_MAX}, or there may be more than \`count\`, because the words match too many products to look at all`,
  }),
}

const Listing = Type.Union([
  Type.Object({ kind: Type.Literal('product'), product: ProductView }),
  Type.Object({ kind: Type.Literal('group'), group: GroupView }),
])

const CataloguePage = Type.Object({
  ...PageOf(Listing).properties,
  total: Type.Object(Count),
  searched_for: Type.Optional(Type.String({ description: 'As of `GET /products`' })),
})

const CatalogueFacets = Type.Object({
  total: Type.Object(Count),
  categories: Type.Array(
    Type.Object({ id: Id, ...Count }, { description: 'With those below it; empty ones are left out' }),
  ),
  facets: Type.Array(
    Type.Object({
      name: Type.String(),
      values: Type.Array(Type.Object({ value: Type.String(), ...Count })),
    }),
    {
      description: `Attributes and options: at most ${FACETS_MAX}, each with its ${FACET_VALUES_MAX} most frequent values. The numbers of a facet disregard what is chosen of it.`,
    },
  ),
  in_stock: Type.Object(Count),
  prices: Type.Object({ min: NullableString(), max: NullableString() }),
  searched_for: Type.Optional(Type.String()),
})

const problems = ['validation_failed', 'malformed_cursor', 'overloaded', 'store_unavailable'] as const
const Unchanged = Type.Null({ description: 'You have it already' })

export const listCatalogueOperation = operation({
  operationId: 'listCatalogue',
  summary: 'What the shop lists: groups of variants, and products without a group',
  access: 'public',
  querystring: Type.Object(
    {
      ...PageQuery,
      ...FILTER,
      sort: Type.Optional(
        Type.Enum([...SEARCH_SORTS], {
          description: 'By default `relevance` with `q`, and `newest` without',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  headers: IfNoneMatchHeaders,
  response: { 200: CataloguePage, 304: Unchanged },
  problems: [...problems],
})

export const getFacetsOperation = operation({
  operationId: 'getFacets',
  summary: 'How many listings of a filter have which category, attribute and option',
  access: 'public',
  querystring: Type.Object(FILTER, { additionalProperties: false }),
  headers: IfNoneMatchHeaders,
  response: { 200: CatalogueFacets, 304: Unchanged },
  problems: ['validation_failed', 'overloaded', 'store_unavailable'],
})
