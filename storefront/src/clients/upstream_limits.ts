/** What one gateway asks of one service at once, and how long it waits. README.md lists every limit. */
import { CONNECTION_LIMITS } from '@shop/service_kit/calls/connections'
import type { ReplicaLimits } from '@shop/service_kit/calls/replicas'
import type { FairLimits } from './fair_limiter.ts'

/**
 * Each class of calls has a concurrency limiter of its own, so that no class waits for another: hashing a password is
 * slow and open to everyone, writes may hang on a disk or on another service while reads do not, an upload is large and slow,
 * and so is the table of all products. An event of the payment provider may come from anyone.
 */
export const CALL_CLASSES = ['reads', 'writes', 'hashing', 'uploads', 'exports', 'webhooks'] as const
export type CallClass = (typeof CALL_CLASSES)[number]

export type UpstreamLimits = ReplicaLimits & {
  readonly calls: Readonly<Record<CallClass, FairLimits>>
  readonly streamsMax: number
  readonly streamsPerUserMax: number
  readonly streamsPerAddressMax: number
  readonly answerMs: number
  readonly wholeMs: number
  readonly exportMs: number
  readonly stalledMs: number
  readonly silenceMs: number
}

/** One address alone gets a quarter of all slots, and so never fills `inFlightMax`. */
const SHARE_OF_FREE = 1 / 3

/** At this gateway; product_service makes two at a time. */
const EXPORTS_MAX = 6

/** At this gateway, from the first byte that the visitor sends: each may hold 10 MiB. */
export const UPLOADS_MAX = 6

/** Events of the payment provider at this gateway, from the first byte on (webhook_slots.ts): each may hold 256 KiB. */
export const WEBHOOKS_MAX = 64

const CALLS = { inFlightMax: 512, waitingMax: 1_024, shareOfFree: SHARE_OF_FREE }

export const UPSTREAM_LIMITS: UpstreamLimits = {
  calls: {
    reads: CALLS,
    writes: CALLS,
    /**
     * These calls wait in auth_service, which knows whose turn it is and rejects the rest at once. There are more slots
     * than three replicas of it have in their three queues of 256. One address may be that of a balancer in front of
     * all visitors, so it gets more slots than a flood fills at one replica.
     */
    hashing: { inFlightMax: 2_560, waitingMax: 0, shareOfFree: SHARE_OF_FREE },
    /** Twice as many as are received, so that one address, often that of all admins, may have all of those. */
    uploads: { inFlightMax: 2 * UPLOADS_MAX, waitingMax: 0, shareOfFree: 1 },
    /** For admins, as uploads are. None waits, so none is cut because it is read slowly (slow_readers.ts). */
    exports: { inFlightMax: EXPORTS_MAX, waitingMax: 0, shareOfFree: 1 },
    /** Those that were admitted; the shares of addresses are counted there. */
    webhooks: { inFlightMax: WEBHOOKS_MAX, waitingMax: 0, shareOfFree: 1 },
  },
  streamsMax: 1_024,
  streamsPerUserMax: 10,
  /** Many visitors may share one address, behind the router of a company or a mobile network. */
  streamsPerAddressMax: 256,
  /** Longer than any service takes to answer by itself. */
  answerMs: 20_000,
  wholeMs: 60_000,
  /** Instead of `wholeMs`: 30 MB through a line of 70 kbit/s. */
  exportMs: 3_600_000,
  /** Below the 5 s after which a page gives up, so that a waiting call gets its slot in time. */
  stalledMs: 1_000,
  /** Services send a heartbeat into a stream every 15 s. */
  silenceMs: 60_000,
  connectMs: 2_000,
  cooldownMs: 5_000,
  addressesMs: 5_000,
  ...CONNECTION_LIMITS,
}
