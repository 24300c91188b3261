/**
 * Endpoints of webhooks, and the deliveries of events to them.
 *
 * Invariants
 *  W1. Every event of the types of an endpoint, from its creation on, is delivered at least once or ends as `dead`, where an admin sees it.
 *  W2. Of one endpoint and aggregate one delivery at a time is under way: the next one waits until it is done or dead. So they are in
 *      order; others go on meanwhile.
 *  W3. A delivery is claimed by a lease and a fence: what a process that outlived its lease reports is refused. One that dies between
 *      sending and recording is sent again, under the same id.
 *  W4. Secrets leave the store in the answer that makes them, and in signatures.
 */

export const ENDPOINTS_MAX = 50
export const URL_LENGTH_MAX = 1_000
export const DESCRIPTION_LENGTH_MAX = 200
export const TYPES_MAX = 50
/** The secret before is still used beside the new one for so long. */
export const OLD_SECRET_MS = 24 * 60 * 60_000
/** An endpoint without a success for so long is disabled. */
export const FAILING_MAX_MS = 5 * 24 * 60 * 60_000

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000]
/** Pauses before each attempt (Standard Webhooks): ten attempts over 75 hours. */
export const SCHEDULE_MS: readonly number[] = [
  ...[0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE],
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR),
]
/** `Retry-After` is obeyed up to this. */
export const RETRY_AFTER_MAX_MS = 24 * HOUR
/** An attempt may take up to this. */
export const ATTEMPT_MS = 15_000
/** Longer than an attempt and its record take. */
export const LEASE_MS = 30_000
/** What waits longer than this for its next attempt is under no lease, whichever clock made that: a replay brings it forward. */
export const FORWARD_MS = 2 * LEASE_MS
export const forwardedFrom = (at: string): string => new Date(Date.parse(at) + FORWARD_MS).toISOString()
/** Attempts under way to one endpoint, in each replica. */
export const AT_ONCE_MAX = 4

export type Secret = {
  /** `whsec_…`, for `v1`. */
  readonly shared: string
  /** `whsk_…`: the seed of an ed25519 key, for `v1a`. */
  readonly signing: string
}

export type Endpoint = {
  readonly id: string
  readonly url: string
  readonly description: string
  /** Empty: all. */
  readonly types: readonly string[]
  readonly state: 'active' | 'paused' | 'gone' | 'failing'
  readonly secret: Secret
  readonly previous: (Secret & { readonly until: string }) | null
  /** Deliveries of events up to this position were made. */
  readonly position: number
  readonly failingSince: string | null
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

export type DeliveryState = 'waiting' | 'queued' | 'done' | 'dead'
export const DELIVERY_STATES = ['waiting', 'queued', 'done', 'dead'] as const

export type Delivery = {
  readonly endpointId: string
  /** Of the event. */
  readonly position: number
  readonly eventId: string
  readonly type: string
  readonly aggregate: string
  /** `waiting`: for an earlier one of its aggregate. */
  readonly state: DeliveryState
  readonly attempts: number
  readonly dueAt: string
  readonly fence: number
  readonly lastStatus: number | null
  readonly lastError: string | null
  readonly updatedAt: string
}

export type Attempt = {
  readonly at: string
  readonly status: number | null
  readonly error: string | null
  readonly durationMs: number
}

/** What came of sending. `status` is undefined if there was no answer. */
export type Sent = {
  readonly status: number | undefined
  readonly error: string | undefined
  readonly retryAfterMs: number | undefined
}

export type WebhookCall = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Never rejects. */
export type CallWebhook = (call: WebhookCall) => Promise<Sent & { readonly durationMs: number }>

export type Verdict = {
  readonly state: 'done' | 'dead' | 'queued'
  readonly dueAt: string
  /** The receiver wants no more. */
  readonly gone: boolean
}

/** Only 2xx is a success. `chance` (0 to 1) spreads attempts. */
export function verdictOf(
  { attempts }: Pick<Delivery, 'attempts'>,
  sent: Sent,
  now: Date,
  chance: number,
): Verdict {
  const { status } = sent
  const at = now.toISOString()
  if (status !== undefined && status >= 200 && status < 300) return { state: 'done', dueAt: at, gone: false }
  if (status === 410) return { state: 'dead', dueAt: at, gone: true }
  const pause = SCHEDULE_MS[attempts]
  if (pause === undefined) return { state: 'dead', dueAt: at, gone: false }
  const asked = Math.min(sent.retryAfterMs ?? 0, RETRY_AFTER_MAX_MS)
  const ms = Math.max(Math.round(pause * (1 + chance / 10)), asked)
  return { state: 'queued', dueAt: new Date(now.getTime() + ms).toISOString(), gone: false }
}

export const wants = ({ types }: Endpoint, type: string): boolean =>
  types.length === 0 || types.includes(type)
