/**
 * POST /webhooks/stripe: the body as it came is verified, the event recorded, and then answered with 200. The payment is read by the
 * poller: what the event says is not believed (M8).
 *
 * If the process stops before the answer, the provider sends the event again: the payment is made due before the event counts as
 * received.
 */
import type { App } from '@shop/service_kit/http/app_types'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import { DomainError } from '../domain/errors.ts'
import type { PaymentProvider, Ports, ProviderEvent } from '../domain/ports.ts'
import { receiveEventOperation } from './payment_schemas.ts'

/** Events have whole objects in them. */
const EVENT_BYTES_MAX = 256 * 1024

export type WebhookRoutesDeps = {
  readonly ports: Ports
  readonly provider: Pick<PaymentProvider, 'verifyEvent'> | undefined
  readonly metrics: Metrics
  /** A payment is due. */
  readonly wake: () => void
}

export function webhookRoutes({ ports, provider, metrics, wake }: WebhookRoutesDeps) {
  const { payments, now, reached } = ports
  const events = metrics.counter(
    'payment_events_total',
    'Events of the payment provider, by what became of them.',
    ['outcome'],
  )

  const receive = async (event: ProviderEvent): Promise<string> => {
    if (await payments.isReceived(event.id)) return 'known'
    const at = now().toISOString()
    const orderId = event.orderId ?? (await orderOf(event))
    const isOurs = orderId !== undefined && (await payments.makeDue(orderId, at))
    await payments.received(event.id, at)
    reached('event_recorded')
    if (isOurs) wake()
    return isOurs ? 'received' : 'foreign'
  }
  const orderOf = async ({ intentId }: ProviderEvent) =>
    intentId === undefined ? undefined : (await payments.findByIntent(intentId))?.payment.orderId

  return async (app: App) => {
    // The signature is about the bytes that came.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      '*',
      { parseAs: 'string', bodyLimit: EVENT_BYTES_MAX },
      (_request: unknown, body: string | Buffer, done: (error: null, text: string) => void) =>
        done(null, String(body)),
    )
    app.post(
      '/webhooks/stripe',
      { ...receiveEventOperation, bodyLimit: EVENT_BYTES_MAX },
      async (request) => {
        if (!provider) throw new DomainError('webhooks_unavailable', 'No payment provider is configured.')
        const signature = request.headers['stripe-signature']
        const body = typeof request.body === 'string' ? request.body : ''
        const event = provider.verifyEvent(body, typeof signature === 'string' ? signature : undefined, now())
        events.inc({ outcome: await receive(event) })
        return { received: true }
      },
    )
  }
}
