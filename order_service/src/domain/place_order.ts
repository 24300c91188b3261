/**
 * Placing an order: three steps, each durable before the next and safe to repeat under the same order id.
 *
 * If the process stops
 *  - before 1: nothing happened; the client repeats its request.
 *  - after 1: the order is pending and holds nothing. The settler repeats 2 and 3.
 *  - after 2: the order is pending and holds its stock. The settler repeats 2, which gives the recorded answer, and 3.
 *  - after 3: done. A client that got no answer repeats its request with its key and gets this order.
 * After 1 the order is accepted (invariant 3): whatever fails then, the client gets the pending order, never an error that
 * would make it order again (invariant 4).
 */
import type { RequestPorts } from './answer_wait.ts'
import { DomainError } from './errors.ts'
import type { Draft, Order } from './order.ts'
import { isSameRequest } from './same_request.ts'
import { isPending, scheduleNew } from './schedule.ts'
import { type Settle, trySettle } from './settle_order.ts'
import { newOrder } from './transitions.ts'

export type Placed = { readonly order: Order; readonly replayed: boolean }

/** With a `refusal` no order is added: either the key has made one like this before, or the request fails with it. */
export async function placeOrder(
  ports: RequestPorts,
  settle: Settle,
  draft: Draft,
  refusal?: DomainError,
): Promise<Placed> {
  await ports.nextAnswer()
  const now = ports.now()
  const wanted = newOrder(draft, ports.newId(), now)
  const { stored, added } =
    refusal === undefined
      ? await ports.orders.addOnce(scheduleNew(wanted, now)) // 1 record the intent
      : await madeBefore(ports, draft, refusal)
  if (added) ports.reached('intent_recorded')
  else if (!isSameRequest(stored.order, wanted)) throw keyReused(stored.order)
  if (!isPending(stored)) return { order: stored.order, replayed: !added }
  const { order } = await trySettle(ports, settle, stored) // 2 hold the stock, 3 record the answer
  return { order, replayed: !added }
}

async function madeBefore({ orders }: RequestPorts, { userId, idempotencyKey }: Draft, refusal: DomainError) {
  const stored = idempotencyKey === undefined ? undefined : await orders.findByKey(userId, idempotencyKey)
  if (stored === undefined) throw refusal
  return { stored, added: false }
}

const keyReused = (order: Order) =>
  new DomainError(
    'idempotency_key_reused',
    `This Idempotency-Key made order ${order.id}, which asks for something else. Use a new key for a new order.`,
    { orderId: order.id },
  )
