/**
 * The one way to call a service.
 *
 * Promises
 *  1. What may last does not take the place of what is answered soon: each lane of calls has a line of its own
 *     (line.ts), streams of events have so many slots, and of both each visitor has a share. Beyond that it is
 *     `overloaded` or `too_many_streams` at once, and nothing was done.
 *  2. A call has `answerMs` from its arrival, its time in the line included, until the answer begins, and `wholeMs`
 *     until all of it was taken: a visitor who reads slowly holds a place no longer than that, and no longer than
 *     `takeMs` while others wait (slow_takers.ts).
 *  3. A failure says whether anything was done (call_problems.ts). Where it is safe, another replica was asked before
 *     (failover.ts).
 *  4. A call whose visitor left is given up: it leaves the line, or its connection is cut.
 */

import { Problem } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createSlots, type Holder } from '@shop/service_kit/runtime/slots'
import { GatewayError } from '../errors.ts'
import type { LookUp } from './addresses.ts'
import { problemOf } from './call_problems.ts'
import { type Answer, askReplicas, type Call } from './failover.ts'
import { createLine, type Line } from './line.ts'
import { createReplicas, type Kind } from './replicas.ts'
import { createSlowTakers, type SlowTakers } from './slow_takers.ts'
import { LANES, type Lane, UPSTREAM_LIMITS, type UpstreamLimits } from './upstream_limits.ts'

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
  const slots = createSlots(limits.streamsMax)

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
      const answer = await askReplicas(replicas, kind, call, limits, ending.signal)
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

  return {
    service,
    async call(call, { lane, address }) {
      const answer = await answered('calls', call, (ended) => lines[lane].enter(address, ended))
      takers[lane].takes(answer.body)
      return answer
    },
    stream: (call, viewer) =>
      answered('streams', call, async () => {
        const taken = slots.take(...holders(viewer, limits))
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
