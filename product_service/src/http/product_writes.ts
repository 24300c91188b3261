/** Changing the catalogue, which needs an admin and follows the rules of versions (domain/product.ts). */

import type { App } from '@shop/service_kit/http/app'
import { etagOf } from '@shop/service_kit/http/etags'
import { jsonParser } from '@shop/service_kit/http/json_bodies'
import { problemResponses } from '@shop/service_kit/http/schemas'
import { principalOf } from '@shop/service_kit/identity/access'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Catalogue } from '../domain/ports.ts'
import { PRICE_MINOR_MAX, type ProductFields, STOCK_MAX } from '../domain/product.ts'
import { readInteger, readPrice } from './inputs.ts'
import { seenBy } from './preconditions.ts'
import { PROBLEMS } from './problems.ts'
import {
  CreateBody,
  IfMatchHeaders,
  PatchBody,
  ProductParams,
  ReplaceBody,
  VersionQuery,
} from './product_schemas.ts'
import { type Prices, ProductView, productView } from './product_views.ts'

export type ProductWritesDeps = {
  readonly catalogue: Catalogue
  readonly prices: Prices
  readonly requireVersion: boolean
  readonly runtime: Pick<Runtime, 'now' | 'newId'>
}

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

export function productWrites({ catalogue, prices, requireVersion, runtime }: ProductWritesDeps) {
  const fieldsOf = (body: PatchBody): Partial<ProductFields> => ({
    // SQLite keeps UTF-8, which has no lone surrogates: what is answered must be what is stored.
    ...(body.name === undefined ? {} : { name: body.name.toWellFormed() }),
    ...(body.description === undefined ? {} : { description: body.description.toWellFormed() }),
    ...(body.price === undefined
      ? {}
      : { priceMinor: readPrice(body.price, prices.digits(), PRICE_MINOR_MAX, '/price') }),
    ...(body.stock === undefined ? {} : { stock: readInteger(body.stock, 0, STOCK_MAX, '/stock') }),
  })

  const actOf = (request: FastifyRequest) => ({
    by: principalOf(request).userId,
    at: runtime.now().toISOString(),
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
    const product = await catalogue.edit(id, fieldsOf(request.body), seen, actOf(request))
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
        const product = await catalogue.create({ id: runtime.newId(), fields }, actOf(request))
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
      patchScope.addContentTypeParser(MERGE_PATCH_TYPE, { parseAs: 'buffer' }, jsonParser(patchScope))
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
        await catalogue.remove(request.params.id, seen, actOf(request))
        return reply.code(204).send(null)
      },
    )
  }
}
