/**
 * Batching for calls that may overlap, where one item may spoil or delay all others of its call. `batcher.ts` explains
 * what batching is; the promises here go further.
 *
 * Promises
 *  1. Every item is answered at `deadlineMs` after its arrival at the latest. From then on it does not wait here, and is
 *     not sent any more.
 *  2. A call of which one item is to blame is divided again and again, beside the calls of others: with one bad item of
 *     n, all others are answered after about log(n) calls' time.
 *  3. A call that is slow (slow_calls.ts) goes on, and its items travel in smaller calls too, as if it had failed; the
 *     first answer counts. So an item may be sent twice at once.
 *  4. What failed before is in quarantine (quarantine.ts): it travels in small calls of its own, in the end alone and not
 *     before a pause, and never in the way of what did not fail.
 *  5. Of all queues together, at most `waitingMax` items wait and at most CALLS_AT_ONCE_MAX calls are under way. While
 *     none is answered, slow calls are divided one by one.
 */
import type { Cancel, Runtime } from '../runtime.ts'
import { currentTraceparent, inTrace } from '../trace_context.ts'
import type { Batcher } from './batcher.ts'
import { createCallQueue } from './calls.ts'
import { type Call, CallFailed, failed, inParts, type Outcome } from './outcome.ts'
import { createQuarantine } from './quarantine.ts'
import { settle, type Waiting } from './queue.ts'
import { createSlowCalls, SLOW_CALLS_MAX } from './slow_calls.ts'

/**
 * Calls under way at once, by queue: of items that never failed; of the parts of calls that were answered with a failure;
 * of other items in quarantine; of those that failed alone again and again.
 */
const CALLS_MAX = { normal: 1, divided: 4, quarantined: 16, isolated: 2 }
/** One call of its own without an answer may be the fault of the other side: it is sent once more before it is isolated. */
const FAILURES_UNTIL_ISOLATED = 2
export const CALLS_AT_ONCE_MAX = Object.values(CALLS_MAX).reduce((sum, max) => sum + max, SLOW_CALLS_MAX)
/** Parts of a call that failed. One without an answer costs the time of its patience, so it has more of them. */
const DIVIDED_BY = { answered: CALLS_MAX.divided, silent: CALLS_MAX.quarantined }

export type IsolatingBatcherOptions<Item, Answer> = {
  readonly runtime: Runtime
  readonly itemsMax: number
  readonly weightMax: number
  /** One more is refused, since it would not be served within its deadline anyway. */
  readonly waitingMax: number
  readonly deadlineMs: number
  weight(item: Item): number
  key(item: Item): string
  /** One outcome for each item, in their order. Rejects with CallFailed where an item may be to blame. */
  send(items: readonly Item[], call: Call): Promise<readonly Outcome<Answer>[]>
  /**
   * What an item fails with that was not answered: too many wait, its time is over, or it failed a moment ago.
   * `alone`: it was sent without others, now or before; else it says nothing about this item.
   */
  unanswered(why: string, alone: boolean): Error
}

type QueueName = keyof typeof CALLS_MAX

type Entry<Item, Answer> = Waiting<Item, Answer> & {
  readonly key: string
  /** The trace it was asked for in. */
  readonly traceparent: string | undefined
  cancelDeadline: Cancel | undefined
  state: 'open' | 'expired' | 'answered'
  /** Its last call was its own. */
  alone: boolean
  /** Undefined while a call with it is under way. */
  waitsIn: QueueName | undefined
}

export function createIsolatingBatcher<Item, Answer>(
  options: IsolatingBatcherOptions<Item, Answer>,
): Batcher<Item, Answer> {
  type Caller = Entry<Item, Answer>
  const { runtime, itemsMax, weightMax, waitingMax, deadlineMs, weight, key, send, unanswered } = options
  const quarantine = createQuarantine(runtime)
  const slowCalls = createSlowCalls(deadlineMs, runtime)

  const queueOf = (name: QueueName) =>
    createCallQueue<Caller>({
      runtime,
      itemsMax,
      weightMax,
      groupMax: ({ key }) => quarantine.of(key)?.groupMax,
      callsMax: CALLS_MAX[name],
      call: (group) => new Promise((freePlace) => void call(name, group, freePlace)),
    })
  const queues = {
    normal: queueOf('normal'),
    divided: queueOf('divided'),
    quarantined: queueOf('quarantined'),
    isolated: queueOf('isolated'),
  }
  const all = Object.values(queues)
  const waiting = () => all.reduce((sum, { size }) => sum + size(), 0)

  const call = async (from: QueueName, group: readonly Caller[], freePlace: () => void) => {
    const single = group.length === 1
    for (const entry of group) {
      entry.waitsIn = undefined
      entry.alone = single
    }
    let divided = false
    const divideOnce = (answered: boolean) => {
      if (!divided) divide(group, answered)
      divided = true
    }
    const onSlow = () => {
      if (!single) divideOnce(false)
      freePlace()
    }
    const isolated = from === 'isolated'
    const watched = slowCalls.watch(isolated ? undefined : onSlow, { oneByOne: from !== 'normal' })
    try {
      const items = group.map(({ item }) => item)
      const failedBefore = single && failuresOf(group[0]!) > 0
      const { signal } = watched
      const outcomes = await inTrace(traceOf(group), () => send(items, { failedBefore, signal }))
      watched.answered(!isolated)
      group.forEach((entry, i) => {
        const outcome = outcomes[i]!
        if (outcome.ok) quarantine.release(entry.key)
        else if (entry.state !== 'answered') quarantine.failedAlone(entry.key, true)
        answer(entry, outcome)
      })
    } catch (error) {
      const failure = error instanceof CallFailed ? error : undefined
      if (failure?.answered) watched.answered(!isolated)
      if (failure && !single) return divideOnce(failure.answered)
      for (const entry of group) {
        if (failure && entry.state !== 'answered') quarantine.failedAlone(entry.key, failure.answered)
        answer(entry, failed(failure?.cause ?? error))
      }
    } finally {
      watched.ended()
      freePlace()
    }
  }

  /** A call is part of one trace: of the first of its items that was asked for in one. */
  const traceOf = (group: readonly Caller[]) =>
    group.find(({ traceparent }) => traceparent !== undefined)?.traceparent

  const failuresOf = ({ key }: Caller) => quarantine.of(key)?.failures ?? 0

  const answer = (entry: Caller, outcome: Outcome<Answer>) => {
    entry.cancelDeadline?.()
    leave(entry, 'answered')
    settle(entry, outcome)
  }

  const expire = (entry: Caller) => {
    leave(entry, 'expired')
    entry.reject(unanswered(`no answer within ${deadlineMs} ms`, entry.alone || failuresOf(entry) > 0))
  }

  const leave = (entry: Caller, state: 'expired' | 'answered') => {
    entry.state = state
    if (entry.waitsIn) queues[entry.waitsIn].remove(entry)
    entry.waitsIn = undefined
  }

  const divide = (group: readonly Caller[], answered: boolean) => {
    const size = Math.ceil(group.length / (answered ? DIVIDED_BY.answered : DIVIDED_BY.silent))
    const to = answered ? 'divided' : 'quarantined'
    const unknown = group.filter(({ state }) => state !== 'answered')
    for (const { key } of unknown) quarantine.failedTogether(key, size)
    for (const part of inParts(unknown, size)) {
      const open = part.filter(({ state }) => state === 'open')
      for (const entry of open) entry.waitsIn = to
      queues[to].pushPart(open)
    }
  }

  return (item) => {
    if (waiting() >= waitingMax) {
      return Promise.reject(unanswered(`${waitingMax} requests are already waiting for a call`, false))
    }
    const since = runtime.monotonic()
    const itemKey = key(item)
    const known = quarantine.of(itemKey)
    if (known && since < known.notBefore) return Promise.reject(unanswered('it failed a moment ago', true))
    const to = !known ? 'normal' : known.failures < FAILURES_UNTIL_ISOLATED ? 'quarantined' : 'isolated'
    return new Promise<Answer>((resolve, reject) => {
      const entry: Caller = {
        item,
        key: itemKey,
        weight: weight(item),
        since,
        traceparent: currentTraceparent(),
        resolve,
        reject,
        cancelDeadline: undefined,
        state: 'open',
        alone: false,
        waitsIn: to,
      }
      entry.cancelDeadline = runtime.after(deadlineMs, () => expire(entry))
      queues[to].push(entry)
    })
  }
}
