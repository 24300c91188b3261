/**
 * Connects ordering, the clients of product_service and payment_service, and a settler for each queue of orders.
 *
 * Invariant 5: the settler is woken when the circuit half opens, so that it makes the trial call, and when it closes. Orders
 * accepted during an outage are settled at its end, without waiting for a round.
 */

import type { ServiceClient } from '@shop/service_kit/calls/service_client'
import type { OrderTokens } from '@shop/service_kit/identity/order_tokens'
import { firstIds } from '@shop/service_kit/runtime/log'
import { startCatchingUp } from './catching_up.ts'
import { createPaymentClient, NO_PAYMENTS } from './clients/payment_client.ts'
import { createProductClient } from './clients/product_client.ts'
import type { Queue } from './domain/schedule.ts'
import { createOrdering, type Ordering, type OrderingDeps } from './ordering.ts'
import {
  countSettled,
  paymentGauges,
  type SettledCounter,
  type Settler,
  type SettlerGauges,
  startSettler,
  stockGauges,
} from './settler.ts'

export type StartOptions = Omit<OrderingDeps, 'reservations' | 'payments'> & {
  readonly currency: string
  /** Digits after the point of amounts. */
  readonly digits: () => number
  readonly service: ServiceClient
  /** payment_service; without it no order is paid. */
  readonly paymentService?: ServiceClient | undefined
  /** For payment_service: opens the payment of a guest's order. */
  readonly orderTokens: OrderTokens
  /** Pause between two rounds of the settler; tests set more. */
  readonly roundMs?: number
  /** Deadline of a call to product_service; tests set more. */
  readonly deadlineMs?: number
}

export type StartedOrders = {
  readonly ordering: Ordering
  readonly settled: SettledCounter
  /** Settles the orders that are due in the queue of payments now. */
  wakePayments(): void
  /** Stops the settler, after the orders it has claimed, and the catching up. */
  stop(): Promise<void>
}

export function startOrders({
  service,
  paymentService,
  orderTokens,
  roundMs,
  deadlineMs,
  ...deps
}: StartOptions): StartedOrders {
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
  let paymentSettler: Settler | undefined
  const payments =
    paymentService === undefined
      ? NO_PAYMENTS
      : createPaymentClient({
          service: paymentService,
          orderTokens,
          digits,
          metrics,
          runtime,
          onCircuitOpen: (err, orderIds) =>
            logger?.warn(
              { err, order_ids: firstIds(orderIds), orders: orderIds.length },
              'payment_service is down: orders wait for their payments',
            ),
          onCircuitClosed: () => {
            logger?.info('payment_service is back')
            paymentSettler?.wake()
          },
          onCircuitHalfOpen: () => paymentSettler?.wake(),
        })
  const ordering = createOrdering({ ...deps, reservations, payments })
  const settled = countSettled(metrics)
  const startQueue = (queue: Queue, gauges: SettlerGauges) =>
    startSettler({
      round: (shouldContinue) => ordering.settleDue(shouldContinue, queue),
      correctClockSkew: () => ordering.correctClockSkew(queue),
      ...{ queue, gauges, settled, runtime },
      onFault: (err) => logger?.warn({ err, queue }, 'a round of a settler failed; the next one tries again'),
      ...(roundMs === undefined ? {} : { roundMs }),
    })
  settler = startQueue('stock', stockGauges(orders, metrics, runtime))
  paymentSettler = startQueue('payments', paymentGauges(orders, metrics, runtime))
  const stopCatchingUp = startCatchingUp({
    orders,
    runtime,
    onFault: (err) => logger?.warn({ err }, 'numbers or products of orders could not be stored yet'),
  })
  return {
    ordering,
    settled,
    wakePayments: () => paymentSettler.wake(),
    async stop() {
      await Promise.all([settler.stop(), paymentSettler.stop(), stopCatchingUp()])
    },
  }
}
