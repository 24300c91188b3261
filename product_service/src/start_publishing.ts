/** Publishes the events of products and their stock, if there is a notification_service. */
import { createServiceClient, type ServiceClientOptions } from '@shop/service_kit/calls/service_client'
import { createPublisher } from '@shop/service_kit/events/publisher'
import { createRelay } from '@shop/service_kit/events/relay'
import { createRelayMetrics } from '@shop/service_kit/events/relay_metrics'
import { createServiceTokens } from '@shop/service_kit/identity/service_tokens'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { createProductEventSource } from './clients/product_event_source.ts'
import { SERVICE } from './config.ts'
import type { Stores } from './domain/ports.ts'
import { EVENT_KINDS } from './domain/unpublished.ts'

/**
 * Of each kind, in a round of a second: a thousand products. So a catalogue that is imported, or in which everything is sold all the
 * time, takes a small part of the thread that reserves stock; what changes in between is one event.
 */
export const BATCHES_PER_ROUND = 10

export type PublishingOptions = {
  /** Without one nothing is published. */
  readonly url: string | undefined
  readonly secrets: readonly string[]
  readonly stores: Pick<Stores, 'unpublished' | 'relayLease' | 'categories' | 'digits'>
  readonly currency: string
  readonly tracing: ServiceClientOptions['tracing']
  readonly runtime: Runtime
  readonly metrics: Metrics
  readonly logger?: Logger
  readonly reached?: (place: 'events_sent') => void
}

/** Returns a function that stops it, after the current batch. */
export function startPublishing(options: PublishingOptions): () => Promise<void> {
  const { url, secrets, stores, currency, tracing, runtime, metrics, logger, reached } = options
  if (url === undefined) return async () => {}
  const service = createServiceClient({
    url,
    tokens: secrets.map((secret) =>
      createServiceTokens(secret, SERVICE, 'notification_service', runtime.now),
    ),
    runtime,
    tracing,
  })
  const publish = createPublisher(service)
  const own = createRelayMetrics(metrics)
  const { categories, digits } = stores
  const relays = EVENT_KINDS.map((kind) =>
    createRelay({
      source: createProductEventSource({
        ...{ kind, currency, digits, categories },
        ...{ unpublished: stores.unpublished(kind), lease: stores.relayLease(kind) },
      }),
      ...{ publish, runtime, metrics: own, logger, batchesPerRound: BATCHES_PER_ROUND },
      ...(reached ? { reached } : {}),
    }),
  )
  for (const relay of relays) relay.start()
  return async () => {
    await Promise.all(relays.map((relay) => relay.stop()))
    await service.close()
  }
}
