/**
 * Placing an order exactly once: all attempts send one idempotency key, and a pending order is followed until it is decided.
 *
 * Invariants
 *  1. There is at most one order, however often the call is repeated, by this module or by the caller with the
 *     `idempotencyKey` of an OrderUndecided.
 *  2. `placeOrder` resolves only with a decided order. A rejection is the same ShopProblem, whether at once or later.
 *  3. It ends by `deadlineMs`. If the order is still pending then, it fails with OrderUndecided; the shop decides the order
 *     all the same.
 *
 * A pending order is followed by its event stream, and polled every POLL.maxMs, because a proxy may hold events back.
 * Without a stream (refused or ended early) the order is polled with growing delays.
 */
import { pauseMs } from '@shop/retry/backoff'
import { sleep } from '@shop/retry/sleep'
import type { Client } from 'openapi-fetch'
import { newKey } from './attempt_keys.ts'
import { EVENT_STREAM, eventsIn } from './event_stream.ts'
import type { paths } from './generated/order_service.ts'
import { ShopProblem } from './problem.ts'

export type Order = paths['/orders/{id}']['get']['responses'][200]['content']['application/json']
export type NewOrder = paths['/orders']['post']['requestBody']['content']['application/json']

export type FollowOptions = {
  readonly signal?: AbortSignal
  /** The longest time in all, in milliseconds. Default: DEADLINE_MS. */
  readonly deadlineMs?: number
  /** Called with each newer version of the order, the first included. */
  readonly onChange?: (order: Order) => void
}

export type PlaceOptions = FollowOptions & {
  /** 1 to 255 visible ASCII characters, one key per purchase: the same key never makes a second order. Default: random. */
  readonly idempotencyKey?: string
}

export const DEADLINE_MS = 60_000
const POLL = { firstMs: 250, maxMs: 3_000 }

/**
 * The order was not decided by the deadline, or the services could not be reached. Call `placeOrder` again with
 * `idempotencyKey` to go on.
 */
export class OrderUndecided extends ShopProblem {
  /** Its last known version; undefined if no answer came at all. */
  readonly order: Order | undefined
  readonly idempotencyKey: string | undefined

  constructor(order: Order | undefined, idempotencyKey: string | undefined, cause: unknown) {
    const state = order ? `Order ${order.id} is accepted, and still ${order.status}.` : 'There was no answer.'
    super('order_undecided', `${state} Repeat with the same idempotency key to go on.`, {
      retryable: true,
      cause,
    })
    this.order = order
    this.idempotencyKey = idempotencyKey
  }
}

export function createOrdering(orders: Client<paths>) {
  /**
   * Places an order and resolves it once it is decided. Fails with a ShopProblem (`insufficient_stock`, `price_changed`,
   * `product_not_found`, …), with OrderUndecided, or with the reason of `signal`.
   */
  async function placeOrder(draft: NewOrder, options: PlaceOptions = {}): Promise<Order> {
    const idempotencyKey = options.idempotencyKey ?? newKey()
    return untilDeadline(options, idempotencyKey, async (signal, report) => {
      const post = async () => {
        const params = { header: { 'idempotency-key': idempotencyKey } }
        const { data } = await orders.POST('/orders', { params, body: draft, signal })
        return data!
      }
      const order = await decided(await post(), signal, report)
      // A repeated POST with its key answers with the problem of a rejected order.
      return order.status === 'rejected' ? post() : order
    })
  }

  /** Resolves the order once it is no longer pending, also when it is rejected. Fails like `placeOrder`, or with `order_not_found`. */
  async function followOrder(id: string, options: FollowOptions = {}): Promise<Order> {
    return untilDeadline(options, undefined, async (signal, report) =>
      decided(await read(id, signal), signal, report),
    )
  }

  async function decided(first: Order, signal: AbortSignal, report: (order: Order) => void): Promise<Order> {
    let order = first
    report(order)
    const update = (next: Order) => {
      if (next.version <= order.version) return
      order = next
      report(order)
    }
    if (order.status !== 'pending') return order
    const done = new AbortController()
    const whilePending = AbortSignal.any([signal, done.signal])
    try {
      let streaming = true
      const stream = watch(order.id, whilePending, update).then(() => {
        streaming = false
      })
      stream.catch(() => {})
      for (let polls = 1; order.status === 'pending'; ) {
        await (streaming
          ? Promise.race([stream, sleep(POLL.maxMs, whilePending)])
          : sleep(pauseMs(POLL, polls++, Math.random()), whilePending))
        if (order.status === 'pending') update(await read(order.id, whilePending))
      }
      return order
    } finally {
      done.abort()
    }
  }

  async function read(id: string, signal: AbortSignal): Promise<Order> {
    const { data } = await orders.GET('/orders/{id}', { params: { path: { id } }, signal })
    return data!
  }

  /** Reads events until the order is not pending. A failing stream is ignored, because polling goes on. */
  async function watch(id: string, signal: AbortSignal, update: (order: Order) => void) {
    try {
      const { data } = await orders.GET('/orders/{id}/events', {
        params: { path: { id } },
        headers: { accept: EVENT_STREAM },
        parseAs: 'stream',
        signal,
      })
      for await (const event of eventsIn(data as ReadableStream<Uint8Array>)) {
        const order = JSON.parse(event) as Order
        update(order)
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
  work: (signal: AbortSignal, report: (order: Order) => void) => Promise<Order>,
): Promise<Order> {
  const deadline = AbortSignal.timeout(deadlineMs)
  let last: Order | undefined
  const report = (order: Order) => {
    last = order
    onChange?.(order)
  }
  try {
    return await work(signal ? AbortSignal.any([signal, deadline]) : deadline, report)
  } catch (error) {
    signal?.throwIfAborted()
    if (deadline.aborted || outcomeUnknown(error)) throw new OrderUndecided(last, idempotencyKey, error)
    throw error
  }
}

/** After the last retry: the order may or may not exist. */
const outcomeUnknown = (error: unknown) => error instanceof ShopProblem && error.retryable
