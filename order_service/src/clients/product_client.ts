/**
 * Reservations at product_service over HTTP (its /internal routes).
 *
 * Concurrent requests of one kind share calls (isolating_batcher.ts of the kit), and no request fails because of another.
 * While the service is down, requests fail at once (circuit_breaker.ts).
 * Answers are validated (product_answers.ts); without a usable answer a request fails with OutcomeUnknown.
 */

import type { ServiceClient } from '@shop/service_kit/calls/service_client'
import { createIsolatingBatcher } from '@shop/service_kit/runtime/batching/isolating_batcher'
import { type Call, CallFailed, type Outcome } from '@shop/service_kit/runtime/batching/outcome'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { OutcomeUnknown } from '../domain/errors.ts'
import type { Order } from '../domain/order.ts'
import type { Reservations } from '../domain/ports.ts'
import { circuitOpen, createCircuitBreaker } from './circuit_breaker.ts'
import { classifyFailure, InvalidAnswer, outcomesOf } from './product_answers.ts'
import { holdAnswer, reservationOf, type WireResult } from './reservation_wire.ts'

/** How long an order waits for its answer; after that the client gets 202 and the settler takes over. */
export const DECISION_DEADLINE_MS = 2_000
/** Orders in one call; product_service accepts up to 256. */
export const ORDERS_PER_CALL_MAX = 128
/** Lines in one call: keeps bodies and answers below 1 MiB. */
export const LINES_PER_CALL_MAX = 1_500
/** Waiting requests of one kind; more fail at once. */
export const WAITING_MAX = 10_000
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128]

export type ProductClientOptions = {
  readonly service: ServiceClient
  readonly currency: string
  /** Digits after the point in amounts of our store. */
  readonly digits: () => number
  readonly metrics: Metrics
  readonly runtime: Runtime
  readonly deadlineMs?: number
  /** `orderIds` are those of the call that failed. */
  readonly onCircuitOpen?: (error: unknown, orderIds: readonly string[]) => void
  readonly onCircuitClosed?: () => void
  /** The next call is a trial: anyone with something to ask may make it. */
  readonly onCircuitHalfOpen?: () => void
}

type Kind = 'reservations' | 'releases' | 'shipments'

export function createProductClient(options: ProductClientOptions): Reservations {
  const {
    service,
    currency,
    digits,
    metrics,
    runtime,
    deadlineMs = DECISION_DEADLINE_MS,
    onCircuitOpen,
    onCircuitClosed,
    onCircuitHalfOpen,
  } = options
  const batchSize = metrics.histogram(
    'order_reservation_batch_size',
    'Orders sent in one call to product_service.',
    BATCH_BUCKETS,
    ['kind'],
  )
  const calls = metrics.counter('order_product_calls_total', 'Calls to product_service, by outcome.', [
    'kind',
    'outcome',
  ])
  const breaker = createCircuitBreaker({
    runtime,
    onOpen: (error, orderIds) => onCircuitOpen?.(error, orderIds),
    onClosed: () => onCircuitClosed?.(),
    onHalfOpen: () => onCircuitHalfOpen?.(),
  })

  const post = async (
    kind: Kind,
    body: unknown,
    orderIds: readonly string[],
    { signal }: Call,
  ): Promise<readonly Outcome<WireResult>[]> => {
    batchSize.observe({ kind }, orderIds.length)
    try {
      const answer = await service.post<{ results?: unknown } | null>(`/internal/${kind}`, body, {
        deadlineMs,
        signal,
        repeatable: true,
      })
      const outcomes = outcomesOf(answer?.results, orderIds)
      if (!outcomes.some(({ ok }) => ok))
        throw new InvalidAnswer(`/internal/${kind} answered none of its orders`)
      calls.inc({ kind, outcome: 'answered' })
      return outcomes
    } catch (error) {
      calls.inc({ kind, outcome: 'failed' })
      throw error
    }
  }

  /** Sends one call and reports its outcome to the circuit breaker. Only CallFailed makes the batcher divide the call. */
  const send = async (
    kind: Kind,
    bodyOf: () => unknown,
    orderIds: readonly string[],
    batchCall: Call,
  ): Promise<readonly Outcome<WireResult>[]> => {
    let body: unknown
    try {
      body = bodyOf()
    } catch (error) {
      throw new CallFailed(error, { answered: true })
    }
    const alone = orderIds.length === 1
    const call = breaker.begin(orderIds)
    try {
      const outcomes = await post(kind, body, orderIds, batchCall)
      call.answered()
      return outcomes
    } catch (error) {
      const failure = classifyFailure(error)
      if (failure === 'refused') call.answered()
      else if (batchCall.failedBefore && !call.trial && failure !== 'unavailable') call.inconclusive()
      else if (failure === 'server_error' && !alone) call.inconclusive()
      else if (failure === 'server_error') call.serverError(error)
      else if (failure === 'no_answer') call.noAnswer(error)
      else call.failed(error)
      // No answer to a trial: most likely the service is still down, and dividing the call would not help.
      if (failure === 'unavailable' || (failure === 'no_answer' && call.trial && !alone))
        throw unknown(error, false)
      throw new CallFailed(unknown(error, alone), { answered: failure !== 'no_answer' })
    }
  }

  const share = <Item extends { readonly id: string }>(
    kind: Kind,
    weight: (item: Item) => number,
    bodyOf: (items: readonly Item[]) => unknown,
  ) => {
    const batch = createIsolatingBatcher<Item, WireResult>({
      runtime,
      itemsMax: ORDERS_PER_CALL_MAX,
      weightMax: LINES_PER_CALL_MAX,
      waitingMax: WAITING_MAX,
      deadlineMs,
      weight,
      key: (item) => item.id,
      send: (items, call) =>
        send(
          kind,
          () => bodyOf(items),
          items.map((item) => item.id),
          call,
        ),
      unanswered: (why, alone) => new OutcomeUnknown(why, { alone }),
    })
    return async (item: Item): Promise<WireResult> => {
      if (breaker.state() === 'open') throw circuitOpen()
      return batch(item)
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
    hold: async (order) => holdAnswer(await hold(order), digits(), currency),
    async release(order) {
      const { status } = await release(order)
      if (status !== 'released' && status !== 'rejected') throw contradiction(order, status)
    },
    async ship(order) {
      const { status } = await ship(order)
      if (status !== 'shipped') throw contradiction(order, status)
    },
    circuit: breaker.state,
  }
}

const unknown = (error: unknown, alone: boolean): OutcomeUnknown =>
  new OutcomeUnknown((error as Error).message, { cause: error, alone })

/** Impossible while both services keep their invariants; `npm run doctor` lists such orders. */
const contradiction = (order: Order, status: string) =>
  new Error(`Order ${order.id} is ${order.status}, but its reservation is ${status}.`)
