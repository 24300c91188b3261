/**
 * The replicas of one service: which exist, which is chosen, and which are cooling down.
 *
 * Invariants
 *  1. The replica with the fewest calls in flight is chosen, in turn among equals. A call that got no answer counts as in flight
 *     for `cooldownMs`. So one that hangs soon gets no calls, also if calls come one after the other.
 *  2. A replica that could not be connected to cools down: it is chosen only when no other is left. After `cooldownMs`
 *     it is probed with one connection, which no visitor waits for. The first connection that is made ends the cooldown.
 *  3. `NeverConnected` means that nothing was sent, so any request may go to another replica. Only a failed connection
 *     throws it.
 *  4. The addresses of a host name are resolved again after `addressesMs`, or once a connection failed, one
 *     time after the other. While that fails or takes long, the last known ones stay, and connections need no resolver.
 */

import { addressesOf, type LookUp, lookUp } from './addresses.ts'
import {
  createReplica,
  type Kind,
  type Known,
  type Network,
  NeverConnected,
  type Place,
  type Replica,
  type ReplicaLimits,
  type ReplicasRuntime,
} from './replica.ts'

export { type Kind, type Network, NeverConnected, type Replica, type ReplicaLimits } from './replica.ts'

export type Replicas = {
  /** Resolves host names when it is time. Only the first time returns a promise, to be awaited before `choose`. */
  lookUp(): Promise<void> | undefined
  /** The best replica that was not `attempted`, or undefined. */
  choose(kind: Kind, attempted: ReadonlySet<Replica>): Replica | undefined
  close(): Promise<void>
}

export type ReplicasOptions = {
  readonly find?: LookUp | undefined
  readonly answerBytesMax?: number
  readonly network?: Network | undefined
}

export function createReplicas(
  origins: readonly string[],
  runtime: ReplicasRuntime,
  limits: ReplicaLimits,
  options: ReplicasOptions = {},
): Replicas {
  const { monotonic } = runtime
  const { find = lookUp, answerBytesMax, network } = options
  const onUnreachable = () => {
    mayHaveMoved = true
  }
  const create = (place: Place) =>
    createReplica(place, runtime, limits, answerBytesMax, onUnreachable, network)
  const unresolved = (origin: string): Place => ({ origin, address: undefined, oneOfMany: false })
  let known: Known[] = origins.map((origin) => create(unresolved(origin)))
  let lookedUpAt: number | undefined
  let first: Promise<void> | undefined
  let refreshing = false
  let mayHaveMoved = false
  let rotation = 0
  let closed = false

  const refreshAddresses = async () => {
    const found = await Promise.all(origins.map(behind))
    if (closed) return
    const before = known
    known = found.flat().map((place) => before.find((each) => isAt(each, place)) ?? create(place))
    for (const gone of before) if (!known.includes(gone)) void gone.connections.close()
  }

  const behind = async (origin: string): Promise<readonly Place[]> => {
    const addresses = await addressesOf(origin, find).catch(() => undefined)
    if (addresses?.length === 0) return [unresolved(origin)]
    const oneOfMany = addresses !== undefined && addresses.length > 1
    if (addresses) return addresses.map((address) => ({ origin, address, oneOfMany }))
    return known.filter((each) => each.origin === origin)
  }

  return {
    lookUp() {
      const now = monotonic()
      const isFresh = !mayHaveMoved && lookedUpAt !== undefined && now - lookedUpAt < limits.addressesMs
      if (refreshing || isFresh) return first
      refreshing = true
      mayHaveMoved = false
      const refreshed = refreshAddresses().then(() => {
        refreshing = false
        first = undefined
      })
      if (lookedUpAt === undefined) first = refreshed
      lookedUpAt = now
      return first
    },
    choose(kind, attempted) {
      const now = monotonic()
      rotation += 1
      let best: Known | undefined
      for (let i = 0; i < known.length; i += 1) {
        const each = known[(rotation + i) % known.length]!
        if (each.coolingUntil !== undefined && each.coolingUntil <= now) each.probe()
        if (!attempted.has(each) && (best === undefined || isBetter(each, best, kind, now))) best = each
      }
      return best
    },
    async close() {
      closed = true
      await Promise.all(known.map(({ connections }) => connections.close()))
    },
  }
}

const isAt = (one: Place, other: Place) =>
  one.origin === other.origin && one.address === other.address && one.oneOfMany === other.oneOfMany

/** Replicas that cool down come last, among them the one whose next probe is soonest first. */
function isBetter(one: Known, other: Known, kind: Kind, now: number): boolean {
  const difference = (one.coolingUntil ?? 0) - (other.coolingUntil ?? 0)
  return difference < 0 || (difference === 0 && loadOf(one, kind, now) < loadOf(other, kind, now))
}

const loadOf = ({ inFlight, silentUntil }: Known, kind: Kind, now: number) =>
  inFlight[kind] + (now < silentUntil ? 1 : 0)

/** Stops waiting for DNS when `signal` aborts. Nothing was sent by then. */
export async function waitForAddresses(found: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  if (!found) return
  const timeout = Promise.withResolvers<never>()
  const timeOut = () => timeout.reject(new NeverConnected('Its name was not resolved in time.'))
  if (signal.aborted) timeOut()
  signal.addEventListener('abort', timeOut, { once: true })
  try {
    await Promise.race([found, timeout.promise])
  } finally {
    signal.removeEventListener('abort', timeOut)
  }
}
