/**
 * Sends a call to one replica of a service, and to another one where that is safe.
 *
 * Invariants
 *  1. A call that was never sent goes to the next replica, whatever its method.
 *  2. A call that was sent and lost goes to another replica once, and only if its method is GET or HEAD.
 *  3. No other replica is asked after `signal` was aborted.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import {
  type Kind,
  NeverConnected,
  type Replica,
  type Replicas,
  waitForAddresses,
} from '@shop/service_kit/calls/replicas'

export type Call = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body?: Buffer | string
  /** Aborts when the visitor disconnects. */
  readonly signal?: AbortSignal
}

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The call holds its slot until the body is read or destroyed. */
  readonly body: Readable
}

export type Timeouts = {
  /** Until the headers of an answer. */
  readonly answerMs: number
  /** Longest silence within a body. */
  readonly silenceMs: number
}

export async function askReplicas(
  replicas: Replicas,
  kind: Kind,
  call: Call,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<Answer> {
  const attempted = new Set<Replica>()
  const readsOnly = call.method === 'GET' || call.method === 'HEAD'
  let lost = false
  let fault: unknown
  await waitForAddresses(replicas.lookUp(), signal)
  for (;;) {
    const replica = replicas.choose(kind, attempted)
    if (!replica) throw fault
    attempted.add(replica)
    try {
      return await askReplica(replica, kind, call, timeouts, signal)
    } catch (error) {
      const another = error instanceof NeverConnected || (readsOnly && !lost && isConnectionLost(error))
      if (!another || signal.aborted) throw error
      lost ||= !(error instanceof NeverConnected)
      fault = error
    }
  }
}

async function askReplica(
  replica: Replica,
  kind: Kind,
  call: Call,
  { answerMs, silenceMs }: Timeouts,
  signal: AbortSignal,
): Promise<Answer> {
  const { statusCode, headers, body } = await replica.request(kind, {
    method: call.method,
    path: call.path,
    headers: call.headers as Record<string, string | string[]>,
    body: call.body ?? null,
    signal,
    // A second limit only: the timers of the caller began earlier.
    headersTimeout: answerMs,
    bodyTimeout: silenceMs,
  })
  return { status: statusCode, headers, body }
}

const CONNECTION_LOST = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])
const isConnectionLost = (error: unknown) => CONNECTION_LOST.has((error as NodeJS.ErrnoException).code ?? '')
