/** The operations that read products for admins. */
import { ADMIN_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { PageOf, PageQuery } from '@shop/service_kit/http/paging'
import { Id } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { ANY_STATUSES } from '../domain/any_products.ts'
import { SKU_LENGTH_MAX } from '../domain/details.ts'
import { STOCK_MAX } from '../domain/product.ts'
import { QUERY_LENGTH_MAX, QUERY_WORDS_MAX } from '../domain/search.ts'
import { SORTS } from '../domain/sorts.ts'
import { PROBLEMS } from './problems.ts'
import { ProductParams, ProductView } from './product_views.ts'

const operation = operationsOf(PROBLEMS, 'products')

export const listAnyProductsOperation = operation({
  operationId: 'listAnyProducts',
  summary: 'Products that were not removed, drafts too; all conditions hold',
  description:
    'A page may have fewer products than its limit, even none, and still be followed by another: reading many products for a few ' +
    'is stopped, and goes on with the next page.',
  access: 'admin',
  querystring: Type.Object(
    {
      ...PageQuery,
      q: Type.Optional(
        Type.String({
          maxLength: QUERY_LENGTH_MAX,
          description: `Each word is a part of name or SKU; the first ${QUERY_WORDS_MAX} count`,
        }),
      ),
      status: Type.Optional(
        Type.Enum([...ANY_STATUSES], {
          description:
            'On sale; drafts, and variants of drafts; or drafts with a time of their own when they will be published',
        }),
      ),
      sku: Type.Optional(Type.String({ maxLength: SKU_LENGTH_MAX, description: 'Exactly this one' })),
      group_id: Type.Optional({ ...Id, description: 'The variants of a group' }),
      category: Type.Optional({
        ...Id,
        description: 'It or one below it is a category of the product or its group',
      }),
      stock_min: Type.Optional(
        Type.Integer({ minimum: 0, maximum: STOCK_MAX, description: 'At least so many units in stock' }),
      ),
      stock_max: Type.Optional(
        Type.Integer({ minimum: 0, maximum: STOCK_MAX, description: 'At most so many units in stock' }),
      ),
      reduced: Type.Optional(Type.Boolean({ description: 'true: only those with a price of before' })),
      sort: Type.Optional(
        Type.Enum([...SORTS], { description: 'Another order than `newest` needs `status=published`' }),
      ),
    },
    { additionalProperties: false },
  ),
  response: { 200: PageOf(ProductView) },
  problems: [...ADMIN_PROBLEMS, 'validation_failed', 'malformed_cursor', 'overloaded', 'store_unavailable'],
})

export const getAnyProductOperation = operation({
  operationId: 'getAnyProduct',
  summary: 'One product, also a draft',
  access: 'admin',
  params: ProductParams,
  response: { 200: ProductView },
  problems: [...ADMIN_PROBLEMS, 'validation_failed', 'product_not_found', 'store_unavailable'],
})
