/** The operations on endpoints of webhooks and their deliveries. */
import { ADMIN_PROBLEMS, BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { PageOf, PageQuery } from '@shop/service_kit/http/paging'
import { Body, Id } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { DELIVERY_STATES } from '../domain/webhook.ts'
import {
  AttemptView,
  DeliveryView,
  EndpointParams,
  EndpointView,
  Fields,
  SecretView,
} from './endpoint_views.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'webhooks')
const EVENT_IDS_MAX = 100

const READ = [...ADMIN_PROBLEMS, 'endpoint_not_found', 'store_unavailable'] as const
const WRITE = [...READ, ...BODY_PROBLEMS, 'endpoint_changed', 'overloaded'] as const
const admin = { access: 'admin', params: EndpointParams } as const

export const listEndpointsOperation = operation({
  operationId: 'listEndpoints',
  summary: 'The endpoints of webhooks, the oldest first',
  access: 'admin',
  response: { 200: Type.Object({ items: Type.Array(EndpointView) }) },
  problems: [...ADMIN_PROBLEMS, 'store_unavailable'],
})
export const createEndpointOperation = operation({
  operationId: 'createEndpoint',
  summary: 'Deliver what happens from now on to an address',
  access: 'admin',
  body: Body({
    url: Fields.url,
    description: Type.Optional(Fields.description),
    types: Type.Optional(Fields.types),
  }),
  response: { 201: SecretView },
  problems: [...ADMIN_PROBLEMS, ...BODY_PROBLEMS, 'too_many_endpoints', 'store_unavailable', 'overloaded'],
})
export const getEndpointOperation = operation({
  operationId: 'getEndpoint',
  summary: 'An endpoint',
  ...admin,
  response: { 200: EndpointView },
  problems: READ,
})
export const replaceEndpointOperation = operation({
  operationId: 'replaceEndpoint',
  summary: 'Change an endpoint; active again, it goes on where it stopped',
  ...admin,
  body: Body({ ...Fields, active: Type.Boolean() }),
  response: { 200: EndpointView },
  problems: WRITE,
})
export const deleteEndpointOperation = operation({
  operationId: 'deleteEndpoint',
  summary: 'Remove an endpoint and its deliveries',
  ...admin,
  response: { 204: { description: 'It is removed' } },
  problems: READ,
})
export const replaceEndpointSecretOperation = operation({
  operationId: 'replaceEndpointSecret',
  summary: 'A new secret; for a day requests are signed with both',
  ...admin,
  response: { 200: SecretView },
  problems: [...READ, 'endpoint_changed'],
})
export const publishTestEventOperation = operation({
  operationId: 'publishTestEvent',
  summary: 'Send a test event once, now',
  ...admin,
  response: { 200: AttemptView },
  problems: READ,
})
export const listDeliveriesOperation = operation({
  operationId: 'listDeliveries',
  summary: 'The deliveries of an endpoint, those of the newest events first',
  ...admin,
  querystring: Type.Object(
    { ...PageQuery, state: Type.Optional(Type.Enum([...DELIVERY_STATES])) },
    { additionalProperties: false },
  ),
  response: { 200: PageOf(DeliveryView) },
  problems: [...READ, 'validation_failed', 'malformed_cursor'],
})
export const listAttemptsOperation = operation({
  operationId: 'listAttempts',
  summary: 'The last attempts of a delivery, newest first',
  access: 'admin',
  params: Type.Object({ id: Id, position: Type.Integer({ minimum: 1 }) }),
  response: { 200: Type.Object({ items: Type.Array(AttemptView) }) },
  problems: [...READ, 'validation_failed', 'delivery_not_found'],
})
export const createReplayOperation = operation({
  operationId: 'createReplay',
  summary: 'Deliver events again: those that are named, or those between two positions',
  ...admin,
  body: Body({
    event_ids: Type.Optional(
      Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: EVENT_IDS_MAX }),
    ),
    after: Type.Optional(Type.Integer({ minimum: 0 })),
    before: Type.Optional(Type.Integer({ minimum: 1 })),
  }),
  response: {
    200: Type.Object({
      queued: Type.Integer({
        description:
          'Also those whose next attempt was a minute or more away: they come at once. Those under way are not counted',
      }),
    }),
  },
  problems: [...WRITE, 'event_not_found', 'replay_too_large'],
})
