/**
 * Connects ordering, the client of product_service and the settler.
 *
 * Invariant 5: the settler is woken when the circuit half opens, so that it makes the trial call, and when it closes. Orders
 * accepted during an outage are settled at its end, without waiting for a round.
 */

import type { ServiceClient } from '@shop/service_kit/calls/service_client'
import { firstIds } from '@shop/service_kit/runtime/log'
import { startCatchingUp } from './catching_up.ts'
import { createProductClient } from './clients/product_client.ts'
import { createOrdering, type Ordering, type OrderingDeps } from './ordering.ts'
import { type Settler, startSettler } from './settler.ts'

export type StartOptions = Omit<OrderingDeps, 'reservations'> & {
  readonly currency: string
  /** Digits after the point of amounts. */
  readonly digits: () => number
  readonly service: ServiceClient
  /** Pause between two rounds of the settler; tests set more. */
  readonly roundMs?: number
  /** Deadline of a call to product_service; tests set more. */
  readonly deadlineMs?: number
}

export type StartedOrders = {
  readonly ordering: Ordering
  /** Stops the settler, after the orders it has claimed, and the catching up. */
  stop(): Promise<void>
}

export function startOrders({ service, roundMs, deadlineMs, ...deps }: StartOptions): StartedOrders {
  const { orders, currency, digits, runtime, metrics, logger } = deps
  let settler: Settler | undefined
  const reservations = createProductClient({
    service,
    currency,
    digits,
    metrics,
    runtime,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    onCircuitOpen: (err, orderIds) =>
      logger?.warn(
        { err, order_ids: firstIds(orderIds), orders: orderIds.length },
        'product_service is down: orders are accepted and settled later',
      ),
    onCircuitClosed: () => {
      logger?.info('product_service is back')
      settler?.wake()
    },
    onCircuitHalfOpen: () => settler?.wake(),
  })
  const ordering = createOrdering({ ...deps, reservations })
  settler = startSettler({
    orders,
    round: ordering.settleDue,
    correctClockSkew: ordering.correctClockSkew,
    metrics,
    runtime,
    onFault: (err) => logger?.warn({ err }, 'a round of the settler failed; the next one tries again'),
    ...(roundMs === undefined ? {} : { roundMs }),
  })
  const stopCatchingUp = startCatchingUp({
    orders,
    runtime,
    onFault: (err) => logger?.warn({ err }, 'numbers or products of orders could not be stored yet'),
  })
  return {
    ordering,
    async stop() {
      await Promise.all([settler.stop(), stopCatchingUp()])
    },
  }
}
