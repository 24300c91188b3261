/** What admins do with endpoints. Each change is in the audit log, without secrets. */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { DomainError } from '../domain/errors.ts'
import { AGGREGATE, eventIdOf, type RecordedEvent } from '../domain/event.ts'
import type { EventLog } from '../domain/ports.ts'
import { ENDPOINTS_MAX, type Endpoint, OLD_SECRET_MS, wants } from '../domain/webhook.ts'
import type { AuditRecord, WebhookStore } from '../domain/webhook_ports.ts'
import { newSecret } from './signing.ts'

/** Events of one replay. */
export const REPLAY_MAX = 1_000
const READ_AT_ONCE = 200

export type EndpointFields = Pick<Endpoint, 'url' | 'description' | 'types'>

export type ManageDeps = {
  readonly webhooks: WebhookStore
  readonly events: Pick<EventLog, 'ends' | 'between' | 'find'>
  readonly runtime: Pick<Runtime, 'now' | 'newId' | 'randomBytes'>
}

export type Replay =
  | { readonly ids: readonly string[] }
  | { readonly after: number; readonly before: number | undefined }

export type Manage = ReturnType<typeof createManage>

export function createManage({ webhooks, events, runtime }: ManageDeps) {
  const now = () => runtime.now().toISOString()
  const existing = async (id: string): Promise<Endpoint> => {
    const endpoint = await webhooks.endpoint(id)
    if (!endpoint) throw missing()
    return endpoint
  }
  const record = (
    action: AuditRecord['action'],
    endpoint: Endpoint,
    changes: AuditRecord['changes'] = [],
  ): AuditRecord => ({ action, subject: { type: 'endpoint', id: endpoint.id, name: endpoint.url }, changes })

  /** Saves what `change` makes of it, again if another change came first. */
  const changed = async (
    id: string,
    by: string,
    change: (endpoint: Endpoint) => Endpoint,
    entryOf: (before: Endpoint, after: Endpoint) => AuditRecord,
  ): Promise<Endpoint> => {
    for (let attempt = 0; attempt < 5; attempt++) {
      const before = await existing(id)
      const after = { ...change(before), updatedAt: now() }
      if (await webhooks.save(after, { by, record: entryOf(before, after) })) return existing(id)
    }
    throw new DomainError('endpoint_changed', 'The endpoint was changed meanwhile. Send the request again.')
  }

  return {
    list: () => webhooks.endpoints(),
    find: existing,
    async create(fields: EndpointFields, by: string): Promise<Endpoint> {
      const at = now()
      const endpoint: Endpoint = {
        id: runtime.newId(),
        ...fields,
        state: 'active',
        secret: newSecret(runtime),
        previous: null,
        // It gets what happens from now on.
        position: (await events.ends())?.last ?? 0,
        failingSince: null,
        ...{ version: 1, createdAt: at, updatedAt: at },
      }
      if (
        !(await webhooks.add(endpoint, ENDPOINTS_MAX, { by, record: record('endpoint.created', endpoint) }))
      )
        throw new DomainError('too_many_endpoints', `There may be ${ENDPOINTS_MAX} endpoints.`)
      return endpoint
    },
    change: (id: string, fields: EndpointFields & { readonly active: boolean }, by: string) =>
      changed(
        id,
        by,
        (endpoint) => {
          const { active, ...rest } = fields
          const state = active ? 'active' : endpoint.state === 'active' ? 'paused' : endpoint.state
          return { ...endpoint, ...rest, state, failingSince: active ? null : endpoint.failingSince }
        },
        (before, after) =>
          record('endpoint.changed', before, [
            ...difference('url', before.url, after.url),
            ...difference('description', before.description, after.description),
            ...difference('types', before.types.join(', '), after.types.join(', ')),
            ...difference('state', before.state, after.state),
          ]),
      ),
    replaceSecret: (id: string, by: string) =>
      changed(
        id,
        by,
        (endpoint) => ({
          ...endpoint,
          secret: newSecret(runtime),
          previous: {
            ...endpoint.secret,
            until: new Date(runtime.now().getTime() + OLD_SECRET_MS).toISOString(),
          },
        }),
        (before) => record('endpoint.secret_replaced', before),
      ),
    async remove(id: string, by: string): Promise<void> {
      const endpoint = await existing(id)
      await webhooks.remove(id, now(), { by, record: record('endpoint.deleted', endpoint) })
    },
    /** Of events up to the position that the endpoint has reached: what comes after is delivered anyway. */
    async replay(id: string, replay: Replay, by: string): Promise<number> {
      const endpoint = await existing(id)
      const found =
        'ids' in replay ? await byIds(events, replay.ids) : await inRange(events, endpoint, replay)
      const due = found
        .filter(({ position, type }) => position <= endpoint.position && wants(endpoint, type))
        .map((event) => ({
          ...{ position: event.position, eventId: eventIdOf(event) },
          ...{ type: event.type, aggregate: event.aggregate },
        }))
      const entry = record('endpoint.events_replayed', endpoint, [
        { field: 'events', before: null, after: due.length },
      ])
      const queued = await webhooks.replay(id, due, now(), { by, record: entry })
      if (queued === undefined) throw missing()
      return queued
    },
  }
}

const missing = () => new DomainError('endpoint_not_found', 'There is no endpoint with this id.')

const difference = (field: string, before: string, after: string) =>
  before === after ? [] : [{ field, before, after }]

async function byIds(events: ManageDeps['events'], ids: readonly string[]): Promise<RecordedEvent[]> {
  const found: RecordedEvent[] = []
  for (const id of new Set(ids)) {
    const at = id.lastIndexOf(':')
    const [aggregate, sequence] = [id.slice(0, at), Number(id.slice(at + 1))]
    const event =
      AGGREGATE.test(aggregate) && Number.isSafeInteger(sequence)
        ? await events.find(aggregate, sequence)
        : undefined
    if (!event) throw new DomainError('event_not_found', `The log has no event ${id}.`)
    found.push(event)
  }
  return found.toSorted((a, b) => a.position - b.position)
}

async function inRange(
  events: ManageDeps['events'],
  endpoint: Endpoint,
  { after, before = Number.MAX_SAFE_INTEGER }: { after: number; before: number | undefined },
): Promise<RecordedEvent[]> {
  const upTo = Math.min(before - 1, endpoint.position)
  const found: RecordedEvent[] = []
  for (let from = after; from < upTo; ) {
    const some = await events.between(from, upTo, READ_AT_ONCE)
    found.push(...some.filter(({ type }) => wants(endpoint, type)))
    if (found.length > REPLAY_MAX)
      throw new DomainError('replay_too_large', `One replay has at most ${REPLAY_MAX} events.`)
    if (some.length < READ_AT_ONCE) break
    from = some.at(-1)!.position
  }
  return found
}
