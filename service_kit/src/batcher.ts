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
 *  3. What failed before travels in small calls of its own (suspects.ts), in the end alone and not before a pause, and
 *     never in the way of what did not. So also one that gets no answer at all costs its neighbours one call.
 *  4. At most `waitingMax` items wait, and a call has at most `itemsMax` of them and weighs at most `weightMax`.
 */
import { createSuspects } from './suspects.ts'

/** Calls under way at once: of items that never failed, of those in doubt, also alone, of those that failed alone. */
const CALLS_MAX = { trusted: 1, doubted: 4, alone: 2 }
/**
 * What was in a call that failed is divided by this, to travel at once: as many calls as halving takes, of which four go
 * at a time. A call without any answer costs its whole deadline, so what was in it is divided further.
 */
const DIVIDED_BY = { answered: CALLS_MAX.doubted, lost: 8 }

export type Outcome<Answer> =
  | { readonly ok: true; readonly value: Answer }
  | { readonly ok: false; readonly error: unknown }

/** A call failed, and an item of it may be the reason. Any other failure of a call is nobody's fault. */
export class CallFailed extends Error {
  /** Whether the same items may be sent again at once, divided; else the time is over for all of them. */
  readonly answered: boolean

  constructor(cause: unknown, { answered }: { answered: boolean }) {
    super((cause as Error).message, { cause })
    this.name = 'CallFailed'
    this.answered = answered
  }
}

export type Call = {
  readonly traceparent: string | undefined
  /** Its only item failed alone before: how this call ends says nothing about the other side. */
  readonly suspect: boolean
}

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
  /** What an item fails with that was not answered: too many are waiting, its time is over, or it failed a moment ago. */
  unanswered(why: string): Error
  readonly random?: () => number
}

export type Batcher<Item, Answer> = (item: Item, traceparent?: string) => Promise<Answer>

type Entry<Item, Answer> = {
  readonly item: Item
  readonly key: string
  readonly weighs: number
  readonly traceparent: string | undefined
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  timer: NodeJS.Timeout | undefined
  expired: boolean
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
  const clock = () => performance.now()
  const suspects = createSuspects(clock, options.random ?? Math.random)
  const lane = (callsMax: number): Lane<Item, Answer> => ({
    callsMax,
    parts: [],
    queue: new Set(),
    calls: 0,
    scheduled: false,
  })
  const trusted = lane(CALLS_MAX.trusted)
  const doubted = lane(CALLS_MAX.doubted)
  const alone = lane(CALLS_MAX.alone)
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
    from.calls++
    try {
      const outcomes = await send(
        batch.map(({ item }) => item),
        {
          traceparent: batch.find(({ traceparent }) => traceparent !== undefined)?.traceparent,
          suspect: batch.length === 1 && (suspects.of(batch[0]!.key)?.failures ?? 0) > 0,
        },
      )
      batch.forEach((entry, i) => {
        const outcome = outcomes[i]!
        if (outcome.ok) suspects.clear(entry.key)
        else suspects.failedAlone(entry.key, true)
        settle(entry, outcome)
      })
    } catch (error) {
      if (error instanceof CallFailed) divide(batch, error)
      else for (const entry of batch) settle(entry, { ok: false, error })
    } finally {
      from.calls--
      schedule(from)
    }
  }

  const settle = (entry: Waiting, outcome: Outcome<Answer>) => {
    clearTimeout(entry.timer)
    if (outcome.ok) entry.resolve(outcome.value)
    else entry.reject(outcome.error)
  }

  const divide = (batch: Waiting[], { cause, answered }: CallFailed) => {
    const [first] = batch
    if (batch.length === 1) {
      suspects.failedAlone(first!.key, answered)
      return settle(first!, { ok: false, error: cause })
    }
    const together = Math.ceil(batch.length / (answered ? DIVIDED_BY.answered : DIVIDED_BY.lost))
    for (const entry of batch) suspects.doubt(entry.key, together)
    if (!answered) return batch.forEach((entry) => void settle(entry, { ok: false, error: cause }))
    for (let from = 0; from < batch.length; from += together) {
      const part = new Set<Waiting>()
      for (const entry of batch.slice(from, from + together)) if (!entry.expired) wait(entry, part)
      doubted.parts.push(part)
    }
    schedule(doubted)
  }

  return (item, traceparent) => {
    if (waiting >= waitingMax) {
      return Promise.reject(unanswered(`${waitingMax} requests are already waiting for a call`))
    }
    const known = suspects.of(key(item))
    if (known && clock() < known.notBefore) return Promise.reject(unanswered('it failed a moment ago'))
    return new Promise<Answer>((resolve, reject) => {
      const entry: Waiting = {
        item,
        key: key(item),
        weighs: weight(item),
        traceparent,
        resolve,
        reject,
        timer: undefined,
        expired: false,
        waitsIn: undefined,
      }
      entry.timer = setTimeout(() => {
        entry.expired = true
        leave(entry)
        reject(unanswered(`no answer within ${deadlineMs} ms`))
      }, deadlineMs)
      const to = known === undefined ? trusted : known.failures === 0 ? doubted : alone
      wait(entry, to.queue)
      schedule(to)
    })
  }
}
