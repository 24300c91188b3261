/**
 * Natural batching: while calls are under way, what arrives is collected and travels in the next one. A lone
 * item leaves at once; under load calls grow instead of queueing, so one call and one transaction of the other
 * service serve many orders.
 *
 * Every item has its own deadline, counted from its arrival, and ends with OutcomeUnknown when it passes.
 */
import { OutcomeUnknown } from '../domain/errors.ts'

/** Items waiting for a call; one more is refused, since it would not be served within its deadline anyway. */
export const WAITING_MAX = 10_000

export type BatcherOptions<Item, Answer> = {
  readonly itemsMax: number
  /** Bounds the sum of `weight` in a call; an item heavier than that travels alone. */
  readonly weightMax: number
  readonly callsMax: number
  readonly deadlineMs: number
  weight(item: Item): number
  /** One answer for each item, in their order. */
  send(items: readonly Item[], traceparent: string | undefined): Promise<readonly Answer[]>
}

export type Batcher<Item, Answer> = (item: Item, traceparent?: string) => Promise<Answer>

type Entry<Item, Answer> = {
  readonly item: Item
  readonly traceparent: string | undefined
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  timer: NodeJS.Timeout | undefined
  expired: boolean
}

export function createBatcher<Item, Answer>(options: BatcherOptions<Item, Answer>): Batcher<Item, Answer> {
  const { itemsMax, weightMax, callsMax, deadlineMs, weight, send } = options
  let waiting: Entry<Item, Answer>[] = []
  let calls = 0
  let scheduled = false

  /** After this turn of the event loop, so that all orders of one shared commit leave together. */
  const schedule = () => {
    if (scheduled || calls >= callsMax || waiting.length === 0) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      while (calls < callsMax && waiting.length > 0) void call(takeBatch())
    })
  }

  const takeBatch = () => {
    const batch: Entry<Item, Answer>[] = []
    let total = 0
    let taken = 0
    for (const entry of waiting) {
      total += weight(entry.item)
      if (batch.length === itemsMax || (batch.length > 0 && total > weightMax)) break
      taken++
      if (!entry.expired) batch.push(entry)
    }
    waiting = waiting.slice(taken)
    return batch
  }

  const call = async (batch: Entry<Item, Answer>[]) => {
    if (batch.length === 0) return
    calls++
    try {
      const answers = await send(
        batch.map((entry) => entry.item),
        batch.find((entry) => entry.traceparent !== undefined)?.traceparent,
      )
      batch.forEach((entry, i) => {
        entry.resolve(answers[i]!)
      })
    } catch (error) {
      for (const entry of batch) entry.reject(error)
    } finally {
      for (const entry of batch) clearTimeout(entry.timer)
      calls--
      schedule()
    }
  }

  return (item, traceparent) => {
    if (waiting.length >= WAITING_MAX) {
      return Promise.reject(new OutcomeUnknown(`${WAITING_MAX} requests are already waiting for a call`))
    }
    return new Promise<Answer>((resolve, reject) => {
      const entry: Entry<Item, Answer> = {
        item,
        traceparent,
        resolve,
        reject,
        timer: undefined,
        expired: false,
      }
      entry.timer = setTimeout(() => {
        entry.expired = true
        reject(new OutcomeUnknown(`no answer within ${deadlineMs} ms`))
      }, deadlineMs)
      waiting.push(entry)
      schedule()
    })
  }
}
