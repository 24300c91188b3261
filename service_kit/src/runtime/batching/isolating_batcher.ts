/**
 * Natural batching: while a call is under way, what arrives is collected and travels in the next one. A lone item
 * leaves at once; under load calls grow instead of queueing, so one call and one transaction of the other side serve
 * many items.
 *
 * Promises
 *  1. Every item is answered as soon as its answer is known, and at `deadlineMs` after its arrival at the latest; then
 *     it is dropped from where it waits, and not sent any more.
 *  2. No item fails for its neighbours. A call of which one item is to blame is divided again and again, beside the
 *     calls of others: with one bad item of n, all others are answered after about log(n) calls' time.
 *  3. Nor does one wait for them: a call that takes too long is left hanging (slow_calls.ts), and what is in it travels in
 *     smaller ones as if it had failed; the first answer counts. So items may be sent twice at once.
 *  4. What failed before travels in small calls of its own (quarantine.ts), in the end alone and not before a pause, and
 *     never in the way of what did not.
 *  5. At most `waitingMax` items wait, a call has at most `itemsMax` of them and weighs at most `weightMax`, and at most
 *     CALLS_AT_ONCE_MAX calls are under way. While none is answered they are divided one by one.
 */

import { currentTraceparent, inTrace } from '../trace_context.ts'
import { createSuspects } from './quarantine.ts'
import { type Call, CallFailed, type Outcome } from './shared_call.ts'
import { createHangingCalls, HANGING_MAX } from './slow_calls.ts'

/**
 * Calls under way at once: of items that never failed; of parts of a call that was answered with a failure, which may
 * come to nothing soon; of all others in doubt; of those that failed alone again and again.
 */
const CALLS_MAX = { trusted: 1, failed: 4, doubted: 16, alone: 2 }
/** One silent call of its own may have been the other side's fault: it is asked for once more before it counts as bad. */
const FAILURES_IN_DOUBT = 2
export const CALLS_AT_ONCE_MAX = Object.values(CALLS_MAX).reduce((sum, max) => sum + max, HANGING_MAX)
/** What was in a call that failed is divided by this. One without an answer costs its patience, so it is divided further. */
const DIVIDED_BY = { answered: CALLS_MAX.failed, silent: CALLS_MAX.doubted }

export type BatcherOptions<Item, Answer> = {
  readonly itemsMax: number
  /** Bounds the sum of `weight` in a call; an item heavier than that travels alone. */
  readonly weightMax: number
  /** One more is refused, since it would not be served within its deadline anyway. */
  readonly waitingMax: number
  readonly deadlineMs: number
  weight(item: Item): number
  key(item: Item): string
  /** One outcome for each item, in their order. Rejects with CallFailed where an item may be to blame. */
  send(items: readonly Item[], call: Call): Promise<readonly Outcome<Answer>[]>
  /**
   * What an item fails with that was not answered: too many are waiting, its time is over, or it failed a moment ago.
   * `alone`: it was, or before, asked for without others; else it says nothing about this item.
   */
  unanswered(why: string, alone: boolean): Error
  readonly clock?: () => number
  readonly random?: () => number
}

export type Batcher<Item, Answer> = (item: Item) => Promise<Answer>

type Entry<Item, Answer> = {
  readonly item: Item
  readonly key: string
  readonly weighs: number
  readonly traceparent: string | undefined
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  timer: NodeJS.Timeout | undefined
  state: 'open' | 'expired' | 'answered'
  /** Its last call was its own. */
  alone: boolean
  /** Where it waits for a call; undefined while one is under way. */
  waitsIn: Set<Entry<Item, Answer>> | undefined
}

type Lane<Item, Answer> = {
  readonly callsMax: number
  /** Of calls that failed. The last is taken first: rather the end of one search than the beginning of many. */
  readonly parts: Set<Entry<Item, Answer>>[]
  readonly queue: Set<Entry<Item, Answer>>
  calls: number
  scheduled: boolean
}

export function createBatcher<Item, Answer>(options: BatcherOptions<Item, Answer>): Batcher<Item, Answer> {
  type Waiting = Entry<Item, Answer>
  const { itemsMax, weightMax, waitingMax, deadlineMs, weight, key, send, unanswered } = options
  const { clock = () => performance.now(), random = Math.random } = options
  const suspects = createSuspects(clock, random)
  const lane = (callsMax: number): Lane<Item, Answer> => ({
    ...{ callsMax, calls: 0, scheduled: false },
    parts: [],
    queue: new Set(),
  })
  const trusted = lane(CALLS_MAX.trusted)
  const failed = lane(CALLS_MAX.failed)
  const doubted = lane(CALLS_MAX.doubted)
  const alone = lane(CALLS_MAX.alone)
  const hangingCalls = createHangingCalls(deadlineMs, clock)
  let waiting = 0

  const wait = (entry: Waiting, place: Set<Waiting>) => {
    waiting++
    entry.waitsIn = place
    place.add(entry)
  }

  const leave = (entry: Waiting) => {
    if (!entry.waitsIn) return
    waiting--
    entry.waitsIn.delete(entry)
    entry.waitsIn = undefined
  }

  /** After this turn of the event loop, so that all orders of one shared commit leave together. */
  const schedule = (from: Lane<Item, Answer>) => {
    if (from.scheduled || from.calls >= from.callsMax || (from.queue.size === 0 && from.parts.length === 0))
      return
    from.scheduled = true
    setImmediate(() => {
      from.scheduled = false
      while (from.calls < from.callsMax) {
        const batch = takeBatch(from)
        if (batch.length === 0) return
        void call(from, batch)
      }
    })
  }

  const takeBatch = (from: Lane<Item, Answer>): Waiting[] => {
    let batch: Waiting[] = []
    while (batch.length === 0 && from.parts.length > 0) batch = [...from.parts.pop()!]
    if (batch.length === 0) batch = nextOf(from.queue)
    for (const entry of batch) leave(entry)
    return batch
  }

  const nextOf = (queue: Set<Waiting>): Waiting[] => {
    const batch: Waiting[] = []
    let room = itemsMax
    let total = 0
    for (const entry of queue) {
      total += entry.weighs
      room = Math.min(room, suspects.of(entry.key)?.together ?? room)
      if (batch.length > 0 && (batch.length >= room || total > weightMax)) break
      batch.push(entry)
    }
    return batch
  }

  const call = async (from: Lane<Item, Answer>, batch: Waiting[]) => {
    const single = batch.length === 1
    for (const entry of batch) entry.alone = single
    let divided = false
    let seated = true
    const giveSeat = () => {
      if (seated) from.calls--
      seated = false
      schedule(from)
    }
    const hangs = () => {
      divided = !single
      if (divided) divide(batch, false)
      giveSeat()
    }
    const watched =
      from === alone ? hangingCalls.unwatched() : hangingCalls.watch(hangs, { unlessAllDo: from !== trusted })
    from.calls++
    try {
      const items = batch.map(({ item }) => item)
      const suspect = single && failuresOf(batch[0]!) > 0
      const outcomes = await inTrace(traceOf(batch), () => send(items, { suspect, signal: watched.signal }))
      watched.answered(from !== alone)
      batch.forEach((entry, i) => {
        const outcome = outcomes[i]!
        if (outcome.ok) suspects.clear(entry.key)
        else if (entry.state !== 'answered') suspects.failedAlone(entry.key, true)
        settle(entry, outcome)
      })
    } catch (error) {
      const failure = error instanceof CallFailed ? error : undefined
      if (failure?.answered) watched.answered(from !== alone)
      if (failure && !single) {
        if (!divided) divide(batch, failure.answered)
        return
      }
      for (const entry of batch) {
        if (failure && entry.state !== 'answered') suspects.failedAlone(entry.key, failure.answered)
        settle(entry, { ok: false, error: failure?.cause ?? error })
      }
    } finally {
      watched.ended()
      giveSeat()
    }
  }

  /** A call is part of one trace: of the first of its items that was asked for in one. */
  const traceOf = (batch: readonly Waiting[]) =>
    batch.find(({ traceparent }) => traceparent !== undefined)?.traceparent

  const failuresOf = ({ key }: Waiting) => suspects.of(key)?.failures ?? 0

  const settle = (entry: Waiting, outcome: Outcome<Answer>) => {
    clearTimeout(entry.timer)
    leave(entry)
    entry.state = 'answered'
    if (outcome.ok) entry.resolve(outcome.value)
    else entry.reject(outcome.error)
  }

  const divide = (batch: readonly Waiting[], answered: boolean) => {
    const together = Math.ceil(batch.length / (answered ? DIVIDED_BY.answered : DIVIDED_BY.silent))
    const to = answered ? failed : doubted
    const open = batch.filter(({ state }) => state !== 'answered')
    for (const entry of open) suspects.doubt(entry.key, together)
    for (let from = 0; from < open.length; from += together) {
      const part = new Set<Waiting>()
      for (const entry of open.slice(from, from + together)) if (entry.state === 'open') wait(entry, part)
      to.parts.push(part)
    }
    schedule(to)
  }

  return (item) => {
    if (waiting >= waitingMax) {
      return Promise.reject(unanswered(`${waitingMax} requests are already waiting for a call`, false))
    }
    const known = suspects.of(key(item))
    if (known && clock() < known.notBefore) return Promise.reject(unanswered('it failed a moment ago', true))
    return new Promise<Answer>((resolve, reject) => {
      const entry: Waiting = {
        item,
        key: key(item),
        weighs: weight(item),
        traceparent: currentTraceparent(),
        resolve,
        reject,
        timer: undefined,
        state: 'open',
        alone: false,
        waitsIn: undefined,
      }
      entry.timer = setTimeout(() => {
        entry.state = 'expired'
        leave(entry)
        reject(unanswered(`no answer within ${deadlineMs} ms`, entry.alone || failuresOf(entry) > 0))
      }, deadlineMs)
      const failures = known?.failures ?? 0
      const to = known === undefined ? trusted : failures < FAILURES_IN_DOUBT ? doubted : alone
      wait(entry, to.queue)
      schedule(to)
    })
  }
}
