/**
 * The one way to call a service.
 *
 * Promises
 *  1. What may last does not take the place of what is answered soon: each lane of calls has a line of its own
 *     (line.ts), streams of events have so many seats, and of both each visitor has a share. Beyond that it is
 *     `overloaded` or `too_many_streams` at once, and nothing was done.
 *  2. A call has `answerMs` from its arrival, its time in the line included, until the answer begins, and `wholeMs`
 *     until all of it was taken: a visitor who reads slowly holds a place no longer than that, and no longer than
 *     `takeMs` while others wait (slow_takers.ts).
 *  3. What was never sent goes to the next replica, whatever it does. What was sent and lost goes to another one
 *     once, if it only reads.
 *  4. A failure is `overloaded` or `upstream_unavailable` if nothing was done, and else `upstream_no_answer`: the
 *     outcome is unknown.
 *  5. A call whose visitor left is given up: it leaves the line, or its connection is cut.
 */

import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { Fault } from '@shop/faults/fault'
import { Problem } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createSeats, type Holder } from '@shop/service_kit/runtime/seats'
import type { Dispatcher } from 'undici'
import { GatewayError } from '../errors.ts'
import type { LookUp } from './addresses.ts'
import { createLine, type Line } from './line.ts'
import { createReplicas, type Kind, NeverConnected, type Replica } from './replicas.ts'
import { createSlowTakers, type SlowTakers } from './slow_takers.ts'
import { LANES, type Lane, UPSTREAM_LIMITS, type UpstreamLimits } from './upstream_limits.ts'

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

/** Where a call stands in line, and for whom. */
export type Standing = { readonly lane: Lane; readonly address: string }

export type Viewer = { readonly userId?: string | undefined; readonly address: string }

export type Upstream = {
  readonly service: string
  call(call: Call, standing: Standing): Promise<Answer>
  stream(call: Call, viewer: Viewer): Promise<Answer>
  close(): Promise<void>
}

type UpstreamOptions = {
  readonly runtime: Pick<Runtime, 'monotonic' | 'after' | 'every'>
  readonly service: string
  readonly origins: readonly string[]
  readonly limits?: Partial<UpstreamLimits> | undefined
  readonly lookUp?: LookUp | undefined
}

export function createUpstream({
  runtime,
  service,
  origins,
  limits: given,
  lookUp,
}: UpstreamOptions): Upstream {
  const limits: UpstreamLimits = { ...UPSTREAM_LIMITS, ...given }
  const replicas = createReplicas(origins, runtime, limits, lookUp)
  const lines = Object.fromEntries(LANES.map((lane) => [lane, createLine(service, limits.lanes[lane])])) as {
    readonly [lane in Lane]: Line
  }
  const takers = Object.fromEntries(
    LANES.map((lane) => [lane, createSlowTakers(lines[lane], runtime, limits.takeMs)]),
  ) as { readonly [lane in Lane]: SlowTakers }
  const seats = createSeats(limits.streamsMax)

  const answered = async (kind: Kind, call: Call, enter: (ended: AbortSignal) => Promise<() => void>) => {
    const ending = new AbortController()
    const leaves = () => ending.abort(new Problem('bad_request', 'Who asked has left.'))
    if (call.signal?.aborted) leaves()
    else call.signal?.addEventListener('abort', leaves, { once: true })
    const late = () => ending.abort(new Late())
    const begun = runtime.after(limits.answerMs, late)
    const ended = kind === 'calls' ? runtime.after(limits.wholeMs, late) : undefined
    let leave: (() => void) | undefined
    const over = () => {
      begun()
      ended?.()
      call.signal?.removeEventListener('abort', leaves)
      leave?.()
    }
    try {
      leave = await enter(ending.signal)
      const answer = await ask(kind, call, ending.signal)
      begun()
      answer.body.once('close', over)
      // From now on whoever passes the body on ends it.
      call.signal?.removeEventListener('abort', leaves)
      if (!ending.signal.aborted) return answer
      answer.body.destroy()
      throw ending.signal.reason
    } catch (error) {
      const sent = leave !== undefined
      over()
      throw problemOf(error, service, sent)
    }
  }

  const ask = async (kind: Kind, call: Call, signal: AbortSignal): Promise<Answer> => {
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
        return await askReplica(replica, kind, call, signal)
      } catch (error) {
        const another = error instanceof NeverConnected || (readsOnly && !lost && isCut(error))
        if (!another || signal.aborted) throw error
        lost ||= !(error instanceof NeverConnected)
        fault = error
      }
    }
  }

  const askReplica = async ({ pool, underWay }: Replica, kind: Kind, call: Call, signal: AbortSignal) => {
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
        headersTimeout: limits.answerMs,
        bodyTimeout: limits.silenceMs,
      } satisfies Dispatcher.RequestOptions)
      body.once('close', over)
      return { status: statusCode, headers, body }
    } catch (error) {
      over()
      throw error
    }
  }

  return {
    service,
    async call(call, { lane, address }) {
      const answer = await answered('calls', call, (ended) => lines[lane].enter(address, ended))
      takers[lane].takes(answer.body)
      return answer
    },
    stream: (call, viewer) =>
      answered('streams', call, async () => {
        const taken = seats.take(...holders(viewer, limits))
        if (typeof taken === 'function') return taken
        throw taken === userOf(viewer)
          ? new GatewayError('too_many_streams', `Close one first: ${limits.streamsPerUserMax} a user.`)
          : new Problem('overloaded', 'Too many streams of events are open; nothing was done.')
      }),
    close() {
      for (const lane of LANES) takers[lane].close()
      return replicas.close()
    },
  }
}

const userOf = ({ userId }: Viewer) => (userId === undefined ? undefined : `user ${userId}`)

const holders = (viewer: Viewer, limits: UpstreamLimits): Holder[] => {
  const user = userOf(viewer)
  return [
    ...(user === undefined ? [] : [{ key: user, max: limits.streamsPerUserMax }]),
    { key: `address ${viewer.address}`, max: limits.streamsPerAddressMax },
  ]
}

class Late extends Error {
  readonly code = 'LATE'
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

const UNSENDABLE = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED'])

function problemOf(error: unknown, service: string, entered: boolean): Error {
  if (error instanceof Fault) return error
  const options = { cause: error }
  if (!entered) {
    return new Problem('overloaded', `${service} has too much to do; nothing was done.`, {}, options)
  }
  if (UNSENDABLE.has((error as NodeJS.ErrnoException).code ?? '')) {
    return new Problem('bad_request', 'The request could not be passed on.', {}, options)
  }
  return error instanceof NeverConnected
    ? new GatewayError('upstream_unavailable', `${service} is away; nothing was done.`, {}, options)
    : new GatewayError(
        'upstream_no_answer',
        `${service} gave no answer; whether it acted is not known.`,
        {},
        options,
      )
}
