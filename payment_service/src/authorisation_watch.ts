/**
 * M3: what is owed back and waits for a person is counted: refunds of invoices and cash, and what the provider refuses.
 * M10: no authorisation ends unnoticed. Those that end soon are counted, and each is logged once by each process; how long the
 * oldest capture that was requested has not been made is shown, too: its goods are on their way. docs/operations.md
 * says what to do, and deploy/monitoring/alerts.yml has the alert. One that has ended is the state `failed`, with `expired` in the
 * history of the payment.
 */
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Cancel, Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { isManual } from './domain/payment.ts'
import type { PaymentStore } from './domain/ports.ts'

/** Two days: a weekend without shipping is seen before it. */
export const SOON_MS = 48 * 60 * 60_000
export const LOOK_EVERY_MS = 60_000
const COUNTED_MAX = 1_000

export function startAuthorisationWatch(options: {
  readonly payments: Pick<PaymentStore, 'endingBefore' | 'capturesWaiting' | 'refundsWaiting'>
  readonly metrics: Metrics
  readonly runtime: Pick<Runtime, 'now' | 'after'>
  readonly logger?: Logger | undefined
}): () => Promise<void> {
  const { payments, metrics, runtime, logger } = options
  const ending = metrics.gauge(
    'payment_authorisations_ending',
    'Authorised payments whose authorisation ends within 48 hours, or has ended.',
  )
  const waiting = metrics.gauge(
    'payment_captures_waiting_seconds',
    'Seconds since the last change of the payment whose requested capture has waited for longest; 0 without one.',
  )
  const owed = metrics.gauge(
    'payment_refunds_waiting',
    'Payments with a refund that waits for a person: `by_hand`, an invoice or cash; `refused`, the provider does not make it.',
    ['kind'],
  )
  const owedSeconds = metrics.gauge(
    'payment_refunds_waiting_seconds',
    'Seconds for which the refund that has waited for a person for longest has waited; 0 without one.',
  )
  let logged = new Set<string>()
  let cancel: Cancel | undefined
  let isStopped = false

  const secondsSince = (time: string | undefined) =>
    time === undefined ? 0 : Math.max(0, (runtime.now().getTime() - Date.parse(time)) / 1000)
  const look = async () => {
    try {
      const soon = new Date(runtime.now().getTime() + SOON_MS).toISOString()
      const found = await payments.endingBefore(soon, COUNTED_MAX)
      ending.set(found.length)
      const [capture] = await payments.capturesWaiting(1)
      waiting.set(secondsSince(capture?.since))
      const refunds = await payments.refundsWaiting(COUNTED_MAX)
      const byHand = refunds.filter((refund) => isManual(refund)).length
      owed.set({ kind: 'by_hand' }, byHand)
      owed.set({ kind: 'refused' }, refunds.length - byHand)
      owedSeconds.set(secondsSince(refunds[0]?.since))
      for (const { orderId, captureBefore } of found) {
        if (logged.has(orderId)) continue
        logger?.warn(
          { order_id: orderId, capture_before: captureBefore },
          'the authorisation of a payment ends soon: ship the order, or its money is lost',
        )
      }
      for (const { orderId, since, method } of refunds) {
        if (logged.has(orderId)) continue
        logger?.warn(
          { order_id: orderId, since, method },
          'a refund waits for a person: pay it back, and record that',
        )
      }
      logged = new Set([...found, ...refunds].map(({ orderId }) => orderId))
    } catch (err) {
      logger?.warn({ err }, 'authorisations that end soon could not be read')
    }
  }
  let running = Promise.resolve()
  const run = () => {
    running = look().finally(() => {
      if (!isStopped) cancel = runtime.after(LOOK_EVERY_MS, run, { background: true })
    })
  }
  run()
  return async () => {
    isStopped = true
    cancel?.()
    await running
  }
}
