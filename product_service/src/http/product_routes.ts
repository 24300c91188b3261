/**
 * The catalogue. Reads are public; changes need an admin and follow the rules of versions (domain/product.ts).
 *
 * The two hot reads send text they make themselves and remember it while nothing changes (answer_memory.ts).
 */
import { principalOf } from '@shop/service_kit/access'
import type { App } from '@shop/service_kit/http_app'
import { decodeCursor, encodeCursor, PAGE_LIMIT_DEFAULT, PageOf, PageQuery } from '@shop/service_kit/paging'
import { problemResponses } from '@shop/service_kit/schemas'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { DomainError } from '../domain/errors.ts'
import { type Catalogue, SORTS, type Sort } from '../domain/ports.ts'
import { PRICE_MINOR_MAX, type Product, type ProductFields, STOCK_MAX } from '../domain/product.ts'
import { QUERY_LENGTH_MAX, QUERY_WORDS_MAX, searchWords } from '../domain/search.ts'
import { createAnswerMemory } from './answer_memory.ts'
import { readInteger, readPrice } from './inputs.ts'
import { alreadySeen, etagOf, seenBy } from './preconditions.ts'
import { PROBLEMS } from './problems.ts'
import {
  CreateBody,
  IfMatchHeaders,
  IfNoneMatchHeaders,
  PatchBody,
  ProductParams,
  ProductView,
  ReplaceBody,
  VersionQuery,
} from './product_schemas.ts'
import { type Prices, productView, showCurrent } from './product_views.ts'

export type ProductRoutesDeps = {
  readonly catalogue: Catalogue
  readonly prices: Prices
  readonly requireVersion: boolean
  readonly now: () => Date
  readonly newId: () => string
}

const JSON_TYPE = 'application/json; charset=utf-8'
const MERGE_PATCH_TYPE = 'application/merge-patch+json'
const tags = ['products']
const ADMIN = ['unauthenticated', 'forbidden', 'keys_unavailable'] as const
const WRITE = [...ADMIN, 'validation_failed', 'malformed_body', 'store_unavailable', 'overloaded'] as const
const EDIT = [
  ...WRITE,
  'product_not_found',
  'version_conflict',
  'precondition_failed',
  'version_contradiction',
  'version_required',
] as const

const ListQuery = Type.Object({
  ...PageQuery,
  q: Type.Optional(
    Type.String({
      maxLength: QUERY_LENGTH_MAX,
      description: `Words that must all begin a word of name or description; the first ${QUERY_WORDS_MAX} count`,
    }),
  ),
  sort: Type.Optional(Type.Enum([...SORTS], { default: 'newest' })),
  in_stock: Type.Optional(Type.Boolean({ description: 'true: only what can be bought now' })),
})

const CURSOR_SHAPES: Readonly<Record<Sort, readonly ('string' | 'number')[]>> = {
  newest: ['string'],
  price: ['number', 'string'],
  '-price': ['number', 'string'],
  name: ['string', 'string'],
}

export function productReads({ catalogue, prices }: ProductRoutesDeps) {
  const memory = createAnswerMemory<{ text: string; version: number }>(catalogue.revision)
  const textOf = (product: Product) => JSON.stringify(productView(product, prices))
  return async (scope: App) => {
    scope.get(
      '/products',
      {
        config: { access: 'public' },
        schema: {
          tags,
          summary: 'The catalogue, page by page',
          operationId: 'listProducts',
          querystring: ListQuery,
          response: {
            200: PageOf(ProductView),
            ...problemResponses(PROBLEMS, 'validation_failed', 'malformed_cursor'),
          },
        },
      },
      async (request, reply) => {
        const { q, sort = 'newest', in_stock = false, limit = PAGE_LIMIT_DEFAULT, cursor } = request.query
        reply.type(JSON_TYPE)
        const words = q === undefined ? [] : searchWords(q).slice(0, QUERY_WORDS_MAX)
        // A query without a single letter or digit (such as "-") finds nothing, rather than everything.
        if (q !== undefined && q.trim() !== '' && words.length === 0) return EMPTY_PAGE
        const after = cursor === undefined ? undefined : decodeCursor(cursor, CURSOR_SHAPES[sort])
        const page = await memory.recall(request.url, async () => {
          const { items, next } = await catalogue.list({ sort, words, inStock: in_stock, after, limit })
          const cursorText = next === undefined ? 'null' : `"${encodeCursor(next)}"`
          return { text: `{"items":[${items.map(textOf).join()}],"next_cursor":${cursorText}}`, version: 0 }
        })
        return page.text as never
      },
    )

    scope.get(
      '/products/:id',
      {
        config: { access: 'public' },
        schema: {
          tags,
          summary: 'One product; its ETag is its version',
          operationId: 'getProduct',
          params: ProductParams,
          headers: IfNoneMatchHeaders,
          response: {
            200: ProductView,
            304: Type.Null({ description: 'You have it already' }),
            ...problemResponses(PROBLEMS, 'validation_failed', 'product_not_found'),
          },
        },
      },
      async (request, reply) => {
        const { id } = request.params
        const { text, version } = await memory.recall(id, async () => {
          const product = await catalogue.find(id)
          if (!product) throw new DomainError('product_not_found', 'There is no product of this id.')
          return { text: textOf(product), version: product.version }
        })
        reply.header('etag', etagOf(version))
        if (alreadySeen(request.headers['if-none-match'], version))
          return reply.code(304).send(undefined as never)
        reply.type(JSON_TYPE)
        return text as never
      },
    )
  }
}

const EMPTY_PAGE = '{"items":[],"next_cursor":null}' as never

export function productWrites({ catalogue, prices, requireVersion, now, newId }: ProductRoutesDeps) {
  const fieldsOf = (body: PatchBody): Partial<ProductFields> => ({
    // SQLite keeps UTF-8, which has no lone surrogates: what is answered must be what is stored.
    ...(body.name === undefined ? {} : { name: body.name.toWellFormed() }),
    ...(body.description === undefined ? {} : { description: body.description.toWellFormed() }),
    ...(body.price === undefined
      ? {}
      : { priceMinor: readPrice(body.price, prices.digits, PRICE_MINOR_MAX, '/price') }),
    ...(body.stock === undefined ? {} : { stock: readInteger(body.stock, 0, STOCK_MAX, '/stock') }),
  })

  const actOf = (request: FastifyRequest) => ({
    by: principalOf(request).userId,
    at: now().toISOString(),
  })

  const edit = async (
    request: FastifyRequest & {
      params: { id: string }
      body: PatchBody
      headers: { 'if-match'?: string | undefined }
    },
    reply: FastifyReply,
  ) => {
    const { id } = request.params
    const seen = seenBy(request.headers['if-match'], request.body.version, requireVersion)
    const product = await catalogue
      .edit(id, fieldsOf(request.body), seen, actOf(request))
      .catch(showCurrent(prices))
    reply.header('etag', etagOf(product.version))
    return productView(product, prices)
  }

  return async (scope: App) => {
    scope.post(
      '/products',
      {
        config: { access: 'admin' },
        schema: {
          tags,
          summary: 'Add a product',
          operationId: 'createProduct',
          body: CreateBody,
          response: { 201: ProductView, ...problemResponses(PROBLEMS, ...WRITE) },
        },
      },
      async (request, reply) => {
        const fields = fieldsOf(request.body) as ProductFields
        const product = await catalogue.create({ id: newId(), fields }, actOf(request))
        reply.code(201).headers({ location: `/products/${product.id}`, etag: etagOf(product.version) })
        return productView(product, prices)
      },
    )

    scope.put(
      '/products/:id',
      {
        config: { access: 'admin' },
        schema: {
          tags,
          summary: 'Replace name, description and price; without stock the stock stays',
          operationId: 'replaceProduct',
          params: ProductParams,
          headers: IfMatchHeaders,
          body: ReplaceBody,
          response: { 200: ProductView, ...problemResponses(PROBLEMS, ...EDIT) },
        },
      },
      edit,
    )

    scope.register(async (patchScope: App) => {
      patchScope.addContentTypeParser(
        MERGE_PATCH_TYPE,
        { parseAs: 'string' },
        patchScope.getDefaultJsonParser('error', 'error'),
      )
      patchScope.patch(
        '/products/:id',
        {
          config: { access: 'admin' },
          schema: {
            tags,
            summary: 'Change some fields (RFC 7396 merge patch; no field can be removed)',
            operationId: 'patchProduct',
            consumes: ['application/json', MERGE_PATCH_TYPE],
            params: ProductParams,
            headers: IfMatchHeaders,
            body: PatchBody,
            response: { 200: ProductView, ...problemResponses(PROBLEMS, ...EDIT) },
          },
        },
        edit,
      )
    })

    scope.delete(
      '/products/:id',
      {
        config: { access: 'admin' },
        schema: {
          tags,
          summary: 'Take a product out of the catalogue; orders keep their copy of name and price',
          operationId: 'deleteProduct',
          params: ProductParams,
          querystring: VersionQuery,
          headers: IfMatchHeaders,
          response: { 204: Type.Null(), ...problemResponses(PROBLEMS, ...EDIT) },
        },
      },
      async (request, reply) => {
        const seen = seenBy(request.headers['if-match'], request.query.version, requireVersion)
        await catalogue.remove(request.params.id, seen, actOf(request)).catch(showCurrent(prices))
        return reply.code(204).send(null)
      },
    )
  }
}
