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
import type { Dispatcher } from 'undici'
import { type Kind, NeverConnected, type Replica, type Replicas } from './replicas.ts'

export type Call = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body?: Buffer | string
  /** Ends when nobody waits for the answer any more. */
  readonly signal?: AbortSignal
}

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Holds the place of the call until it is read or destroyed. */
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
  const tried = new Set<Replica>()
  const readsOnly = call.method === 'GET' || call.method === 'HEAD'
  let lost = false
  let fault: unknown
  await foundInTime(replicas.lookUp(), signal)
  for (;;) {
    const replica = replicas.choose(kind, tried)
    if (!replica) throw fault
    tried.add(replica)
    try {
      return await askReplica(replica, kind, call, timeouts, signal)
    } catch (error) {
      const another = error instanceof NeverConnected || (readsOnly && !lost && isCut(error))
      if (!another || signal.aborted) throw error
      lost ||= !(error instanceof NeverConnected)
      fault = error
    }
  }
}

async function askReplica(
  { pool, underWay }: Replica,
  kind: Kind,
  call: Call,
  { answerMs, silenceMs }: Timeouts,
  signal: AbortSignal,
): Promise<Answer> {
  underWay[kind] += 1
  const over = () => {
    underWay[kind] -= 1
  }
  try {
    const { statusCode, headers, body } = await pool.request({
      method: call.method,
      path: call.path,
      headers: call.headers as Record<string, string | string[]>,
      body: call.body ?? null,
      signal,
      // Ours begin earlier, at the arrival.
      headersTimeout: answerMs,
      bodyTimeout: silenceMs,
    } satisfies Dispatcher.RequestOptions)
    body.once('close', over)
    return { status: statusCode, headers, body }
  } catch (error) {
    over()
    throw error
  }
}

/** Whoever resolves names may take longer than anybody waits. Nothing was sent by then. */
export async function foundInTime(found: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  if (!found) return
  const late = Promise.withResolvers<never>()
  const isLate = () => late.reject(new NeverConnected('Its name was not resolved in time.'))
  if (signal.aborted) isLate()
  signal.addEventListener('abort', isLate, { once: true })
  try {
    await Promise.race([found, late.promise])
  } finally {
    signal.removeEventListener('abort', isLate)
  }
}

const CUT = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])
const isCut = (error: unknown) => CUT.has((error as NodeJS.ErrnoException).code ?? '')
