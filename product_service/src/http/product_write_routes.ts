/** Changes of the catalogue, by admins, under the rules of versions (domain/change_product.ts). */

import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { etagOf } from '@shop/service_kit/http/etags'
import { jsonParser } from '@shop/service_kit/http/json_bodies'
import { principalOf } from '@shop/service_kit/identity/access'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Catalogue } from '../domain/ports.ts'
import { PRICE_MINOR_MAX, type ProductFields, STOCK_MAX } from '../domain/product.ts'
import { readDetails } from './details_input.ts'
import { readInteger, readPrice } from './inputs.ts'
import { readSeenVersions } from './preconditions.ts'
import { type Prices, productView } from './product_views.ts'
import {
  createProductOperation,
  deleteProductOperation,
  MERGE_PATCH_TYPE,
  type PatchBody,
  patchProductOperation,
  replaceProductOperation,
} from './product_write_schemas.ts'

export type ProductWriteRoutesDeps = {
  readonly catalogue: Catalogue
  readonly prices: Prices
  readonly requireVersion: boolean
  readonly runtime: Pick<Runtime, 'now' | 'newId'>
}

export function productWriteRoutes({ catalogue, prices, requireVersion, runtime }: ProductWriteRoutesDeps) {
  const fieldsOf = (body: PatchBody): Partial<ProductFields> => ({
    // SQLite stores UTF-8, which has no lone surrogates; the response must equal what is stored.
    ...(body.name === undefined ? {} : { name: body.name.toWellFormed() }),
    ...(body.description === undefined ? {} : { description: body.description.toWellFormed() }),
    ...(body.price === undefined
      ? {}
      : { priceMinor: readPrice(body.price, prices.digits(), PRICE_MINOR_MAX, '/price') }),
    ...(body.stock === undefined ? {} : { stock: readInteger(body.stock, 0, STOCK_MAX, '/stock') }),
    ...detailsOf(body),
  })

  /** Absent if the body has none of them. */
  const detailsOf = (body: PatchBody) => {
    const details = readDetails(body, prices.digits())
    return Object.keys(details).length === 0 ? {} : { details }
  }

  const stampOf = (request: FastifyRequest) => ({
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
    const seen = readSeenVersions(request.headers['if-match'], request.body.version, requireVersion)
    const product = await catalogue.edit(id, fieldsOf(request.body), seen, stampOf(request))
    reply.header('etag', etagOf(product.version))
    return productView(product, prices)
  }

  return async (app: App) => {
    app.post('/products', createProductOperation, async (request, reply) => {
      const fields = fieldsOf(request.body) as ProductFields
      const product = await catalogue.create({ id: runtime.newId(), fields }, stampOf(request))
      reply.code(201).headers({ location: `/products/${product.id}`, etag: etagOf(product.version) })
      return productView(product, prices)
    })

    app.put('/products/:id', replaceProductOperation, edit)

    app.register(async (patchApp: App) => {
      patchApp.addContentTypeParser(MERGE_PATCH_TYPE, { parseAs: 'buffer' }, jsonParser(patchApp))
      patchApp.patch('/products/:id', patchProductOperation, edit)
    })

    app.delete('/products/:id', deleteProductOperation, async (request, reply) => {
      const seen = readSeenVersions(request.headers['if-match'], request.query.version, requireVersion)
      await catalogue.remove(request.params.id, seen, stampOf(request))
      return empty(reply, 204)
    })
  }
}
