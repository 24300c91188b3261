/** Publishes the events of orders, returns and withdrawals, if there is a notification_service. */
import { createServiceClient, type ServiceClientOptions } from '@shop/service_kit/calls/service_client'
import { createPublisher } from '@shop/service_kit/events/publisher'
import { createRelay } from '@shop/service_kit/events/relay'
import { createRelayMetrics } from '@shop/service_kit/events/relay_metrics'
import type { EventSource } from '@shop/service_kit/events/source'
import { createServiceTokens } from '@shop/service_kit/identity/service_tokens'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { createCaseEventSource } from './clients/case_event_source.ts'
import { createOrderEventSource } from './clients/order_event_source.ts'
import { SERVICE } from './config.ts'
import { CASE_KINDS } from './domain/cases.ts'
import type { Stores } from './domain/ports.ts'

export type PublishingOptions = {
  /** Without one nothing is published. */
  readonly url: string | undefined
  readonly secrets: readonly string[]
  readonly stores: Pick<Stores, 'orders' | 'unpublished' | 'relayLease' | 'cases' | 'caseLease' | 'digits'>
  readonly tracing: ServiceClientOptions['tracing']
  readonly runtime: Runtime
  readonly metrics: Metrics
  readonly logger?: Logger
  readonly reached?: (place: 'events_sent') => void
}

/** Returns a function that stops it, after the current batch. */
export function startPublishing(options: PublishingOptions): () => Promise<void> {
  const { url, secrets, stores, tracing, runtime, metrics, logger, reached } = options
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
  const sources: readonly EventSource[] = [
    createOrderEventSource({
      unpublished: stores.unpublished,
      lease: stores.relayLease,
      digits: stores.digits,
    }),
    ...CASE_KINDS.map((kind) =>
      createCaseEventSource({
        ...{ kind, digits: stores.digits },
        orderOf: async (id) => (await stores.orders.find(id))?.order,
        ...{ unpublished: stores.cases.unpublished(kind), lease: stores.caseLease(kind) },
      }),
    ),
  ]
  const own = createRelayMetrics(metrics)
  const relays = sources.map((source) =>
    createRelay({ source, publish, ...{ runtime, metrics: own, logger }, ...(reached ? { reached } : {}) }),
  )
  for (const relay of relays) relay.start()
  return async () => {
    await Promise.all(relays.map((relay) => relay.stop()))
    await service.close()
  }
}
