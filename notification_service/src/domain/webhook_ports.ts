/** The stores of endpoints and deliveries. Every adapter passes test/webhook_store_contract.ts. */
import type { Attempt, Delivery, DeliveryState, Endpoint } from './webhook.ts'

export type AuditRecord = {
  readonly action: (typeof AUDIT_ACTIONS)[number]
  readonly subject: { readonly type: 'endpoint'; readonly id: string; readonly name?: string }
  readonly changes: readonly {
    readonly field: string
    readonly before: string | number | null
    readonly after: string | number | null
  }[]
}
export const AUDIT_ACTIONS = [
  ...(['endpoint.created', 'endpoint.changed', 'endpoint.deleted'] as const),
  ...(['endpoint.secret_replaced', 'endpoint.events_replayed'] as const),
] as const

export type Audited = { readonly by: string; readonly record: AuditRecord }

/** What a delivery is made of. */
export type Due = Pick<Delivery, 'position' | 'eventId' | 'type' | 'aggregate'>

export type Finished = {
  readonly delivery: Pick<Delivery, 'endpointId' | 'position' | 'aggregate' | 'fence'>
  readonly state: 'done' | 'dead' | 'queued'
  readonly dueAt: string
  readonly attempt: Attempt
}

export type WebhookStore = {
  /** By id: the oldest first. There are few. */
  endpoints(): Promise<readonly Endpoint[]>
  endpoint(id: string): Promise<Endpoint | undefined>
  /** Resolves false if there are as many as may be. */
  add(endpoint: Endpoint, max: number, audited: Audited): Promise<boolean>
  /** Saves all but `position`, over the version it had. Resolves false, and changes nothing, if it has another one. */
  save(endpoint: Endpoint, audited?: Audited): Promise<boolean>
  /** With its deliveries. */
  remove(id: string, at: string, audited: Audited): Promise<boolean>
  /**
   * Makes deliveries of events between two positions, and moves the endpoint from the one to the other: all or nothing, once. Each is
   * `queued`, or `waiting` behind one of its aggregate that is not done.
   */
  spread(endpointId: string, from: number, to: number, due: readonly Due[], at: string): Promise<boolean>
  /**
   * Queues deliveries again, or makes them, and brings forward those whose next attempt is more than FORWARD_MS away: all begin their
   * schedule anew. Those that are under way stay as they are. Resolves how many were queued; undefined without the endpoint.
   */
  replay(endpointId: string, due: readonly Due[], at: string, audited: Audited): Promise<number | undefined>
  /** Claims deliveries that are due (W3): fence and attempts grow by one. */
  claim(endpointId: string, now: string, leaseUntil: string, limit: number): Promise<readonly Delivery[]>
  /** Records an attempt under the fence of its claim, and queues the next one of the aggregate if this one is over (W2). */
  finish(finished: Finished): Promise<boolean>
  deliveries(query: {
    readonly endpointId: string
    readonly state: DeliveryState | undefined
    readonly before: number | undefined
    readonly limit: number
  }): Promise<readonly Delivery[]>
  /** Newest first, up to ATTEMPTS_KEPT. Undefined if there is no such delivery. */
  attempts(endpointId: string, position: number): Promise<readonly Attempt[] | undefined>
}

/** Of each delivery. */
export const ATTEMPTS_KEPT = 20
