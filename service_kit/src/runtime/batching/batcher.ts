/**
 * Batching: concurrent callers share calls, and each caller gets its own answer.
 *
 * A call, a transaction or a COMMIT costs nearly the same for one item as for a hundred. So while one runs, new items are
 * collected, and the next call takes all of them. No item waits for a timer: a single item is sent at once, and under load
 * calls become larger instead of the queue. But items of one call also share its failure and its delay. This folder prevents
 * that.
 *
 * Invariants
 *  1. Each item has exactly one outcome, its own, and its caller gets it as soon as it is known.
 *  2. Items are sent in the order in which they came. Items of one turn of the event loop are sent together.
 *  3. A group has at most `itemsMax` items with a total weight of at most `weightMax`; a heavier item is sent alone.
 *  4. At most `waitingMax` items wait, and one more is refused at once. At most `callsMax` calls run at once.
 *  5. An item is not sent after its caller has stopped waiting.
 *  6. An item fails only by its own fault, or if the whole other side failed. If a shared call fails and one item may be the
 *     cause, the call is divided and repeated, until that item is alone.
 *  7. Time, timers and random numbers are those of the `Runtime` of the options.
 *
 * Modules
 *  - `queue.ts`    items that wait, and which of them are the next group (2, 3)
 *  - `calls.ts`    when a group is sent, and how many calls run (2, 4)
 *  - `outcome.ts`  how a call ends for an item
 *  - `batcher.ts`  one queue; a call that failed is divided before the next one begins
 *  - `isolating_batcher.ts`  several queues, so that no item waits for a division or a slow call; items that failed are
 *    remembered (`quarantine.ts`), and calls are timed (`slow_calls.ts`)
 *
 * Users
 *  - Calls from order_service to product_service: the isolating batcher. One order may fail there, or may never be
 *    answered, and calls may overlap.
 *  - MongoDB: the batcher (`mongo/batcher.ts`). Transactions of the ledger must not overlap, so a call is divided before the
 *    next one begins; of commands for single documents, two run at once.
 *  - SQLite: the queue and its turns (`sqlite/commits.ts`). A group runs synchronously, and a savepoint undoes it within
 *    microseconds: to run each write alone, in the same transaction, costs less than dividing. Its limit is time, not size,
 *    so the rest of a group returns to the queue. This is the hottest path of the system, so it allocates as little as it can.
 */
import type { Runtime } from '../runtime.ts'
import { createCallQueue } from './calls.ts'
import { inParts, type Outcome } from './outcome.ts'
import { acceptInto, settle, type Waiting } from './queue.ts'

/** Into how many parts a call that failed is divided. */
const PARTS = 4

export type BatcherOptions<Item, Answer> = {
  readonly runtime: Runtime
  readonly itemsMax: number
  readonly weightMax: number
  readonly waitingMax: number
  readonly callsMax: number
  /** An item that waited this long is not sent, and fails with `expired()`. */
  readonly waitMs: number
  weight(item: Item): number
  expired(): Error
  /** Resolves to one outcome for each item, in their order. */
  send(items: readonly Item[]): Promise<readonly Outcome<Answer>[]>
  /** Whether one item may be the cause of this failure of a call. If not, all its items fail with it. */
  mayBeOneItem(error: unknown): boolean
}

export type Batcher<Item, Answer> = (item: Item) => Promise<Answer>

export function createBatcher<Item, Answer>(options: BatcherOptions<Item, Answer>): Batcher<Item, Answer> {
  const { runtime, itemsMax, weightMax, waitingMax, callsMax, waitMs } = options
  const { weight, expired, send, mayBeOneItem } = options
  type Entry = Waiting<Item, Answer>
  const dropExpired = () => {
    for (const { reject } of queue.takeUntil(runtime.monotonic() - waitMs)) reject(expired())
  }

  const call = async (group: readonly Entry[]): Promise<void> => {
    try {
      const outcomes = await send(group.map(({ item }) => item))
      for (let i = 0; i < group.length; i++) settle(group[i]!, outcomes[i]!)
    } catch (error) {
      if (group.length > 1 && mayBeOneItem(error)) {
        for (const part of inParts(group, Math.ceil(group.length / PARTS))) await call(part)
      } else for (const { reject } of group) reject(error)
    }
  }

  const queue = createCallQueue<Entry>({
    runtime,
    itemsMax,
    weightMax,
    callsMax,
    call,
    beforeNext: dropExpired,
  })

  return acceptInto(queue, { runtime, waitingMax, weigh: weight })
}
