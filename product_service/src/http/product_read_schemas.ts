/** The operations that read the catalogue. */
import { operationsOf } from '@shop/service_kit/http/operation'
import { PageOf, PageQuery } from '@shop/service_kit/http/paging'
import { Id, IfNoneMatchHeaders } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { SLUG_LENGTH_MAX } from '../domain/details.ts'
import { IDS_MAX } from '../domain/ports.ts'
import { QUERY_LENGTH_MAX, QUERY_WORDS_MAX } from '../domain/search.ts'
import { SEARCH_SORTS } from '../domain/sorts.ts'
import { PROBLEMS } from './problems.ts'
import { Currency, CurrencyDigits, ProductParams, ProductView } from './product_views.ts'

const operation = operationsOf(PROBLEMS, 'products')

const Unchanged = Type.Null({ description: 'You have it already' })

const ListQuery = Type.Object(
  {
    ...PageQuery,
    q: Type.Optional(
      Type.String({
        maxLength: QUERY_LENGTH_MAX,
        description: `Each word must begin a word of name or description, or be another form of one; the first ${QUERY_WORDS_MAX} count`,
      }),
    ),
    sort: Type.Optional(
      Type.Enum([...SEARCH_SORTS], {
        description: 'By default `relevance` (names before descriptions) with `q`, and `newest` without',
      }),
    ),
    ids: Type.Optional(
      Type.String({
        maxLength: IDS_MAX * 37,
        description: `Only these products, in this order: up to ${IDS_MAX} ids, separated by commas; no other parameter`,
      }),
    ),
    in_stock: Type.Optional(Type.Boolean({ description: 'true: only products in stock' })),
  },
  { additionalProperties: false },
)

const CataloguePage = Type.Object({
  ...PageOf(ProductView).properties,
  searched_for: Type.Optional(
    Type.String({
      description:
        'The corrected words that found these products, if `q` found nothing: one or two typing errors away',
    }),
  ),
})

export const getCurrencyOperation = operation({
  operationId: 'getCurrency',
  summary: 'The currency of all prices',
  access: 'public',
  response: { 200: Type.Object({ currency: Currency, currency_digits: CurrencyDigits }) },
  problems: ['store_unavailable'],
})

export const listProductsOperation = operation({
  operationId: 'listProducts',
  summary: 'The catalogue, page by page',
  access: 'public',
  querystring: ListQuery,
  headers: IfNoneMatchHeaders,
  response: { 200: CataloguePage, 304: Unchanged },
  problems: ['validation_failed', 'malformed_cursor', 'overloaded', 'store_unavailable'],
})

export const getProductOperation = operation({
  operationId: 'getProduct',
  summary: 'One product; its ETag is its version',
  access: 'public',
  params: ProductParams,
  headers: IfNoneMatchHeaders,
  response: { 200: ProductView, 304: Unchanged },
  problems: ['validation_failed', 'product_not_found'],
})

export const getSlugOperation = operation({
  operationId: 'getSlug',
  summary: 'What is at an address of the shop, also at one from before it was renamed',
  access: 'public',
  params: Type.Object({ slug: Type.String({ maxLength: SLUG_LENGTH_MAX }) }),
  response: {
    200: Type.Object({
      kind: Type.Enum(['product', 'group', 'category']),
      id: Id,
      slug: Type.String({ description: 'Its address now' }),
    }),
  },
  problems: ['validation_failed', 'product_not_found', 'store_unavailable'],
})
