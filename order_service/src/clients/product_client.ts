/**
 * Reservations at product_service over HTTP (its /internal routes).
 *
 * Concurrent requests of one kind share calls (batcher.ts); an outage is noticed once for all (breaker.ts).
 * Answers are checked before they are believed: whatever is not a usable answer is OutcomeUnknown.
 */
import type { Metrics } from '@shop/service_kit/metrics'
import { type ServiceClient, ServiceUnreachable } from '@shop/service_kit/service_client'
import { OutcomeUnknown } from '../domain/errors.ts'
import type { Order } from '../domain/order.ts'
import type { Reservations } from '../domain/ports.ts'
import { createBatcher } from './batcher.ts'
import { createBreaker } from './breaker.ts'
import { holdAnswer, reservationOf, type WireResult } from './reservation_wire.ts'

/** How long an order waits for its answer; past it the client hears 202 and the settler takes over. */
export const DECISION_DEADLINE_MS = 2_000
/** Orders in one call; product_service takes up to 256. */
export const ORDERS_PER_CALL_MAX = 128
/** Lines in one call, so that bodies and answers stay below 1 MiB. */
export const LINES_PER_CALL_MAX = 1_500
/**
 * Calls of one kind under way at once. With one, an order waits at most for the call before its own, and calls
 * are as large as they can be, which costs both services the fewest commits.
 */
export const CALLS_MAX = 1
/** Answers that one item of a call may be to blame for: it must not fail its neighbours. */
const BLAMES_AN_ITEM: readonly (number | undefined)[] = [400, 413, 422, 500]
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128]

export type ProductClientOptions = {
  readonly service: ServiceClient
  readonly currency: string
  /** Digits that amounts of our store count. */
  readonly digits: () => number
  readonly metrics: Metrics
  readonly deadlineMs?: number
  readonly onDown?: (error: unknown) => void
  readonly onUp?: () => void
  /** It was down and may be asked again, by whoever has something to ask. */
  readonly onPauseOver?: () => void
}

type Kind = 'reservations' | 'releases' | 'shipments'

export function createProductClient(options: ProductClientOptions): Reservations {
  const {
    service,
    currency,
    digits,
    metrics,
    deadlineMs = DECISION_DEADLINE_MS,
    onDown,
    onUp,
    onPauseOver,
  } = options
  const batchSize = metrics.histogram(
    'order_reservation_batch_size',
    'Orders that travelled in one call to product_service.',
    BATCH_BUCKETS,
    ['kind'],
  )
  const calls = metrics.counter('order_product_calls_total', 'Calls to product_service, by their end.', [
    'kind',
    'outcome',
  ])
  const breaker = createBreaker({
    clock: () => performance.now(),
    onDown: (error) => onDown?.(error),
    onUp: () => onUp?.(),
    onPauseOver: () => onPauseOver?.(),
  })

  const post = async (
    kind: Kind,
    body: unknown,
    orderIds: readonly string[],
    traceparent: string | undefined,
  ): Promise<readonly WireResult[]> => {
    batchSize.observe({ kind }, orderIds.length)
    try {
      const { results } = await service.post<{ results?: WireResult[] }>(`/internal/${kind}`, body, {
        deadlineMs,
        traceparent,
        repeatable: true,
      })
      if (!answersAll(results, orderIds)) throw new OutcomeUnknown(`/internal/${kind} answered other orders`)
      calls.inc({ kind, outcome: 'answered' })
      return results
    } catch (error) {
      calls.inc({ kind, outcome: 'failed' })
      throw error
    }
  }

  const share = <Item extends { readonly id: string }>(
    kind: Kind,
    weight: (item: Item) => number,
    bodyOf: (items: readonly Item[]) => unknown,
  ) => {
    const sendTogether = (items: readonly Item[], traceparent: string | undefined) =>
      post(
        kind,
        bodyOf(items),
        items.map((item) => item.id),
        traceparent,
      )
    /**
     * Ends with the first that is not blamed but lost; what the others were told is recorded, and told again. Where
     * each meets a fault of the service, no item is to blame.
     */
    const sendApart = async (items: readonly Item[], traceparent: string | undefined) => {
      const results: (WireResult | OutcomeUnknown)[] = []
      let faults = 0
      for (const item of items) {
        try {
          results.push((await sendTogether([item], traceparent))[0]!)
        } catch (error) {
          if (!isBlamed(error)) throw unknown(error)
          if (error.status === 500) faults++
          if (faults === items.length) throw unknown(error)
          results.push(unknown(error))
        }
      }
      return results
    }
    const send = (items: readonly Item[], traceparent: string | undefined) =>
      breaker.guard(async (): Promise<readonly (WireResult | OutcomeUnknown)[]> => {
        try {
          return await sendTogether(items, traceparent)
        } catch (error) {
          if (isBlamed(error)) return await sendApart(items, traceparent)
          throw unknown(error)
        }
      })
    const batch = createBatcher({
      itemsMax: ORDERS_PER_CALL_MAX,
      weightMax: LINES_PER_CALL_MAX,
      callsMax: CALLS_MAX,
      deadlineMs,
      weight,
      send,
    })
    return async (item: Item, traceparent?: string): Promise<WireResult> => {
      if (breaker.outlook() === 'down') throw new OutcomeUnknown('the product service was down a moment ago')
      const result = await batch(item, traceparent)
      if (result instanceof OutcomeUnknown) throw result
      return result
    }
  }

  const ids = (orders: readonly Order[]) => ({ order_ids: orders.map((order) => order.id) })
  const hold = share<Order>(
    'reservations',
    (order) => order.lines.length,
    (orders) => ({ reservations: orders.map((order) => reservationOf(order, digits())) }),
  )
  const release = share<Order>('releases', () => 1, ids)
  const ship = share<Order>('shipments', () => 1, ids)

  return {
    hold: async (order, traceparent) => holdAnswer(await hold(order, traceparent), digits(), currency),
    async release(order, traceparent) {
      const { status } = await release(order, traceparent)
      if (status !== 'released' && status !== 'rejected') throw contradiction(order, status)
    },
    async ship(order, traceparent) {
      const { status } = await ship(order, traceparent)
      if (status !== 'shipped') throw contradiction(order, status)
    },
    outlook: breaker.outlook,
  }
}

const answersAll = (
  results: WireResult[] | undefined,
  orderIds: readonly string[],
): results is WireResult[] =>
  Array.isArray(results) &&
  results.length === orderIds.length &&
  results.every((result, i) => result.order_id === orderIds[i])

const isBlamed = (error: unknown): error is ServiceUnreachable =>
  error instanceof ServiceUnreachable && BLAMES_AN_ITEM.includes(error.status)

const unknown = (error: unknown): OutcomeUnknown =>
  error instanceof OutcomeUnknown ? error : new OutcomeUnknown((error as Error).message, { cause: error })

/** Cannot be while each service keeps its invariants; `npm run doctor` shows such orders. */
const contradiction = (order: Order, status: string) =>
  new Error(`Order ${order.id} is ${order.status}, but its reservation is ${status}.`)
