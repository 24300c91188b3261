/**
 * Public reads of the catalogue. Responses are made as JSON text and cached until the store changes (response_cache.ts).
 */
import { createHash } from 'node:crypto'
import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { etagOf, etagOfText, hasTag } from '@shop/service_kit/http/etags'
import {
  type CursorColumn,
  type CursorList,
  decodeCursor,
  encodeCursor,
  PAGE_LIMIT_DEFAULT,
} from '@shop/service_kit/http/paging'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../domain/errors.ts'
import { orderOf, ranksOf } from '../domain/pages.ts'
import type { Catalogue, SearchSort, Sort } from '../domain/ports.ts'
import { PRICE_MINOR_MAX, type Product } from '../domain/product.ts'
import { QUERY_WORDS_MAX, queryWords } from '../domain/search.ts'
import { getCurrencyOperation, getProductOperation, listProductsOperation } from './product_read_schemas.ts'
import { type Prices, productView } from './product_views.ts'
import { type CacheableResponse, createResponseCache } from './response_cache.ts'

export type ProductReadRoutesDeps = { readonly catalogue: Catalogue; readonly prices: Prices }

type Answer = CacheableResponse & { readonly etag: string }

/**
 * Responses are the same for everyone, so any cache on the way may answer. Price and stock are checked again when an order
 * is placed. The web pages ask the browser for fresh data.
 */
const CACHE_CONTROL = 'public, max-age=5, stale-while-revalidate=30'
const JSON_TYPE = 'application/json; charset=utf-8'
const KEYS: Readonly<Record<Sort, readonly CursorColumn[]>> = {
  newest: ['id'],
  price: [{ max: PRICE_MINOR_MAX }, 'id'],
  '-price': [{ max: PRICE_MINOR_MAX }, 'id'],
  name: ['string', 'id'],
}

/** The words are part of the list's name only for relevance, because only then they affect the order. */
function listBy(sort: SearchSort, words: readonly string[]): CursorList {
  if (sort !== 'relevance') return { name: `products by ${sort}`, key: KEYS[sort] }
  const about = createHash('sha256').update(words.join(' ')).digest('base64url')
  return { name: `products about ${about}`, key: [{ max: ranksOf(words).length - 1 }, 'id'] }
}

export function productReadRoutes({ catalogue, prices }: ProductReadRoutesDeps) {
  const cache = createResponseCache<Answer>(catalogue.revision)
  const textOf = (product: Product) => JSON.stringify(productView(product, prices))
  return async (app: App) => {
    app.get('/products/currency', getCurrencyOperation, () => ({
      currency: prices.currency,
      currency_digits: prices.digits(),
    }))

    app.get('/products', listProductsOperation, async (request, reply) => {
      const { q, in_stock = false, limit = PAGE_LIMIT_DEFAULT, cursor } = request.query
      const words = q === undefined ? [] : queryWords(q).slice(0, QUERY_WORDS_MAX)
      const sort = orderOf({ sort: request.query.sort ?? 'relevance', words })
      const after = decodeCursor(cursor, listBy(sort, words))
      // A query without any letter or digit (such as "-") finds nothing instead of everything.
      if (q !== undefined && q.trim() !== '' && words.length === 0) {
        return send(request, reply, EMPTY_PAGE)
      }
      const page = await cache.getOrCreate(request.url, async () => {
        const { items, next, searchedFor, behind } = await catalogue.list({
          ...{ sort, words, after, limit },
          inStock: in_stock,
        })
        const cursorText = next === undefined ? 'null' : `"${encodeCursor(next, listBy(sort, words))}"`
        const correction = searchedFor ? `,"searched_for":${JSON.stringify(searchedFor.join(' '))}` : ''
        const text = `{"items":[${items.map(textOf).join()}],"next_cursor":${cursorText}${correction}}`
        return withEtag(text, behind)
      })
      return send(request, reply, page)
    })

    app.get('/products/:id', getProductOperation, (request, reply) => {
      const { id } = request.params
      const answer = cache.getOrCreate(id, async () => {
        const product = await catalogue.find(id)
        if (!product) throw new DomainError('product_not_found', 'There is no product of this id.')
        return { text: textOf(product), etag: etagOf(product.version) }
      })
      // A cached response is sent without a promise, which would cost more than the response.
      if (answer instanceof Promise) return answer.then((made) => send(request, reply, made))
      send(request, reply, answer)
    })
  }
}

const withEtag = (text: string, transient = false): Answer => ({ text, etag: etagOfText(text), transient })
const EMPTY_PAGE = withEtag('{"items":[],"next_cursor":null}')

function send(request: FastifyRequest, reply: FastifyReply, { text, etag }: Answer): never {
  reply.header('etag', etag).header('cache-control', CACHE_CONTROL)
  if (hasTag(request.headers['if-none-match'], etag)) return empty(reply, 304)
  return reply.type(JSON_TYPE).send(text) as never
}
