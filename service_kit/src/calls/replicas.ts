/**
 * The replicas of one service: which exist, which is chosen, and which are cooling down.
 *
 * Invariants
 *  1. The replica with the fewest calls in flight is chosen, in turn among equals. So one that hangs soon gets no calls.
 *  2. A replica that could not be connected to cools down: it is chosen only when no other is left. After `cooldownMs`
 *     it is probed with one connection, which no visitor waits for. The first connection that is made ends the cooldown.
 *  3. `NeverConnected` means that nothing was sent, so any request may go to another replica. Only a failed connection
 *     throws it.
 *  4. The addresses of a host name are resolved again after `addressesMs`. If that fails, the last known ones stay.
 */

import { buildConnector, type Dispatcher } from 'undici'
import type { Runtime } from '../runtime/runtime.ts'
import { addressesOf, type LookUp, lookUp } from './addresses.ts'
import { type ConnectionLimits, type Connections, createConnections, type Request } from './connections.ts'

export type ReplicaLimits = ConnectionLimits & {
  readonly connectMs: number
  readonly cooldownMs: number
  readonly addressesMs: number
}

export class NeverConnected extends Error {
  readonly code = 'NEVER_CONNECTED'
}

/** Counted separately: an open stream costs a replica almost nothing. */
export type Kind = 'calls' | 'streams'

export type Replica = {
  /** In flight until its body was read or destroyed. */
  request(kind: Kind, request: Request): Promise<Dispatcher.ResponseData>
}

export type Replicas = {
  /** Resolves host names when it is time. Only the first time returns a promise, to be awaited before `choose`. */
  lookUp(): Promise<void> | undefined
  /** The best replica that was not `attempted`, or undefined. */
  choose(kind: Kind, attempted: ReadonlySet<Replica>): Replica | undefined
  close(): Promise<void>
}

export type ReplicasRuntime = Pick<Runtime, 'monotonic' | 'random'>

type Known = Replica & {
  readonly origin: string
  readonly inFlight: Record<Kind, number>
  readonly connections: Connections
  /** Set when the host name has several addresses. */
  readonly address: string | undefined
  /** Time of the next probe, or undefined when it is not cooling down. */
  coolingUntil: number | undefined
  probe(): void
}

export function createReplicas(
  origins: readonly string[],
  runtime: ReplicasRuntime,
  limits: ReplicaLimits,
  options: { readonly find?: LookUp | undefined; readonly answerBytesMax?: number } = {},
): Replicas {
  const { monotonic } = runtime
  const { find = lookUp, answerBytesMax } = options
  const create = (origin: string, address?: string) =>
    createReplica(origin, address, runtime, limits, answerBytesMax)
  let known: Known[] = origins.map((origin) => create(origin))
  let lookedUpAt: number | undefined
  let first: Promise<void> | undefined
  let rotation = 0
  let closed = false

  const refreshAddresses = async () => {
    const found = await Promise.all(origins.map(behind))
    if (closed) return
    const before = known
    known = found
      .flat()
      .map(
        ({ origin, address }) =>
          before.find((each) => each.origin === origin && each.address === address) ??
          create(origin, address),
      )
    for (const gone of before) if (!known.includes(gone)) void gone.connections.close()
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
      const refreshing = refreshAddresses()
      if (lookedUpAt === undefined) {
        first = refreshing.then(() => {
          first = undefined
        })
      }
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
        if (!attempted.has(each) && (best === undefined || isBetter(each, best, kind))) best = each
      }
      return best
    },
    async close() {
      closed = true
      await Promise.all(known.map(({ connections }) => connections.close()))
    },
  }
}

/** Replicas that cool down come last, among them the one whose next probe is soonest first. */
function isBetter(one: Known, other: Known, kind: Kind): boolean {
  const difference = (one.coolingUntil ?? 0) - (other.coolingUntil ?? 0)
  return difference < 0 || (difference === 0 && one.inFlight[kind] < other.inFlight[kind])
}

function createReplica(
  origin: string,
  address: string | undefined,
  runtime: ReplicasRuntime,
  limits: ReplicaLimits,
  answerBytesMax: number | undefined,
): Known {
  const { connectMs, cooldownMs } = limits
  const { monotonic } = runtime
  const open = buildConnector({ timeout: connectMs, allowH2: false })
  const connect: buildConnector.connector = (options, callback) =>
    open(address === undefined ? options : { ...options, hostname: address }, (error, socket) => {
      replica.coolingUntil = error ? monotonic() + cooldownMs : undefined
      if (error) callback(new NeverConnected(error.message, { cause: error }), null)
      else callback(null, socket)
    })
  const { protocol, host, hostname, port } = new URL(origin)
  const replica: Known = {
    origin,
    address,
    connections: createConnections({
      origin,
      connect,
      runtime,
      // One of several addresses is one replica, with no balancer in between.
      limits: address === undefined ? limits : { ...limits, spread: 1 },
      answerBytesMax,
    }),
    inFlight: { calls: 0, streams: 0 },
    coolingUntil: undefined,
    async request(kind, request) {
      replica.inFlight[kind] += 1
      const end = () => {
        replica.inFlight[kind] -= 1
      }
      try {
        const answer = await replica.connections.request(request)
        answer.body.once('close', end)
        return answer
      } catch (error) {
        end()
        throw error
      }
    },
    probe() {
      replica.coolingUntil = monotonic() + cooldownMs
      connect({ protocol, host, hostname: hostname.replace(/^\[|\]$/g, ''), port }, (_error, socket) => {
        socket?.destroy()
      })
    },
  }
  return replica
}

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
