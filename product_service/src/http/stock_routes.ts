/** Changing stock by an amount, and reading the ledger: for admins. */
import { createHash } from 'node:crypto'
import type { App } from '@shop/service_kit/http/app'
import {
  type CursorList,
  decodeCursor,
  encodeCursor,
  PAGE_LIMIT_DEFAULT,
  PageOf,
  PageQuery,
} from '@shop/service_kit/http/paging'
import { IdempotencyHeaders, problemResponses } from '@shop/service_kit/http/schemas'
import { principalOf } from '@shop/service_kit/identity/access'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import Type from 'typebox'
import { DomainError } from '../domain/errors.ts'
import type { Stock } from '../domain/ports.ts'
import { STOCK_MAX } from '../domain/product.ts'
import { invalidField, readInteger } from './inputs.ts'
import { PROBLEMS } from './problems.ts'
import { AdjustBody, ProductParams } from './product_schemas.ts'
import { MovementView, movementView } from './product_views.ts'

export type StockRoutesDeps = {
  readonly stock: Stock
  readonly runtime: Pick<Runtime, 'now'>
  readonly reached: (place: string) => void
}

const tags = ['stock']
const ADMIN = ['unauthenticated', 'forbidden', 'keys_unavailable', 'validation_failed'] as const

/** Tells another request under the same key apart: the same product, delta and reason give the same text. */
const fingerprintOf = (productId: string, delta: number, reason: string): string =>
  createHash('sha256')
    .update(JSON.stringify([productId, delta, reason]))
    .digest('base64url')

const movementsOf = (productId: string): CursorList => ({
  name: `stock movements of ${productId}`,
  key: [{ max: Number.MAX_SAFE_INTEGER }],
})

export function stockRoutes({ stock, runtime, reached }: StockRoutesDeps) {
  return async (scope: App) => {
    scope.post(
      '/products/:id/stock_adjustments',
      {
        config: { access: 'admin' },
        schema: {
          tags,
          summary: 'Add units, or take them (negative delta), whatever the stock is now',
          operationId: 'adjustStock',
          params: ProductParams,
          headers: IdempotencyHeaders,
          body: AdjustBody,
          response: {
            201: MovementView,
            ...problemResponses(
              PROBLEMS,
              ...ADMIN,
              'malformed_body',
              'product_not_found',
              'insufficient_stock',
              'stock_limit_exceeded',
              'idempotency_key_reused',
              'store_unavailable',
              'overloaded',
            ),
          },
        },
      },
      async (request, reply) => {
        const { id } = request.params
        const delta = readInteger(request.body.delta, -STOCK_MAX, STOCK_MAX, '/delta')
        if (delta === 0) throw invalidField('/delta', 'must not be 0')
        const note = request.body.reason.toWellFormed()
        const key = request.headers['idempotency-key']
        const attempt = key === undefined ? undefined : { key, fingerprint: fingerprintOf(id, delta, note) }
        const act = { by: principalOf(request).userId, at: runtime.now().toISOString() }
        const { movement, replayed } = await stock.adjust({ productId: id, delta, note, attempt }, act)
        reached('adjustment_committed')
        if (replayed) reply.header('idempotent-replayed', 'true')
        reply.code(201)
        return movementView(movement)
      },
    )

    scope.get(
      '/products/:id/stock_movements',
      {
        config: { access: 'admin' },
        schema: {
          tags,
          summary: 'The ledger of a product, newest first, also after it left the catalogue',
          operationId: 'listStockMovements',
          params: ProductParams,
          querystring: Type.Object(PageQuery, { additionalProperties: false }),
          response: {
            200: PageOf(MovementView),
            ...problemResponses(PROBLEMS, ...ADMIN, 'malformed_cursor', 'product_not_found'),
          },
        },
      },
      async (request) => {
        const { limit = PAGE_LIMIT_DEFAULT, cursor } = request.query
        const { id } = request.params
        const after = decodeCursor(cursor, movementsOf(id))
        const page = await stock.movements(id, { after, limit })
        if (!page) throw new DomainError('product_not_found', 'There never was a product of this id.')
        return {
          items: page.items.map(movementView),
          next_cursor: page.next === undefined ? null : encodeCursor(page.next, movementsOf(id)),
        }
      },
    )
  }
}
