/**
 * Ordering with its client of product_service and its settler, which do not know each other.
 *
 * Invariant 5: the settler is woken when product_service is back, and when it may be asked whether it is; so what was
 * accepted during an outage is settled at its end, without waiting for a round.
 */

import { createProductClient } from './clients/product_client.ts'
import type { ServiceClient } from './clients/service_client.ts'
import { createOrdering, type Ordering, type OrderingDeps } from './ordering.ts'
import { type Settler, startSettler } from './settler.ts'

export type StartOptions = Omit<OrderingDeps, 'reservations'> & {
  readonly currency: string
  /** Digits that amounts of the store count. */
  readonly digits: () => number
  readonly service: ServiceClient
  /** Between two rounds of the settler that nobody wakes; tests are more patient. */
  readonly roundMs?: number
  /** Of a call to product_service; tests are more patient. */
  readonly deadlineMs?: number
}

export type StartedOrders = {
  readonly ordering: Ordering
  /** Ends the settler, after what it has under way. */
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
    onCircuitOpen: (err) =>
      logger?.warn({ err }, 'product_service is down: orders are accepted and settled later'),
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
    onFault: (err) => logger?.warn({ err }, 'the settler could not work; it tries again'),
    ...(roundMs === undefined ? {} : { roundMs }),
  })
  return { ordering, stop: settler.stop }
}
