/** Endpoints of webhooks, deliveries and attempts as JSON. */
import { Id, NullableInteger, NullableString, Timestamp, Version } from '@shop/service_kit/http/schemas'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import { TYPE, TYPE_LENGTH_MAX } from '../domain/event.ts'
import {
  type Attempt,
  DELIVERY_STATES,
  DESCRIPTION_LENGTH_MAX,
  type Delivery,
  type Endpoint,
  TYPES_MAX,
  URL_LENGTH_MAX,
} from '../domain/webhook.ts'
import { publicKeyOf } from '../webhooks/signing.ts'

export const Fields = {
  url: Type.String({ minLength: 1, maxLength: URL_LENGTH_MAX, description: 'https, at a public address' }),
  description: Type.String({ maxLength: DESCRIPTION_LENGTH_MAX }),
  types: Type.Array(
    Type.String({
      pattern: TYPE.source,
      maxLength: TYPE_LENGTH_MAX,
      [MESSAGE]: 'must be a type such as order.confirmed',
    }),
    { maxItems: TYPES_MAX, uniqueItems: true, description: 'Only events of these types; without one all' },
  ),
}
export const EndpointParams = Type.Object({ id: Id })

export const EndpointView = Type.Object({
  id: Id,
  ...Fields,
  state: Type.Enum(['active', 'paused', 'gone', 'failing'], {
    description: 'gone: it answered 410. failing: nothing got there for five days',
  }),
  public_key: Type.String({ description: 'whpk_…, which verifies signatures `v1a`' }),
  old_secret_until: NullableString({
    format: 'date-time',
    description: 'Until then requests are signed with the secret before, too',
  }),
  position: Type.Integer({ description: 'Events up to this position of the log have been looked at' }),
  failing_since: NullableString({ format: 'date-time' }),
  version: Version,
  created_at: Timestamp,
  updated_at: Timestamp,
})
export const SecretView = Type.Object({
  endpoint: EndpointView,
  secret: Type.String({ description: 'whsec_…, for `v1`. It is shown once' }),
})

export const endpointView = (endpoint: Endpoint, now: Date): Static<typeof EndpointView> => ({
  id: endpoint.id,
  url: endpoint.url,
  description: endpoint.description,
  types: [...endpoint.types],
  state: endpoint.state,
  public_key: publicKeyOf(endpoint.secret),
  old_secret_until:
    endpoint.previous && endpoint.previous.until > now.toISOString() ? endpoint.previous.until : null,
  position: endpoint.position,
  failing_since: endpoint.failingSince,
  version: endpoint.version,
  created_at: endpoint.createdAt,
  updated_at: endpoint.updatedAt,
})
export const secretView = (endpoint: Endpoint, now: Date): Static<typeof SecretView> => ({
  endpoint: endpointView(endpoint, now),
  secret: endpoint.secret.shared,
})

export const DeliveryView = Type.Object({
  position: Type.Integer({ description: 'Of the event in the log' }),
  event_id: Type.String(),
  type: Type.String(),
  aggregate: Type.String(),
  state: Type.Enum([...DELIVERY_STATES], {
    description: 'waiting: for an earlier one of its aggregate. dead: given up after ten attempts',
  }),
  attempts: Type.Integer(),
  due_at: NullableString({ format: 'date-time', description: 'Of the next attempt' }),
  last_status: NullableInteger(),
  last_error: NullableString(),
  updated_at: Timestamp,
})
export const deliveryView = (delivery: Delivery): Static<typeof DeliveryView> => ({
  position: delivery.position,
  event_id: delivery.eventId,
  type: delivery.type,
  aggregate: delivery.aggregate,
  state: delivery.state,
  attempts: delivery.attempts,
  due_at: delivery.state === 'queued' ? delivery.dueAt : null,
  last_status: delivery.lastStatus,
  last_error: delivery.lastError,
  updated_at: delivery.updatedAt,
})

export const AttemptView = Type.Object({
  at: Timestamp,
  status: NullableInteger({ description: 'null without an answer' }),
  error: NullableString(),
  duration_ms: Type.Integer(),
})
export const attemptView = ({ at, status, error, durationMs }: Attempt): Static<typeof AttemptView> => ({
  ...{ at, status, error, duration_ms: durationMs },
})
