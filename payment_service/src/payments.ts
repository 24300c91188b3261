/** The domain with its ports, and what runs beside the requests: poller, hints, and the watch of authorisations. */
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { startAuthorisationWatch } from './authorisation_watch.ts'
import { createManualProvider } from './clients/manual_provider.ts'
import { countChanges } from './domain/count_changes.ts'
import { createDrive, type Drive } from './domain/drive.ts'
import { OutcomeUnknown } from './domain/errors.ts'
import { CHANGES } from './domain/payment.ts'
import type { CrashPointHook, PaymentProvider, PaymentStore, Ports } from './domain/ports.ts'
import { startHinter } from './hinter.ts'
import { startPoller } from './poller.ts'

export type PaymentsDeps = {
  readonly payments: PaymentStore
  /** For payments by card; undefined without one. */
  readonly provider: PaymentProvider | undefined
  readonly runtime: Runtime
  readonly metrics: Metrics
  readonly logger?: Logger | undefined
  readonly reached?: CrashPointHook
  /** Undefined without an order_service. */
  readonly notify?: ((orderIds: readonly string[]) => Promise<void>) | undefined
  /** Pauses between rounds; tests set others. */
  readonly roundMs?: number
}

export type Payments = {
  readonly ports: Ports
  readonly drive: Drive
  readonly provider: PaymentProvider | undefined
  /** A payment is due. */
  wake(): void
}

export type StartedPayments = Payments & {
  /** Resolves when nothing is under way in the background. */
  idle(): Promise<void>
  stop(): Promise<void>
}

/** Nothing runs beside the requests yet. */
export function createPayments(deps: PaymentsDeps): Payments {
  const { provider, runtime, metrics, logger, reached = () => {} } = deps
  const manual = createManualProvider()
  const changes = metrics.counter('payment_changes_total', 'Changes of payments, by type.', ['type'])
  // So that the first one is an increase.
  for (const type of CHANGES) changes.inc({ type }, 0)
  const ports: Ports = {
    payments: countChanges(deps.payments, (type) => changes.inc({ type })),
    providerOf: ({ method }) => (method === 'card' ? provider : manual),
    now: runtime.now,
    newId: runtime.newId,
    reached,
    // An outage affects many payments: each of them is a debug message, and the metrics show the rest.
    report: (err, orderId) =>
      logger?.[err instanceof OutcomeUnknown ? 'debug' : 'error'](
        { err, order_id: orderId },
        'a payment could not be driven to its end yet',
      ),
  }
  return { ports, drive: createDrive(ports), provider, wake: () => {} }
}

export function startPayments(deps: PaymentsDeps): StartedPayments {
  const { provider, runtime, metrics, logger, notify, roundMs } = deps
  const { ports, drive } = createPayments(deps)
  const poller = startPoller({
    ...{ ports, drive, metrics, runtime },
    onFault: (err) => logger?.warn({ err }, 'a round of the poller failed; the next one tries again'),
    ...(roundMs === undefined ? {} : { roundMs }),
  })
  const hinter = notify
    ? startHinter({
        ...{ payments: deps.payments, notify, runtime },
        onFault: (err) => logger?.warn({ err }, 'order_service could not be notified; it is tried again'),
        ...(roundMs === undefined ? {} : { roundMs }),
      })
    : undefined
  const stopWatch = startAuthorisationWatch({ payments: deps.payments, metrics, runtime, logger })
  return {
    ...{ ports, drive, provider },
    wake: poller.wake,
    idle: poller.idle,
    async stop() {
      await Promise.all([poller.stop(), hinter?.stop(), stopWatch()])
      await provider?.close()
    },
  }
}
