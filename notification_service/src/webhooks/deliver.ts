/** One attempt to deliver an event, from its claim to its record (invariant W3). */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { EventLog } from '../domain/ports.ts'
import {
  type CallWebhook,
  type Delivery,
  type Endpoint,
  FAILING_MAX_MS,
  verdictOf,
} from '../domain/webhook.ts'
import type { WebhookStore } from '../domain/webhook_ports.ts'
import { CONTENT_TYPE, cloudEvent } from './cloud_event.ts'
import { signedHeaders } from './signing.ts'

export type DeliverDeps = {
  readonly events: Pick<EventLog, 'between'>
  readonly webhooks: WebhookStore
  readonly call: CallWebhook
  readonly runtime: Pick<Runtime, 'now' | 'random'>
  /** The `source` of CloudEvents. */
  readonly source: string
  /** Called between two steps; tests stop the process there. */
  readonly reached?: (place: 'webhook_sent') => void
  readonly onOutcome?: (outcome: 'done' | 'dead' | 'failed') => void
}

export const send = (
  { call, runtime }: Pick<DeliverDeps, 'call' | 'runtime'>,
  endpoint: Endpoint,
  id: string,
  body: string,
) =>
  call({
    url: endpoint.url,
    headers: {
      'content-type': CONTENT_TYPE,
      'user-agent': 'shop-webhooks/1.0',
      ...signedHeaders(endpoint, id, runtime.now(), body),
    },
    body,
  })

export function createDeliver(deps: DeliverDeps) {
  const { events, webhooks, runtime, source, reached = () => {}, onOutcome = () => {} } = deps

  /** Notes when the endpoint began to fail or works again, and disables it. Repeated by the next attempt if another change came first. */
  const note = async ({ id, url }: Endpoint, worked: boolean, gone: boolean) => {
    const endpoint = await webhooks.endpoint(id)
    // What one address answers says nothing about another that it has got meanwhile.
    if (endpoint?.url !== url) return
    const now = runtime.now()
    const updatedAt = now.toISOString()
    if (gone) await webhooks.save({ ...endpoint, state: 'gone', updatedAt })
    else if (worked) {
      if (endpoint.failingSince !== null) await webhooks.save({ ...endpoint, failingSince: null, updatedAt })
    } else if (endpoint.failingSince === null) {
      await webhooks.save({ ...endpoint, failingSince: updatedAt, updatedAt })
    } else if (
      endpoint.state === 'active' &&
      now.getTime() - Date.parse(endpoint.failingSince) > FAILING_MAX_MS
    ) {
      await webhooks.save({ ...endpoint, state: 'failing', updatedAt })
    }
  }

  return async (endpoint: Endpoint, delivery: Delivery): Promise<void> => {
    const { position } = delivery
    const [event] = await events.between(position - 1, position, 1)
    const at = runtime.now().toISOString()
    const sent = event
      ? await send(deps, endpoint, delivery.eventId, cloudEvent(event, source))
      : {
          status: undefined,
          retryAfterMs: undefined,
          durationMs: 0,
          error: 'The event is not in the log any more.',
        }
    reached('webhook_sent')
    const { state, dueAt, gone } = event
      ? verdictOf(delivery, sent, runtime.now(), runtime.random())
      : { state: 'dead' as const, dueAt: at, gone: false }
    const { status = null, error = null, durationMs } = sent
    await webhooks.finish({
      delivery,
      state,
      dueAt,
      attempt: { at, status, error: error ?? null, durationMs },
    })
    onOutcome(state === 'queued' ? 'failed' : state)
    if (event) await note(endpoint, state === 'done', gone)
  }
}
