/**
 * Keep-alive connections to one address, replaced by age and by count.
 *
 * A balancer of connections (the virtual IP of a Swarm, a ClusterIP of Kubernetes, a TCP proxy) chooses a replica once for
 * each connection. A connection that is never replaced would send all its calls to one replica for ever, and one that was
 * added later would get none. A `Pool` of undici replaces connections by age only, and takes the first that is free: with
 * few calls it has one.
 *
 * Invariants
 *  1. A connection carries one call at a time.
 *  2. A connection gets no further call after its age or its number of calls has passed its limit. It is closed after the
 *     call under way has ended, so no call fails or is sent twice because of it.
 *  3. Connections are used in turn. Until there are `spread` of them, a call opens a new one.
 *  4. A connection whose call failed, or whose answer was not read to its end, is not used again.
 */
import { type buildConnector, Client, type Dispatcher, errors } from 'undici'
import type { Runtime } from '../runtime/runtime.ts'

export type ConnectionLimits = {
  readonly connectionMs: number
  readonly connectionCalls: number
  readonly spread: number
}

/**
 * A new replica has its share after connectionMs, and sooner under load. So many connections at least that the choices of
 * a balancer which chooses by chance even out. To open one costs less than a millisecond within one network.
 */
export const CONNECTION_LIMITS: ConnectionLimits = { connectionMs: 5_000, connectionCalls: 1_000, spread: 8 }
/** Both limits differ for each connection, by up to this share: those opened together are not replaced together. */
export const JITTER = 0.25

export type ConnectionsOptions = {
  readonly origin: string
  readonly connect: buildConnector.connector
  readonly runtime: Pick<Runtime, 'monotonic' | 'random'>
  readonly limits: ConnectionLimits
  /** Bytes of an answer; a longer one fails. */
  readonly answerBytesMax?: number | undefined
}

export type Request = Omit<Dispatcher.RequestOptions, 'origin'>

export type Connections = {
  request(request: Request): Promise<Dispatcher.ResponseData>
  /** Resolves after the calls under way have ended. */
  close(): Promise<void>
}

type Connection = { readonly client: Client; readonly retireAt: number; callsLeft: number }

export function createConnections(options: ConnectionsOptions): Connections {
  const { origin, connect, runtime, limits, answerBytesMax } = options
  const { monotonic, random } = runtime
  const live = new Set<Connection>()
  /** The one that was used last is at the end. */
  const free: Connection[] = []
  const retiring = new Set<Promise<void>>()
  let closed = false

  const varied = (limit: number) => limit * (1 - JITTER + 2 * JITTER * random())

  const open = (): Connection => {
    const client = new Client(origin, {
      connect,
      pipelining: 1,
      ...(answerBytesMax === undefined ? {} : { maxResponseSize: answerBytesMax }),
    })
    const connection = {
      client,
      retireAt: monotonic() + varied(limits.connectionMs),
      callsLeft: Math.max(1, Math.round(varied(limits.connectionCalls))),
    }
    live.add(connection)
    return connection
  }

  /** Only once: a client that has closed must not be closed again. */
  const retire = (connection: Connection) => {
    if (!live.delete(connection)) return
    const ended = connection.client.close().then(() => void retiring.delete(ended))
    retiring.add(ended)
  }

  const drop = (connection: Connection) => {
    live.delete(connection)
    void connection.client.destroy()
  }

  const take = (): Connection => {
    if (closed) throw new errors.ClientClosedError()
    if (live.size < limits.spread) return open()
    const now = monotonic()
    for (;;) {
      const next = free.shift()
      if (next === undefined) return open()
      if (now < next.retireAt) return next
      retire(next)
    }
  }

  const giveBack = (connection: Connection) => {
    if (connection.callsLeft <= 0 || monotonic() >= connection.retireAt) retire(connection)
    else if (live.has(connection)) free.push(connection)
  }

  return {
    async request(request) {
      const connection = take()
      connection.callsLeft -= 1
      try {
        const answer = await connection.client.request(request)
        answer.body.once('end', () => giveBack(connection))
        answer.body.once('close', () => answer.body.readableEnded || drop(connection))
        return answer
      } catch (error) {
        drop(connection)
        throw error
      }
    },
    async close() {
      closed = true
      for (const connection of live) retire(connection)
      await Promise.all(retiring)
    },
  }
}
