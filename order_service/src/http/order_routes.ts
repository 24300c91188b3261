/** Reading orders and changing their status. Only the owner and admins have access (invariant 10). */

import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { hasTag, versionsNamed } from '@shop/service_kit/http/etags'
import {
  type CursorList,
  decodeCursor,
  encodeCursor,
  PAGE_LIMIT_DEFAULT,
} from '@shop/service_kit/http/paging'
import { principalOf } from '@shop/service_kit/identity/access'
import type { OrderTokens } from '@shop/service_kit/identity/order_tokens'
import { invalidField } from '@shop/service_kit/runtime/problem'
import { nextTurn, type Runtime } from '@shop/service_kit/runtime/runtime'
import type { RequestPorts } from '../domain/answer_wait.ts'
import { type Actor, changeStatus, isUnderWay, visibleTo } from '../domain/change_order.ts'
import { DomainError } from '../domain/errors.ts'
import { ownerOf } from '../domain/guests.ts'
import type { OrderPage } from '../domain/ports.ts'
import type { StoredOrder } from '../domain/schedule.ts'
import { searchByText, searchOrders } from '../domain/search_orders.ts'
import type { Settle } from '../domain/settle_order.ts'
import { actorOf, readerOf } from './actor.ts'
import {
  changeOrderStatusOperation,
  getOrderOperation,
  listOrdersOfUserOperation,
  listOrdersOperation,
} from './order_schemas.ts'
import { orderTag, orderView } from './order_views.ts'

export type OrderRoutesDeps = {
  readonly ports: RequestPorts
  readonly settle: Settle
  readonly orderTokens: OrderTokens
  /** Digits after the point of the currency. */
  readonly digits: () => number
  readonly runtime: Pick<Runtime, 'defer'>
}

const newestFirst = (name: string): CursorList => ({ name, key: ['id'] })

export function orderRoutes({ ports, settle, orderTokens, digits, runtime }: OrderRoutesDeps) {
  const { orders } = ports
  return async (app: App) => {
    app.get('/orders/:id', getOrderOperation, async (request, reply) => {
      const actor = readerOf(request, request.params.id, orderTokens)
      const { order } = visibleTo(actor, await orders.find(request.params.id))
      const etag = orderTag(order)
      reply.header('etag', etag).header('cache-control', 'no-store')
      if (hasTag(request.headers['if-none-match'], etag)) return empty(reply, 304)
      return orderView(order, actor, digits())
    })

    app.get('/orders/user/:user_id', listOrdersOfUserOperation, async (request) => {
      const actor = actorOf(principalOf(request))
      const userId = request.params.user_id
      if (!actor.admin && userId !== actor.userId) {
        throw new DomainError('forbidden', "You can't see other people's orders.")
      }
      const { idempotency_key, number, ...query } = request.query
      const theirs = newestFirst(`orders of ${userId}`)
      if (idempotency_key !== undefined || number !== undefined) {
        decodeCursor(query.cursor, theirs)
        const stored = await (idempotency_key === undefined
          ? orders.findByNumber(number!)
          : orders.findByKey(userId, idempotency_key))
        const fits =
          stored !== undefined &&
          ownerOf(stored.order) === userId &&
          (number ?? stored.order.number) === stored.order.number
        return { items: fits ? [orderView(stored.order, actor, digits())] : [], next_cursor: null }
      }
      return page(theirs, actor, query, (at) => orders.listByUser(userId, at))
    })

    app.get('/orders', listOrdersOperation, async (request) => {
      const {
        limit = PAGE_LIMIT_DEFAULT,
        cursor,
        q,
        status,
        number,
        user_id,
        email,
        product_id,
        from,
        to,
      } = request.query
      const actor = actorOf(principalOf(request))
      const all = newestFirst('orders')
      const [before] = (decodeCursor(cursor, all) ?? []) as [string?]
      const filter = { status, number, userId: user_id, email, productId: product_id, from, to }
      const pause = () => nextTurn(runtime)
      const { orders: found, next } = await (q === undefined
        ? searchOrders(orders, filter, { limit, before }, pause)
        : searchByText(orders, q, filter, { limit, before }, pause))
      return {
        items: found.map(({ order }) => orderView(order, actor, digits())),
        next_cursor: next === undefined ? null : encodeCursor([next], all),
      }
    })

    app.put('/orders/:id', changeOrderStatusOperation, async (request, reply) => {
      const { status, version, tracking } = request.body
      if (tracking !== undefined && status !== 'shipped')
        throw invalidField('/tracking', 'is of an order that ships: send it with the status shipped')
      const ifMatch = versionsNamed(request.headers['if-match'])
      const actor = readerOf(request, request.params.id, orderTokens)
      const change = {
        orderId: request.params.id,
        to: status,
        tracking: tracking && { carrier: tracking.carrier ?? null, number: tracking.number },
        actor,
        expectedVersions:
          version === undefined ? ifMatch : (ifMatch ?? [version]).filter((each) => each === version),
      }
      const order = await changeStatus(ports, settle, change)
      reply.code(isUnderWay(order) ? 202 : 200).header('etag', orderTag(order))
      return orderView(order, actor, digits())
    })

    async function page(
      orderList: CursorList,
      actor: Actor,
      { limit = PAGE_LIMIT_DEFAULT, cursor }: { limit?: number | undefined; cursor?: string | undefined },
      list: (at: OrderPage) => Promise<readonly StoredOrder[]>,
    ) {
      const [before] = (decodeCursor(cursor, orderList) ?? []) as [string?]
      const found = await list({ limit: limit + 1, before })
      const items = found.slice(0, limit)
      const next_cursor = found.length > limit ? encodeCursor([items.at(-1)!.order.id], orderList) : null
      return { items: items.map(({ order }) => orderView(order, actor, digits())), next_cursor }
    }
  }
}
