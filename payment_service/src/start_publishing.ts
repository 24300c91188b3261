/** Publishes the events of payments, if there is a notification_service. */
import { createServiceClient, type ServiceClientOptions } from '@shop/service_kit/calls/service_client'
import { createPublisher } from '@shop/service_kit/events/publisher'
import { createRelay } from '@shop/service_kit/events/relay'
import { createRelayMetrics } from '@shop/service_kit/events/relay_metrics'
import { createServiceTokens } from '@shop/service_kit/identity/service_tokens'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { createPaymentEventSource } from './clients/payment_event_source.ts'
import { SERVICE } from './config.ts'
import type { Stores } from './domain/ports.ts'

export type PublishingOptions = {
  /** Without one nothing is published. */
  readonly url: string | undefined
  readonly secrets: readonly string[]
  readonly stores: Pick<Stores, 'unpublished' | 'relayLease' | 'digits'>
  readonly tracing: ServiceClientOptions['tracing']
  readonly runtime: Runtime
  readonly metrics: Metrics
  readonly logger?: Logger
}

/** Returns a function that stops it, after the current batch. */
export function startPublishing(options: PublishingOptions): () => Promise<void> {
  const { url, secrets, stores, tracing, runtime, metrics, logger } = options
  if (url === undefined) return async () => {}
  const service = createServiceClient({
    url,
    tokens: secrets.map((secret) =>
      createServiceTokens(secret, SERVICE, 'notification_service', runtime.now),
    ),
    runtime,
    tracing,
  })
  const { unpublished, relayLease: lease, digits } = stores
  const relay = createRelay({
    source: createPaymentEventSource({ unpublished, lease, digits }),
    publish: createPublisher(service),
    metrics: createRelayMetrics(metrics),
    ...{ runtime, logger },
  })
  relay.start()
  return async () => {
    await relay.stop()
    await service.close()
  }
}
