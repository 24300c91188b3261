/**
 * Batching (batcher.ts) for calls that may overlap, where one item may fail or delay all others of its call.
 *
 * Invariants, besides those of batcher.ts
 *  1. Every item is answered within `deadlineMs`. After that it is neither in a queue nor sent again.
 *  2. A call that fails because of one item is divided again and again, beside the calls of other items: with one bad item of
 *     n, all others are answered after the time of about log(n) calls.
 *  3. A slow call (slow_calls.ts) continues, and its items are also sent in smaller calls, as if it had failed; the first answer
 *     counts. So an item may be sent twice at once.
 *  4. Items that failed before are in quarantine (quarantine.ts): they are sent in small calls of their own, in the end alone
 *     and after a pause, and never delay items that did not fail.
 *  5. In all queues together at most `waitingMax` items wait, and at most CALLS_AT_ONCE_MAX calls run. While none is answered,
 *     slow calls are divided one by one.
 */

import { currentContext, inContext, type RequestContext, sharedContext } from '../request_context.ts'
import type { Cancel, Runtime } from '../runtime.ts'
import type { Batcher } from './batcher.ts'
import { createCallQueue } from './calls.ts'
import { type Call, CallFailed, failed, inParts, type Outcome } from './outcome.ts'
import { createQuarantine } from './quarantine.ts'
import { settle, type Waiting } from './queue.ts'
import { createSlowCalls, SLOW_CALLS_MAX } from './slow_calls.ts'

/**
 * Calls that run at once, by queue: of items that never failed; of parts of calls that were answered with an error; of other
 * items in quarantine; of items that failed alone repeatedly.
 */
const CALLS_MAX = { normal: 1, divided: 4, quarantined: 16, isolated: 2 }
/** One call of its own may fail because of the other side, so the item is sent once more before it is isolated. */
const FAILURES_UNTIL_ISOLATED = 2
export const CALLS_AT_ONCE_MAX = Object.values(CALLS_MAX).reduce((sum, max) => sum + max, SLOW_CALLS_MAX)
/** Into how many parts a call is divided. Each step without an answer costs the time until a call is slow, so it makes more. */
const PARTS = { answered: CALLS_MAX.divided, unanswered: CALLS_MAX.quarantined }

export type IsolatingBatcherOptions<Item, Answer> = {
  readonly runtime: Runtime
  readonly itemsMax: number
  readonly weightMax: number
  readonly waitingMax: number
  readonly deadlineMs: number
  weight(item: Item): number
  key(item: Item): string
  /** Resolves to one outcome for each item, in their order. Rejects with CallFailed if one item may be the cause. */
  send(items: readonly Item[], call: Call): Promise<readonly Outcome<Answer>[]>
  /**
   * The error of an item without an answer: too many wait, its deadline has passed, or it failed a moment ago. `alone`: it was
   * sent without others, now or before. Otherwise the error says nothing about this item.
   */
  unanswered(why: string, alone: boolean): Error
}

type QueueName = keyof typeof CALLS_MAX

type Entry<Item, Answer> = Waiting<Item, Answer> & {
  readonly key: string
  /** Of its caller. */
  readonly context: RequestContext
  cancelDeadline: Cancel | undefined
  state: 'open' | 'expired' | 'answered'
  /** Its last call had no other item. */
  alone: boolean
  /** Undefined while a call with it runs. */
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
      call: (group) => new Promise((freeSlot) => void call(name, group, freeSlot)),
    })
  const queues = {
    normal: queueOf('normal'),
    divided: queueOf('divided'),
    quarantined: queueOf('quarantined'),
    isolated: queueOf('isolated'),
  }
  const all = Object.values(queues)
  const waiting = () => all.reduce((sum, { size }) => sum + size(), 0)

  const call = async (from: QueueName, group: readonly Caller[], freeSlot: () => void) => {
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
      freeSlot()
    }
    const isolated = from === 'isolated'
    const watched = slowCalls.watch(isolated ? undefined : onSlow, { oneByOne: from !== 'normal' })
    try {
      const items = group.map(({ item }) => item)
      const failedBefore = single && failuresOf(group[0]!) > 0
      const { signal } = watched
      const outcomes = await inContext(contextOf(group), () => send(items, { failedBefore, signal }))
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
      freeSlot()
    }
  }

  const contextOf = (group: readonly Caller[]) => sharedContext(group.map(({ context }) => context))

  const failuresOf = ({ key }: Caller) => quarantine.of(key)?.failures ?? 0

  const answer = (entry: Caller, outcome: Outcome<Answer>) => {
    entry.cancelDeadline?.()
    close(entry, 'answered')
    settle(entry, outcome)
  }

  const expire = (entry: Caller) => {
    close(entry, 'expired')
    entry.reject(unanswered(`no answer within ${deadlineMs} ms`, entry.alone || failuresOf(entry) > 0))
  }

  const close = (entry: Caller, state: 'expired' | 'answered') => {
    entry.state = state
    if (entry.waitsIn) queues[entry.waitsIn].remove(entry)
    entry.waitsIn = undefined
  }

  const divide = (group: readonly Caller[], answered: boolean) => {
    const size = Math.ceil(group.length / (answered ? PARTS.answered : PARTS.unanswered))
    const to = answered ? 'divided' : 'quarantined'
    const pending = group.filter(({ state }) => state !== 'answered')
    for (const { key } of pending) quarantine.failedTogether(key, size)
    for (const part of inParts(pending, size)) {
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
        context: currentContext(),
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
