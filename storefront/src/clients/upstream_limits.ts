/** What one gateway asks of one service at once, and how long it waits. Each is in README.md. */
import type { LineLimits } from './line.ts'
import type { ReplicaLimits } from './replicas.ts'

/**
 * Calls that must not wait behind each other have lines apart. What hashes a password takes long, and whoever likes may
 * ask for it. What writes may hang where reading does not: on the disk, or on another service.
 */
export const LANES = ['reads', 'writes', 'hashing'] as const
export type Lane = (typeof LANES)[number]

export type UpstreamLimits = ReplicaLimits & {
  readonly lanes: Readonly<Record<Lane, LineLimits>>
  readonly streamsMax: number
  readonly streamsPerUserMax: number
  readonly streamsPerAddressMax: number
  readonly answerMs: number
  readonly wholeMs: number
  readonly takeMs: number
  readonly silenceMs: number
}

/** So that one address alone never fills `atOnce`: it gets a quarter of both together. */
const SHARE_OF_FREE = 1 / 3

const CALLS = { atOnce: 512, waitingMax: 1_024, shareOfFree: SHARE_OF_FREE }

export const UPSTREAM_LIMITS: UpstreamLimits = {
  lanes: {
    reads: CALLS,
    writes: CALLS,
    /**
     * They wait in auth_service, which knows whose turn it is and refuses the rest at once. So there is room for more
     * than its three lines of 256 hold, of three replicas; and one address, which may be that of all visitors behind a
     * balancer nobody named, gets more than a flood fills of one replica, the lines of strangers and of new accounts.
     */
    hashing: { atOnce: 2_560, waitingMax: 0, shareOfFree: SHARE_OF_FREE },
  },
  streamsMax: 1_024,
  streamsPerUserMax: 10,
  /** Many visitors may share one, behind a company's or a mobile network's router. */
  streamsPerAddressMax: 256,
  /** Longer than any service takes to answer by itself. */
  answerMs: 20_000,
  wholeMs: 60_000,
  /** Of an answer, when others wait. Whoever waits has to find a place sooner than pages give up, which is after 5 s. */
  takeMs: 1_000,
  /** Longest silence within a stream; services send a heartbeat every 15 s. */
  silenceMs: 60_000,
  connectMs: 2_000,
  restMs: 5_000,
  addressesMs: 5_000,
  connectionMs: 60_000,
}
