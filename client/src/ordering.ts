/**
 * Buying, so that it happens once: one idempotency key for all attempts, and a pending order is followed until
 * it is decided.
 *
 * Promises
 *  1. However often the call is repeated, here or by the caller with the key of the problem it got, there is
 *     at most one order.
 *  2. It resolves only with a decided order. A rejection, told at once or later, is the same ShopProblem.
 *  3. It ends at `deadlineMs` at the latest. An order still pending then is told in an OrderUndecided: it is
 *     accepted, and the shop decides it without us.
 *
 * A pending order is followed by its events, and now and then asked for beside them: something on the way may hold
 * them back. Where they cannot be had (an old proxy, too many streams) or end early, it is asked for again and again,
 * ever more slowly.
 */
import { pauseMs } from '@shop/retry/backoff'
import { sleep } from '@shop/retry/sleep'
import type { Client } from 'openapi-fetch'
import { EVENT_STREAM, eventsIn } from './event_stream.ts'
import type { paths } from './generated/order_service.ts'
import { ShopProblem } from './problem.ts'

export type Order = paths['/orders/{id}']['get']['responses'][200]['content']['application/json']
export type NewOrder = paths['/orders']['post']['requestBody']['content']['application/json']

export type FollowOptions = {
  readonly signal?: AbortSignal
  readonly deadlineMs?: number
  /** Told of every state seen, the first included. */
  readonly onChange?: (order: Order) => void
}

export type PlaceOptions = FollowOptions & {
  /** Your name for this purchase; the same name never buys twice. Made up when absent. */
  readonly idempotencyKey?: string
}

export const DEADLINE_MS = 60_000
const POLL = { firstMs: 250, maxMs: 3_000 }

/** The order was not decided before the deadline, or its last state could not be had. `placeOrder` with `idempotencyKey` goes on. */
export class OrderUndecided extends ShopProblem {
  /** As last seen; undefined when not even its acceptance was. */
  readonly order: Order | undefined
  readonly idempotencyKey: string | undefined

  constructor(order: Order | undefined, idempotencyKey: string | undefined, cause: unknown) {
    const known = order ? `Order ${order.id} is accepted, and still ${order.status}.` : 'There was no answer.'
    super('order_undecided', `${known} Repeat with the same idempotency key to go on.`, {
      retryable: true,
      cause,
    })
    this.order = order
    this.idempotencyKey = idempotencyKey
  }
}

export function createOrdering(orders: Client<paths>) {
  async function placeOrder(draft: NewOrder, options: PlaceOptions = {}): Promise<Order> {
    const idempotencyKey = options.idempotencyKey ?? newKey()
    return untilDeadline(options, idempotencyKey, async (signal, seen) => {
      const ask = async () => {
        const params = { header: { 'idempotency-key': idempotencyKey } }
        const { data } = await orders.POST('/orders', { params, body: draft, signal })
        return data!
      }
      const order = await decided(await ask(), signal, seen)
      // Asked again under its key, a rejected order is answered with its problem.
      return order.status === 'rejected' ? ask() : order
    })
  }

  /** Resolves the order once it is no longer pending, whatever it is then. */
  async function followOrder(id: string, options: FollowOptions = {}): Promise<Order> {
    return untilDeadline(options, undefined, async (signal, seen) =>
      decided(await read(id, signal), signal, seen),
    )
  }

  async function decided(first: Order, signal: AbortSignal, seen: (order: Order) => void): Promise<Order> {
    let order = first
    seen(order)
    const notice = (next: Order) => {
      if (next.version <= order.version) return
      order = next
      seen(order)
    }
    if (order.status !== 'pending') return order
    const over = new AbortController()
    const whilePending = AbortSignal.any([signal, over.signal])
    try {
      let streaming = true
      const stream = watch(order.id, whilePending, notice).then(() => {
        streaming = false
      })
      stream.catch(() => {})
      for (let asked = 1; order.status === 'pending'; ) {
        await (streaming
          ? Promise.race([stream, sleep(POLL.maxMs, whilePending)])
          : sleep(pauseMs(POLL, asked++, Math.random()), whilePending))
        if (order.status === 'pending') notice(await read(order.id, whilePending))
      }
      return order
    } finally {
      over.abort()
    }
  }

  async function read(id: string, signal: AbortSignal): Promise<Order> {
    const { data } = await orders.GET('/orders/{id}', { params: { path: { id } }, signal })
    return data!
  }

  /** Follows the events as long as they come and the order is pending. Failing is no failure: asking goes on. */
  async function watch(id: string, signal: AbortSignal, notice: (order: Order) => void) {
    try {
      const { data } = await orders.GET('/orders/{id}/events', {
        params: { path: { id } },
        headers: { accept: EVENT_STREAM },
        parseAs: 'stream',
        signal,
      })
      for await (const event of eventsIn(data as ReadableStream<Uint8Array>)) {
        const order = JSON.parse(event) as Order
        notice(order)
        if (order.status !== 'pending') return
      }
    } catch {
      signal.throwIfAborted()
    }
  }

  return { placeOrder, followOrder }
}

async function untilDeadline(
  { signal, deadlineMs = DEADLINE_MS, onChange }: FollowOptions,
  idempotencyKey: string | undefined,
  work: (signal: AbortSignal, seen: (order: Order) => void) => Promise<Order>,
): Promise<Order> {
  const deadline = AbortSignal.timeout(deadlineMs)
  let last: Order | undefined
  const seen = (order: Order) => {
    last = order
    onChange?.(order)
  }
  try {
    return await work(signal ? AbortSignal.any([signal, deadline]) : deadline, seen)
  } catch (error) {
    signal?.throwIfAborted()
    if (deadline.aborted || outcomeUnknown(error)) throw new OrderUndecided(last, idempotencyKey, error)
    throw error
  }
}

/** Retries are used up, and whether there is an order, or what became of it, is not known. */
const outcomeUnknown = (error: unknown) => error instanceof ShopProblem && error.retryable

/** randomUUID is missing on pages served without TLS. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )
