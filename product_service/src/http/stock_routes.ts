/** Stock adjustments and the ledger, for admins. */
import { createHash } from 'node:crypto'
import type { App } from '@shop/service_kit/http/app_types'
import {
  type CursorList,
  decodeCursor,
  encodeCursor,
  PAGE_LIMIT_DEFAULT,
} from '@shop/service_kit/http/paging'
import { principalOf } from '@shop/service_kit/identity/access'
import { invalidField } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { DomainError } from '../domain/errors.ts'
import type { Stock } from '../domain/ports.ts'
import { STOCK_MAX } from '../domain/product.ts'
import { readInteger } from './inputs.ts'
import { adjustStockOperation, listStockMovementsOperation, movementView } from './stock_schemas.ts'

export type StockRoutesDeps = {
  readonly stock: Stock
  readonly runtime: Pick<Runtime, 'now'>
  readonly reached: (place: string) => void
}

/** Equal for the same product, delta and reason: it detects a different request under the same key. */
const fingerprintOf = (productId: string, delta: number, reason: string): string =>
  createHash('sha256')
    .update(JSON.stringify([productId, delta, reason]))
    .digest('base64url')

const movementsOf = (productId: string): CursorList => ({
  name: `stock movements of ${productId}`,
  key: [{ max: Number.MAX_SAFE_INTEGER }],
})

export function stockRoutes({ stock, runtime, reached }: StockRoutesDeps) {
  return async (app: App) => {
    app.post('/products/:id/stock_adjustments', adjustStockOperation, async (request, reply) => {
      const { id } = request.params
      const delta = readInteger(request.body.delta, -STOCK_MAX, STOCK_MAX, '/delta')
      if (delta === 0) throw invalidField('/delta', 'must not be 0')
      const note = request.body.reason.toWellFormed()
      const key = request.headers['idempotency-key']
      const attempt = key === undefined ? undefined : { key, fingerprint: fingerprintOf(id, delta, note) }
      const stamp = { by: principalOf(request).userId, at: runtime.now().toISOString() }
      const { movement, replayed } = await stock.adjust({ productId: id, delta, note, attempt }, stamp)
      reached('adjustment_committed')
      if (replayed) reply.header('idempotent-replayed', 'true')
      reply.code(201)
      return movementView(movement)
    })

    app.get('/products/:id/stock_movements', listStockMovementsOperation, async (request) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor } = request.query
      const { id } = request.params
      const after = decodeCursor(cursor, movementsOf(id))
      const page = await stock.movements(id, { after, limit })
      if (!page) throw new DomainError('product_not_found', 'There never was a product of this id.')
      return {
        items: page.items.map(movementView),
        next_cursor: page.next === undefined ? null : encodeCursor(page.next, movementsOf(id)),
      }
    })
  }
}
