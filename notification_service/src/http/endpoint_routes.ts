/** Endpoints of webhooks, for admins. */
import type { App } from '@shop/service_kit/http/app_types'
import { decodeCursor, encodeCursor, PAGE_LIMIT_DEFAULT } from '@shop/service_kit/http/paging'
import { principalOf } from '@shop/service_kit/identity/access'
import { Problem } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { DomainError } from '../domain/errors.ts'
import { eventIdOf } from '../domain/event.ts'
import type { CallWebhook } from '../domain/webhook.ts'
import type { WebhookStore } from '../domain/webhook_ports.ts'
import { cloudEvent } from '../webhooks/cloud_event.ts'
import { send } from '../webhooks/deliver.ts'
import type { Manage } from '../webhooks/manage.ts'
import {
  createEndpointOperation,
  createReplayOperation,
  deleteEndpointOperation,
  getEndpointOperation,
  listAttemptsOperation,
  listDeliveriesOperation,
  listEndpointsOperation,
  publishTestEventOperation,
  replaceEndpointOperation,
  replaceEndpointSecretOperation,
} from './endpoint_schemas.ts'
import { attemptView, deliveryView, endpointView, secretView } from './endpoint_views.ts'

export type EndpointRoutesDeps = {
  readonly manage: Manage
  readonly webhooks: WebhookStore
  readonly call: CallWebhook
  readonly runtime: Pick<Runtime, 'now' | 'newId' | 'random'>
  readonly source: string
  /** A sentence, or undefined. */
  readonly faultOfUrl: (url: string) => string | undefined
  /** Called when deliveries were queued. */
  readonly onQueued: () => void
}

const LIST = { name: 'deliveries', key: [{ max: Number.MAX_SAFE_INTEGER }] } as const

export function endpointRoutes(deps: EndpointRoutesDeps) {
  const { manage, webhooks, call, runtime, source, faultOfUrl, onQueued } = deps
  const { now } = runtime
  const byOf = (request: Parameters<typeof principalOf>[0]) => principalOf(request).userId

  return async (app: App) => {
    app.get('/endpoints', listEndpointsOperation, async () => ({
      items: (await manage.list()).map((endpoint) => endpointView(endpoint, now())),
    }))
    app.post('/endpoints', createEndpointOperation, async (request, reply) => {
      const { url, description = '', types = [] } = request.body
      requireUrl(url)
      const endpoint = await manage.create({ url, description, types }, byOf(request))
      reply.code(201).header('location', `/endpoints/${endpoint.id}`)
      return secretView(endpoint, now())
    })
    app.get('/endpoints/:id', getEndpointOperation, async ({ params }) =>
      endpointView(await manage.find(params.id), now()),
    )
    app.put('/endpoints/:id', replaceEndpointOperation, async (request) => {
      requireUrl(request.body.url)
      const endpoint = await manage.change(request.params.id, request.body, byOf(request))
      onQueued()
      return endpointView(endpoint, now())
    })
    app.delete('/endpoints/:id', deleteEndpointOperation, async (request, reply) => {
      await manage.remove(request.params.id, byOf(request))
      reply.code(204)
    })
    app.post('/endpoints/:id/secret', replaceEndpointSecretOperation, async (request) =>
      secretView(await manage.replaceSecret(request.params.id, byOf(request)), now()),
    )
    app.post('/endpoints/:id/test', publishTestEventOperation, async ({ params }) => {
      const endpoint = await manage.find(params.id)
      const at = now().toISOString()
      const event = {
        ...{ aggregate: `test:${runtime.newId()}`, sequence: 1, type: 'endpoint.test', time: at },
        ...{ data: { endpoint_id: endpoint.id }, coalesced: false },
      }
      const sent = await send({ call, runtime }, endpoint, eventIdOf(event), cloudEvent(event, source))
      const { status = null, error = null, durationMs } = sent
      return attemptView({ at, status, error: error ?? null, durationMs })
    })
    app.get('/endpoints/:id/deliveries', listDeliveriesOperation, async ({ params, query }) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor, state } = query
      const [before] = (decodeCursor(cursor, LIST) ?? []) as [number?]
      await manage.find(params.id)
      const asked = { endpointId: params.id, state, before, limit: limit + 1 }
      const found = await webhooks.deliveries(asked)
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return {
        items: items.map(deliveryView),
        next_cursor: found.length > limit && last ? encodeCursor([last.position], LIST) : null,
      }
    })
    app.get('/endpoints/:id/deliveries/:position/attempts', listAttemptsOperation, async ({ params }) => {
      await manage.find(params.id)
      const attempts = await webhooks.attempts(params.id, Number(params.position))
      if (!attempts) throw new DomainError('delivery_not_found', 'There is no delivery of this event.')
      return { items: attempts.map(attemptView) }
    })
    app.post('/endpoints/:id/replays', createReplayOperation, async (request) => {
      const { event_ids: ids, after, before } = request.body
      if ((ids === undefined) === (after === undefined) || (ids && before !== undefined))
        throw faulty('/event_ids', 'or after must be there, one of them')
      const replay = ids ? { ids } : { after: after!, before }
      const queued = await manage.replay(request.params.id, replay, byOf(request))
      onQueued()
      return { queued }
    })
  }

  function requireUrl(url: string): void {
    const fault = faultOfUrl(url)
    if (fault !== undefined) throw faulty('/url', fault)
  }
}

const faulty = (path: string, message: string) =>
  new Problem('validation_failed', `body${path}: ${message}`, { errors: [{ in: 'body', path, message }] })
