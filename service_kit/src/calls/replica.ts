/** One replica of a service, at one address: its connections, its calls in flight, and whether it is cooling down. */
import { buildConnector, type Dispatcher } from 'undici'
import type { Runtime } from '../runtime/runtime.ts'
import {
  type ConnectionLimits,
  type Connections,
  type ConnectionsOptions,
  createConnections,
  type Request,
} from './connections.ts'

export type ReplicaLimits = ConnectionLimits & {
  readonly connectMs: number
  readonly cooldownMs: number
  readonly addressesMs: number
}

/** How an address is reached. */
export type Network = {
  connector(options: { readonly timeout: number }): buildConnector.connector
  connections(options: ConnectionsOptions): Connections
}

/** By sockets. A simulation passes a network of its own. */
const SOCKETS: Network = {
  connector: ({ timeout }) => buildConnector({ timeout, allowH2: false }),
  connections: createConnections,
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

export type ReplicasRuntime = Pick<Runtime, 'monotonic' | 'random'>

export type Place = {
  readonly origin: string
  /** Undefined while the host name was never resolved, and where there is none. */
  readonly address: string | undefined
  /** The host name has other addresses, too. */
  readonly oneOfMany: boolean
}

export type Known = Replica &
  Place & {
    readonly inFlight: Record<Kind, number>
    readonly connections: Connections
    /** Time of the next probe, or undefined when it is not cooling down. */
    coolingUntil: number | undefined
    /** For `cooldownMs` after a call without an answer, that call counts as in flight. */
    silentUntil: number
    probe(): void
  }

export function createReplica(
  place: Place,
  runtime: ReplicasRuntime,
  limits: ReplicaLimits,
  answerBytesMax: number | undefined,
  onUnreachable: () => void,
  network: Network = SOCKETS,
): Known {
  const { connectMs, cooldownMs } = limits
  const { monotonic } = runtime
  const { origin, address, oneOfMany } = place
  const open = network.connector({ timeout: connectMs })
  const connect: buildConnector.connector = (options, callback) =>
    open(address === undefined ? options : { ...options, hostname: address }, (error, socket) => {
      replica.coolingUntil = error ? monotonic() + cooldownMs : undefined
      if (!error) return callback(null, socket)
      onUnreachable()
      callback(new NeverConnected(error.message, { cause: error }), null)
    })
  const { protocol, host, hostname, port } = new URL(origin)
  const replica: Known = {
    ...place,
    connections: network.connections({
      origin,
      connect,
      runtime,
      // One of several addresses is one replica, with no balancer in between.
      limits: oneOfMany ? { ...limits, spread: 1 } : limits,
      answerBytesMax,
    }),
    inFlight: { calls: 0, streams: 0 },
    coolingUntil: undefined,
    silentUntil: Number.NEGATIVE_INFINITY,
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
        replica.silentUntil = monotonic() + cooldownMs
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
