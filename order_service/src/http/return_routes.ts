/** Returns of orders: asked for by their owners, decided and received by admins (invariant 10). */
import type { App } from '@shop/service_kit/http/app_types'
import {
  type CursorList,
  decodeCursor,
  encodeCursor,
  PAGE_LIMIT_DEFAULT,
} from '@shop/service_kit/http/paging'
import { principalOf } from '@shop/service_kit/identity/access'
import type { OrderTokens } from '@shop/service_kit/identity/order_tokens'
import { DomainError } from '../domain/errors.ts'
import {
  addReturn,
  decideOnReturn,
  type ReturnPorts,
  recordReceipt,
  returnsOf,
} from '../domain/handle_returns.ts'
import { type ReturnState, returnable, returnIn } from '../domain/returns.ts'
import { actorOf, readerOf } from './actor.ts'
import {
  addReceiptOperation,
  addReturnOperation,
  changeReturnOperation,
  listReturnsOfOrderOperation,
  listReturnsOperation,
} from './return_schemas.ts'
import { linesView, receiptView, returnView } from './return_views.ts'

export type ReturnRoutesDeps = {
  readonly ports: ReturnPorts
  readonly orderTokens: OrderTokens
  /** Called after something is owed. */
  readonly onDue: () => void
  readonly currency: string
  readonly digits: () => number
}

const newestFirst: CursorList = { name: 'returns', key: ['id'] }

type LineInput = { readonly product_id: string; readonly quantity: number | string }

/** Fails with `duplicate_lines`. */
function linesOf<Input extends LineInput>(inputs: readonly Input[]) {
  if (new Set(inputs.map(({ product_id }) => product_id)).size < inputs.length)
    throw new DomainError('duplicate_lines', 'Two lines name the same product; add them up.')
  return inputs.map(({ product_id, quantity }) => ({ productId: product_id, quantity: Number(quantity) }))
}

export function returnRoutes({ ports, orderTokens, onDue, currency, digits }: ReturnRoutesDeps) {
  return async (app: App) => {
    app.get('/orders/:id/returns', listReturnsOfOrderOperation, async (request, reply) => {
      const { order, body } = await returnsOf(
        ports,
        readerOf(request, request.params.id, orderTokens),
        request.params.id,
      )
      reply.header('cache-control', 'no-store')
      return {
        items: body.returns.map((each) => returnView(order.id, each, digits())),
        ...{ returnable: linesView(returnable(order, body)), currency },
      }
    })

    app.post('/orders/:id/returns', addReturnOperation, async (request, reply) => {
      const { lines, reason } = request.body
      const wanted = {
        ...{ orderId: request.params.id, key: request.headers['idempotency-key'] },
        ...{ lines: linesOf(lines), reason: reason?.toWellFormed() },
      }
      const { order, made, replayed } = await addReturn(
        ports,
        readerOf(request, wanted.orderId, orderTokens),
        wanted,
      )
      if (replayed) reply.header('idempotent-replayed', 'true')
      reply.code(201)
      return returnView(order.id, made, digits())
    })

    app.put('/orders/:id/returns/:return_id', changeReturnOperation, async (request) => {
      const { id: orderId, return_id: id } = request.params
      const { state: to, note } = request.body
      const decision = { orderId, id, to, note: note?.toWellFormed() }
      const { made } = await decideOnReturn(ports, actorOf(principalOf(request)), decision)
      return returnView(orderId, made, digits())
    })

    app.post('/orders/:id/returns/:return_id/receipts', addReceiptOperation, async (request, reply) => {
      const { id: orderId, return_id: id } = request.params
      const { lines: inputs, refund = true, refund_shipping: refundsShipping = false } = request.body
      const { set_off: setsOff = true } = request.body
      const lines = linesOf(inputs).map((line, i) => ({ ...line, restock: inputs[i]!.restock }))
      const key = request.headers['idempotency-key']
      const arrived = { orderId, id, key, lines, refund, refundsShipping, setsOff }
      const { body, made, replayed } = await recordReceipt(ports, actorOf(principalOf(request)), arrived)
      onDue()
      if (replayed) reply.header('idempotent-replayed', 'true')
      reply.code(201)
      return {
        receipt: receiptView(made, digits()),
        return: returnView(orderId, returnIn(body, id), digits()),
      }
    })

    app.get('/returns', listReturnsOperation, async (request) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor, state } = request.query
      const [before] = (decodeCursor(cursor, newestFirst) ?? []) as [string?]
      const found = await ports.cases.list('return', { state, before, limit: limit + 1 })
      const items = found.slice(0, limit)
      const orders = await Promise.all(items.map(({ id }) => ports.orders.find(id)))
      return {
        items: items.map((each, i) => ({
          order_number: orders[i]?.order.number ?? null,
          ...{ order_id: each.id, state: each.state as ReturnState, updated_at: each.updatedAt },
          returns: each.body.returns.map((one) => returnView(each.id, one, digits())),
        })),
        next_cursor: found.length > limit ? encodeCursor([items.at(-1)!.id], newestFirst) : null,
      }
    })
  }
}
