/**
 * Public reads of the catalogue. Responses are made as JSON text and cached until the store changes (cached_answers.ts).
 */
import type { App } from '@shop/service_kit/http/app_types'
import { etagOf } from '@shop/service_kit/http/etags'
import { decodeCursor, encodeCursor, PAGE_LIMIT_DEFAULT } from '@shop/service_kit/http/paging'
import { invalidField } from '@shop/service_kit/runtime/problem'
import type { Categories } from '../domain/category_ports.ts'
import { DomainError } from '../domain/errors.ts'
import type { Groups } from '../domain/group_ports.ts'
import { orderOf } from '../domain/pages.ts'
import { type Catalogue, IDS_MAX } from '../domain/ports.ts'
import type { Product } from '../domain/product.ts'
import { QUERY_WORDS_MAX, queryWords } from '../domain/search.ts'
import { cachedAnswers, send, withEtag } from './cached_answers.ts'
import { cursorsBy } from './list_cursors.ts'
import {
  getCurrencyOperation,
  getProductOperation,
  getSlugOperation,
  listProductsOperation,
} from './product_read_schemas.ts'
import { type Prices, productView } from './product_views.ts'

export type ProductReadRoutesDeps = {
  readonly catalogue: Catalogue
  readonly groups: Groups
  readonly categories: Pick<Categories, 'tree'>
  readonly prices: Prices
}

export function productReadRoutes({ catalogue, groups, categories, prices }: ProductReadRoutesDeps) {
  const answers = cachedAnswers(catalogue.revision)
  const textOf = (product: Product) => JSON.stringify(productView(product, prices))
  const groupAt = async (id: string) => {
    const group = await groups.find(id)
    return group?.draft === false && group.slug !== null
      ? { kind: 'group' as const, id, slug: group.slug }
      : undefined
  }

  const categoryAt = async (id: string) => {
    const category = (await categories.tree()).categories.find((each) => each.id === id)
    return category && { kind: 'category' as const, id, slug: category.slug }
  }

  /** A product that has become a variant is found at the address of its group. */
  const productAt = async (id: string) => {
    const product = await catalogue.find(id)
    if (!product) return undefined
    const { slug, groupId } = product.details
    if (groupId !== null) return groupAt(groupId)
    return slug === null ? undefined : { kind: 'product' as const, id, slug }
  }

  const at = { product: productAt, group: groupAt, category: categoryAt }

  return async (app: App) => {
    app.get('/products/currency', getCurrencyOperation, () => ({
      currency: prices.currency,
      currency_digits: prices.digits(),
    }))

    app.get('/products', listProductsOperation, async (request, reply) => {
      const { q, ids, in_stock = false, limit = PAGE_LIMIT_DEFAULT, cursor } = request.query
      if (ids !== undefined) {
        if (q !== undefined || request.query.sort || in_stock || cursor) {
          throw invalidField('/ids', 'must be the only parameter', 'querystring')
        }
        return answers(request, reply, request.url, async () => {
          const items = await catalogue.findMany(readIds(ids))
          return withEtag(`{"items":[${items.map(textOf).join()}],"next_cursor":null}`)
        })
      }
      const words = q === undefined ? [] : queryWords(q).slice(0, QUERY_WORDS_MAX)
      const sort = orderOf({ sort: request.query.sort ?? 'relevance', words })
      const cursors = cursorsBy('products', sort, words)
      const after = decodeCursor(cursor, cursors)
      // A query without any letter or digit (such as "-") finds nothing instead of everything.
      if (q !== undefined && q.trim() !== '' && words.length === 0) {
        return send(request, reply, EMPTY_PAGE)
      }
      return answers(request, reply, request.url, async () => {
        const { items, next, searchedFor, behind } = await catalogue.list({
          ...{ sort, words, after, limit },
          inStock: in_stock,
        })
        const cursorText = next === undefined ? 'null' : `"${encodeCursor(next, cursors)}"`
        const correction = searchedFor ? `,"searched_for":${JSON.stringify(searchedFor.join(' '))}` : ''
        const text = `{"items":[${items.map(textOf).join()}],"next_cursor":${cursorText}${correction}}`
        return withEtag(text, behind)
      })
    })

    app.get('/slugs/:slug', getSlugOperation, async (request) => {
      const owner = await catalogue.slugOwner(request.params.slug)
      const found = owner && (await at[owner.kind](owner.id))
      if (!found) throw new DomainError('product_not_found', 'There is nothing at this address.')
      return found
    })

    app.get('/products/:id', getProductOperation, (request, reply) => {
      const { id } = request.params
      return answers(request, reply, id, async () => {
        const product = await catalogue.find(id)
        if (!product) throw new DomainError('product_not_found', 'There is no product of this id.')
        return { text: textOf(product), etag: etagOf(product.version) }
      })
    })
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

function readIds(text: string): readonly string[] {
  const ids = [...new Set(text.toLowerCase().split(','))]
  if (ids.length > IDS_MAX) throw invalidField('/ids', `must be at most ${IDS_MAX} ids`, 'querystring')
  if (!ids.every((id) => UUID.test(id)))
    throw invalidField('/ids', 'must be ids, separated by commas', 'querystring')
  return ids
}

const EMPTY_PAGE = withEtag('{"items":[],"next_cursor":null}')
