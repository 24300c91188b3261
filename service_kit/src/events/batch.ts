/**
 * One batch of a relay: reads some things, sends their events in as few calls as fit, and records what was answered.
 *
 * Of a thing, the next events are sent until the log expects none of them any more. One whose events cannot be read, are refused
 * even alone, or never get in, waits POSTPONED_MS, and the log of the service says why. All others go on.
 */
import type { Logger } from 'pino'
import type { Runtime } from '../runtime/runtime.ts'
import { BYTES_PER_CALL_MAX, EVENTS_PER_CALL_MAX, EventsRefused, type Publish } from './publisher.ts'
import type { RelayMetrics } from './relay_metrics.ts'
import type { EventSource, OutgoingEvent, Unpublished } from './source.ts'

/** Things that are read at once. */
export const THINGS_AT_ONCE = 100
export const POSTPONED_MS = 5 * 60_000
/** Calls for one batch: a gap needs one more for each hundred events. */
const CALLS_MAX = 50

export type RelayOptions = {
  readonly source: EventSource
  readonly publish: Publish
  readonly runtime: Pick<Runtime, 'now' | 'monotonic' | 'after' | 'random' | 'newId'>
  readonly metrics: RelayMetrics
  /** Then the next things wait for the next round. */
  readonly batchesPerRound?: number
  readonly logger?: Pick<Logger, 'info' | 'warn' | 'error'> | undefined
  /** Called between two steps; tests stop the process there. */
  readonly reached?: (place: 'events_sent') => void
}

/** What is sent of a thing next. */
type Sending = { readonly thing: Unpublished; from: number }

/** The result publishes some things, and resolves how many there were. It rejects if the log cannot be reached. */
export function createBatch(options: RelayOptions): () => Promise<number> {
  const { source, publish, runtime, metrics, logger, reached = () => {} } = options
  const { now } = runtime
  const { kind } = source
  const { published, refused } = metrics
  // Also before the first one, so that alerts find it.
  refused.inc({ kind }, 0)

  const postpone = async (things: readonly Unpublished[], err: unknown) => {
    const aggregates = things.map(({ aggregate }) => aggregate)
    refused.inc({ kind }, things.length)
    logger?.error({ err, aggregates }, 'events could not be published; it is tried again in some minutes')
    await source.postpone(aggregates, new Date(now().getTime() + POSTPONED_MS).toISOString())
  }

  /** The events of the next call, and what they are of. Things that cannot be read are postponed. */
  const nextCall = async (waiting: Sending[]) => {
    const events: OutgoingEvent[] = []
    const sent: Sending[] = []
    let bytes = 0
    for (const sending of waiting) {
      const room = EVENTS_PER_CALL_MAX - events.length
      if (room === 0 || bytes >= BYTES_PER_CALL_MAX) break
      try {
        const some: OutgoingEvent[] = []
        for (const event of sending.thing.eventsFrom(sending.from, room)) {
          if (bytes >= BYTES_PER_CALL_MAX) break
          bytes += JSON.stringify(event.data).length
          some.push(event)
        }
        if (some.length === 0 && bytes < BYTES_PER_CALL_MAX && sending.from <= sending.thing.last)
          throw new Error(`${sending.thing.aggregate} has no event ${sending.from}.`)
        events.push(...some)
        sent.push(sending)
      } catch (error) {
        waiting.splice(waiting.indexOf(sending), 1)
        await postpone([sending.thing], error)
        break
      }
    }
    return { events, sent }
  }

  /** Sends the events of one call, alone if together they are refused. Resolves those that are complete. */
  const send = async (events: readonly OutgoingEvent[], sent: readonly Sending[]): Promise<Unpublished[]> => {
    if (events.length === 0) return sent.map(({ thing }) => thing)
    try {
      const receipts = new Map((await publish(events)).map((each) => [each.aggregate, each.expected]))
      for (const sending of sent) sending.from = receipts.get(sending.thing.aggregate) ?? sending.from
    } catch (error) {
      if (!(error instanceof EventsRefused)) throw error
      if (sent.length === 1) {
        await postpone([sent[0]!.thing], error)
        return [sent[0]!.thing]
      }
      const done: Unpublished[] = []
      for (const sending of sent) {
        const own = events.filter(({ aggregate }) => aggregate === sending.thing.aggregate)
        done.push(...(await send(own, [sending])))
      }
      return done
    }
    published.inc({ kind }, events.length)
    return sent.filter(({ thing, from }) => from > thing.last).map(({ thing }) => thing)
  }

  return async () => {
    const things = await source.unpublished(now().toISOString(), THINGS_AT_ONCE)
    if (things.length === 0) return 0
    const left: Sending[] = things.map((thing) => ({ thing, from: thing.published + 1 }))
    const complete: Unpublished[] = []
    try {
      for (let calls = 0; left.length > 0 && calls < CALLS_MAX; calls++) {
        const { events, sent } = await nextCall(left)
        if (sent.length === 0) continue
        const done = new Set(await send(events, sent))
        for (const sending of left.filter(({ thing }) => done.has(thing)))
          left.splice(left.indexOf(sending), 1)
        complete.push(...sent.filter(({ thing, from }) => from > thing.last).map(({ thing }) => thing))
      }
    } finally {
      reached('events_sent')
      if (complete.length > 0) await source.markPublished(complete)
    }
    // The log expects ever the same number of them, though it was sent.
    if (left.length > 0)
      await postpone(
        left.map(({ thing }) => thing),
        new Error('The log goes on expecting other events.'),
      )
    return things.length
  }
}
