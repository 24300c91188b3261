/**
 * The only way to call a service.
 *
 * Invariants
 *  1. Each class of calls has its own concurrency limiter (fair_limiter.ts) and event streams have their own
 *     slots, with a share for each visitor. Beyond that the problem is `overloaded` or `too_many_streams` at once, and
 *     nothing was done.
 *  2. A call has `answerMs` from its arrival until its answer begins, waiting included, and `wholeMs` until all of it
 *     was read (an export `exportMs`). While other calls wait, an answer that is not read is cut after `stalledMs` (slow_readers.ts).
 *  3. A failure says whether anything was done (call_problems.ts). Where it is safe, another replica was asked before
 *     (failover.ts).
 *  4. When the visitor disconnects, the call leaves the queue, or its connection is cut.
 */

import type { LookUp } from '@shop/service_kit/calls/addresses'
import { createReplicas, type Kind, type Network } from '@shop/service_kit/calls/replicas'
import { Problem } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createSlots, type Holder } from '@shop/service_kit/runtime/slots'
import { GatewayError } from '../errors.ts'
import { problemOf } from './call_problems.ts'
import { type Answer, askReplicas, type Call } from './failover.ts'
import { createFairLimiter, type FairLimiter } from './fair_limiter.ts'
import { createSlowReaderWatch, type SlowReaderWatch } from './slow_readers.ts'
import { CALL_CLASSES, type CallClass, UPSTREAM_LIMITS, type UpstreamLimits } from './upstream_limits.ts'

/** Which limiter a call goes through, and whose share it takes. */
export type Caller = { readonly callClass: CallClass; readonly address: string }

export type Subscriber = { readonly userId?: string | undefined; readonly address: string }

export type Upstream = {
  readonly service: string
  call(call: Call, caller: Caller): Promise<Answer>
  stream(call: Call, subscriber: Subscriber): Promise<Answer>
  close(): Promise<void>
}

type UpstreamOptions = {
  readonly runtime: Pick<Runtime, 'monotonic' | 'random' | 'after' | 'every'>
  readonly service: string
  readonly origins: readonly string[]
  readonly limits?: Partial<UpstreamLimits> | undefined
  readonly lookUp?: LookUp | undefined
  readonly network?: Network | undefined
}

export function createUpstream({
  runtime,
  service,
  origins,
  limits: given,
  lookUp,
  network,
}: UpstreamOptions): Upstream {
  const limits: UpstreamLimits = { ...UPSTREAM_LIMITS, ...given }
  const replicas = createReplicas(origins, runtime, limits, { find: lookUp, network })
  const perClass = Object.fromEntries(
    CALL_CLASSES.map((callClass) => {
      const limiter = createFairLimiter(service, limits.calls[callClass])
      return [callClass, { limiter, slowReaders: createSlowReaderWatch(limiter, runtime, limits.stalledMs) }]
    }),
  ) as { readonly [callClass in CallClass]: { limiter: FairLimiter; slowReaders: SlowReaderWatch } }
  const slots = createSlots(limits.streamsMax)

  /** `acquire` waits for a slot and resolves with what frees it. */
  const send = async (
    kind: Kind,
    call: Call,
    acquire: (signal: AbortSignal) => Promise<() => void>,
    wholeMs = limits.wholeMs,
  ) => {
    const aborting = new AbortController()
    const disconnected = () => aborting.abort(new Problem('bad_request', 'The visitor has disconnected.'))
    if (call.signal?.aborted) disconnected()
    else call.signal?.addEventListener('abort', disconnected, { once: true })
    const timeOut = () => aborting.abort(new TimedOut())
    const stopAnswerTimer = runtime.after(limits.answerMs, timeOut)
    const stopWholeTimer = kind === 'calls' ? runtime.after(wholeMs, timeOut) : undefined
    let release: (() => void) | undefined
    const end = () => {
      stopAnswerTimer()
      stopWholeTimer?.()
      call.signal?.removeEventListener('abort', disconnected)
      release?.()
    }
    try {
      release = await acquire(aborting.signal)
      const answer = await askReplicas(replicas, kind, call, limits, aborting.signal)
      stopAnswerTimer()
      answer.body.once('close', end)
      // From here on the code that passes the body on destroys it when the visitor disconnects.
      call.signal?.removeEventListener('abort', disconnected)
      if (!aborting.signal.aborted) return answer
      answer.body.destroy()
      throw aborting.signal.reason
    } catch (error) {
      const acquired = release !== undefined
      end()
      throw problemOf(error, service, acquired)
    }
  }

  return {
    service,
    async call(call, { callClass, address }) {
      const { limiter, slowReaders } = perClass[callClass]
      const wholeMs = callClass === 'exports' ? limits.exportMs : limits.wholeMs
      const answer = await send('calls', call, (signal) => limiter.acquire(address, signal), wholeMs)
      slowReaders.watch(answer.body)
      return answer
    },
    stream: (call, subscriber) =>
      send('streams', call, async () => {
        const taken = slots.take(...holders(subscriber, limits))
        if (typeof taken === 'function') return taken
        throw taken === userOf(subscriber)
          ? new GatewayError('too_many_streams', `Close one first: ${limits.streamsPerUserMax} per user.`)
          : new Problem('overloaded', 'Too many event streams are open; nothing was done.')
      }),
    close() {
      for (const callClass of CALL_CLASSES) perClass[callClass].slowReaders.close()
      return replicas.close()
    },
  }
}

const userOf = ({ userId }: Subscriber) => (userId === undefined ? undefined : `user ${userId}`)

const holders = (subscriber: Subscriber, limits: UpstreamLimits): Holder[] => {
  const user = userOf(subscriber)
  return [
    ...(user === undefined ? [] : [{ key: user, max: limits.streamsPerUserMax }]),
    { key: `address ${subscriber.address}`, max: limits.streamsPerAddressMax },
  ]
}

class TimedOut extends Error {
  readonly code = 'TIMED_OUT'
}
