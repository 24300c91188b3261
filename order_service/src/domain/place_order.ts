/**
 * Placing an order: three steps, each durable before the next and safe to repeat under the same order id.
 *
 * Where it can stop
 *  - before 1: nothing happened; the client asks again.
 *  - after 1: a pending order that holds nothing. The settler repeats 2 and 3.
 *  - after 2: a pending order that holds its stock. The same: 2 gives the recorded answer again.
 *  - after 3: done; the client that did not hear it asks again with its key and gets this order.
 * From 1 on the order is accepted (invariant 3): whatever fails then, the client hears of a pending order, never
 * of a failure that would make it order again (invariant 4).
 */
import { DomainError } from './errors.ts'
import { asksTheSame, type Draft, newOrder, type Order } from './order.ts'
import type { Ports } from './ports.ts'
import { type Settle, settleOrLeave } from './settle_order.ts'

export type Placed = { readonly order: Order; readonly replayed: boolean }

export async function placeOrder(ports: Ports, settle: Settle, draft: Draft): Promise<Placed> {
  const wanted = newOrder(draft, ports.newId(), ports.now())
  const { order, added } = await ports.orders.addOnce(wanted) // 1 record the intent
  if (added) ports.reached('intent_recorded')
  else if (!asksTheSame(order, wanted)) throw keyReused(order)
  if (order.status !== 'pending') return { order, replayed: !added }
  const now = await settleOrLeave(ports, settle, order) // 2 hold the stock, 3 record the answer
  return { order: now, replayed: !added }
}

const keyReused = (order: Order) =>
  new DomainError(
    'idempotency_key_reused',
    `This Idempotency-Key made order ${order.id}, which asks for something else. Use a new key for a new order.`,
    { members: { order_id: order.id } },
  )
