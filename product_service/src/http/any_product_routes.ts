/**
 * All products that were not removed, drafts too: for admins. Searches that read many products are made one at a time, and a few
 * wait, so that they take little from those who buy.
 */
import type { App } from '@shop/service_kit/http/app_types'
import { etagOf } from '@shop/service_kit/http/etags'
import { decodeCursor, encodeCursor, PAGE_LIMIT_DEFAULT } from '@shop/service_kit/http/paging'
import { createConcurrencyLimiter } from '@shop/service_kit/runtime/concurrency_limiter'
import { invalidField } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { type AnyProducts, anyWords, isNarrowed } from '../domain/any_products.ts'
import type { Categories } from '../domain/category_ports.ts'
import { DomainError } from '../domain/errors.ts'
import type { Catalogue } from '../domain/ports.ts'
import { getAnyProductOperation, listAnyProductsOperation } from './any_product_schemas.ts'
import { cursorsBy } from './list_cursors.ts'
import { type Prices, productView } from './product_views.ts'

export type AnyProductRoutesDeps = {
  readonly catalogue: Pick<Catalogue, 'listAny' | 'findAny'>
  readonly categories: Pick<Categories, 'tree'>
  readonly prices: Prices
  readonly runtime: Pick<Runtime, 'after' | 'monotonic'>
}

export const SEARCHES_WAITING_MAX = 8
const WAIT_MS = 5_000

export function anyProductRoutes({ catalogue, categories, prices, runtime }: AnyProductRoutesDeps) {
  const limiter = createConcurrencyLimiter({
    ...{ runtime, what: 'searches of admins', concurrency: 1 },
    ...{ queueMax: SEARCHES_WAITING_MAX, waitMs: WAIT_MS },
  })
  /** The category and those below it. */
  const withBelow = async (id: string) =>
    (await categories.tree()).categories.filter(({ path }) => path.includes(id)).map((each) => each.id)

  return async (app: App) => {
    app.get('/products/any', listAnyProductsOperation, async (request) => {
      const {
        q = '',
        status,
        sku,
        group_id,
        category,
        stock_min,
        stock_max,
        reduced,
        sort = 'newest',
      } = request.query
      const { limit = PAGE_LIMIT_DEFAULT, cursor } = request.query
      if (sort !== 'newest' && (status !== 'published' || sku !== undefined || group_id !== undefined))
        throw invalidField('/sort', 'needs status=published, and neither sku nor group_id', 'querystring')
      const cursors = cursorsBy('any products', sort, [])
      const after = decodeCursor(cursor, cursors)
      const words = anyWords(q)
      // A query without any letter finds nothing instead of everything.
      if (q.trim() !== '' && words.length === 0) return { items: [], next_cursor: null }
      const which: AnyProducts = {
        ...{ words, sort },
        ...(status === undefined ? {} : { status }),
        ...(sku === undefined ? {} : { sku }),
        ...(group_id === undefined ? {} : { groupId: group_id }),
        ...(category === undefined ? {} : { categories: await withBelow(category) }),
        ...(stock_min === undefined ? {} : { stockMin: stock_min }),
        ...(stock_max === undefined ? {} : { stockMax: stock_max }),
        ...(reduced ? { reduced } : {}),
      }
      const list = () => catalogue.listAny(which, { after, limit })
      const { items, next } = await (isNarrowed(which) ? limiter.run(list) : list())
      return {
        items: items.map((product) => productView(product, prices)),
        next_cursor: next === undefined ? null : encodeCursor(next, cursors),
      }
    })

    app.get('/products/any/:id', getAnyProductOperation, async (request, reply) => {
      const product = await catalogue.findAny(request.params.id)
      if (!product) throw new DomainError('product_not_found', 'There is no product of this id.')
      reply.header('etag', etagOf(product.version))
      return productView(product, prices)
    })
  }
}
