/**
 * A buyer who does what the documentation asks: one key for one purchase, sent again until the answer is
 * final.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, NoAnswer } from './calls.ts'
import type { SeenOrder } from './invariants.ts'
import { type Account, type Attempt, type Order, UNSETTLED, type World } from './world.ts'

/** Long enough that buyers who wait for a service that is down do not slow down its start. */
const PAUSE_MS = 150
const REFUSALS = ['insufficient_stock', 'price_changed', 'product_not_found']

/** The order in an answer to POST /orders; a refusal may contain one, too. */
export function orderOf({ status, body }: Answer<Order>): Order | undefined {
  if (status >= 200 && status < 300) return body
  return REFUSALS.includes(String(body.code)) ? (body.order as Order) : undefined
}

export function recordSeen(
  seenOrders: SeenOrder[],
  buyer: Account,
  { lines, key }: Attempt,
  { id, status }: Order,
): void {
  seenOrders.push({
    orderId: id,
    userId: buyer.id,
    key: key ?? null,
    status,
    lines: lines.map(({ product, quantity }) => ({ productId: product.id, quantity })),
  })
}

/** Sends the same attempt until its order is settled. An answer that is neither final nor worth repeating fails. */
export async function buy(
  world: World,
  buyer: Account,
  attempt: Attempt & { readonly key: string },
  deadlineMs: number,
): Promise<Order> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    const answer = await answerOrNothing(world.place(buyer, attempt))
    const order = answer && orderOf(answer)
    if (order) {
      if (!UNSETTLED.includes(order.status)) return order
    } else if (answer && answer.body.retryable !== true) {
      throw new Error(`POST /orders answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    }
    if (performance.now() > deadline) throw new Error(`No final answer for key ${attempt.key}`)
    await sleep(PAUSE_MS)
  }
}

/** Undefined where the connection broke. */
export function answerOrNothing<T>(asked: Promise<Answer<T>>): Promise<Answer<T> | undefined> {
  return asked.catch((error: unknown) => {
    if (error instanceof NoAnswer) return undefined
    throw error
  })
}
