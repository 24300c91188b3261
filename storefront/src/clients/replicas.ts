/**
 * The replicas of one service: who there is, who is chosen, and who is left alone.
 *
 * Promises
 *  1. The one with the fewest calls under way is chosen, in turn among equals: one that hangs is soon asked nothing.
 *  2. One to which a connection could not be made rests: it is asked only when nobody else is left. After
 *     `restMs` one connection is tried, which no visitor waits for, and the first that is made ends the rest.
 *  3. `NeverConnected` says that nothing was sent. It comes from the making of the connection alone, so whoever gets
 *     it may ask another replica, whatever the request does.
 *  4. The addresses behind a name are looked up again after `addressesMs`. While that fails, the last known stay.
 */

import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { buildConnector, Pool } from 'undici'
import { addressesOf, type LookUp, lookUp } from './addresses.ts'

export type ReplicaLimits = {
  readonly connectMs: number
  readonly restMs: number
  readonly addressesMs: number
  /** Age at which a connection is renewed: behind one address may be a balancer, and behind that new replicas. */
  readonly connectionMs: number
}

export class NeverConnected extends Error {
  readonly code = 'NEVER_CONNECTED'
}

/** Calls and streams are counted apart: a replica with many open streams has not more to do for that. */
export type Kind = 'calls' | 'streams'

export type Replica = {
  readonly pool: Pool
  readonly underWay: Record<Kind, number>
}

export type Replicas = {
  /** To be awaited before a choice: only the first time is there something to wait for. */
  lookUp(): Promise<void> | undefined
  /** The best of those not yet `tried`, or undefined when all were. */
  choose(kind: Kind, tried: ReadonlySet<Replica>): Replica | undefined
  close(): Promise<void>
}

type Known = Replica & {
  readonly origin: string
  /** Of a name that stands for several. */
  readonly address: string | undefined
  /** When the next connection is tried, or undefined while there is no reason to doubt it. */
  restsUntil: number | undefined
  tryAgain(): void
}

export function createReplicas(
  origins: readonly string[],
  { monotonic }: Pick<Runtime, 'monotonic'>,
  limits: ReplicaLimits,
  find: LookUp = lookUp,
): Replicas {
  let known: Known[] = origins.map((origin) => createReplica(origin, undefined, limits, monotonic))
  let lookedUpAt: number | undefined
  let first: Promise<void> | undefined
  let turn = 0
  let closed = false

  const lookAgain = async () => {
    const found = await Promise.all(origins.map(behind))
    if (closed) return
    const before = known
    known = found
      .flat()
      .map(
        ({ origin, address }) =>
          before.find((each) => each.origin === origin && each.address === address) ??
          createReplica(origin, address, limits, monotonic),
      )
    for (const gone of before) if (!known.includes(gone)) void gone.pool.close()
  }

  const behind = async (origin: string) => {
    const addresses = await addressesOf(origin, find).catch(() => undefined)
    if (addresses?.length === 0) return [{ origin, address: undefined }]
    if (addresses) return addresses.map((address) => ({ origin, address }))
    return known.filter((each) => each.origin === origin)
  }

  return {
    lookUp() {
      const now = monotonic()
      if (lookedUpAt !== undefined && now - lookedUpAt < limits.addressesMs) return first
      const looking = lookAgain()
      if (lookedUpAt === undefined) {
        first = looking.then(() => {
          first = undefined
        })
      }
      lookedUpAt = now
      return first
    },
    choose(kind, tried) {
      const now = monotonic()
      turn += 1
      let best: Known | undefined
      for (let i = 0; i < known.length; i += 1) {
        const each = known[(turn + i) % known.length]!
        if (each.restsUntil !== undefined && each.restsUntil <= now) each.tryAgain()
        if (!tried.has(each) && (best === undefined || isBetter(each, best, kind))) best = each
      }
      return best
    },
    async close() {
      closed = true
      await Promise.all(known.map(({ pool }) => pool.close()))
    },
  }
}

/** Who rests comes last, and of those the one that has rested longest comes first. */
function isBetter(one: Known, other: Known, kind: Kind): boolean {
  const difference = (one.restsUntil ?? 0) - (other.restsUntil ?? 0)
  return difference < 0 || (difference === 0 && one.underWay[kind] < other.underWay[kind])
}

function createReplica(
  origin: string,
  address: string | undefined,
  { connectMs, restMs, connectionMs }: ReplicaLimits,
  monotonic: Runtime['monotonic'],
): Known {
  const open = buildConnector({ timeout: connectMs, allowH2: false })
  const connect: buildConnector.connector = (options, callback) =>
    open(address === undefined ? options : { ...options, hostname: address }, (error, socket) => {
      replica.restsUntil = error ? monotonic() + restMs : undefined
      if (error) callback(new NeverConnected(error.message, { cause: error }), null)
      else callback(null, socket)
    })
  const { protocol, host, hostname, port } = new URL(origin)
  const replica: Known = {
    origin,
    address,
    // Connections without a limit: the lines before the service are the limit, so that nothing waits in here unseen.
    pool: new Pool(origin, { connect, connections: null, clientTtl: connectionMs, pipelining: 1 }),
    underWay: { calls: 0, streams: 0 },
    restsUntil: undefined,
    tryAgain() {
      replica.restsUntil = monotonic() + restMs
      connect({ protocol, host, hostname: hostname.replace(/^\[|\]$/g, ''), port }, (_error, socket) => {
        socket?.destroy()
      })
    },
  }
  return replica
}
