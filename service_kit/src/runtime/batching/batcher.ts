/**
 * Batching: concurrent callers share calls, and each gets an answer of its own.
 *
 * A call, a transaction or a COMMIT costs nearly the same for one item as for a hundred. So while one is under way,
 * what arrives is collected, and the next one takes all of it. Nothing waits for a timer: a single item leaves at
 * once, and under load the groups grow instead of the queue. The price is that items share a fate which is not
 * theirs. This folder is about not paying it.
 *
 * What every user of it promises
 *  1. Each item has exactly one outcome, its own, and its caller hears it as soon as it is known.
 *  2. Items are served in the order in which they came. What comes in one turn of the event loop goes together.
 *  3. A group has at most `itemsMax` items that weigh at most `weightMax` together; an item that is heavier goes alone.
 *  4. At most `waitingMax` items wait, and one more is refused at once. At most `callsMax` calls are under way.
 *  5. An item is not begun any more when its caller has stopped waiting.
 *  6. An item fails only for a reason of its own, or because the whole other side failed. Where a shared call fails and
 *     one item may be to blame, the call is divided and tried again, until that item stands alone.
 *  7. Time, timers and chance are those of the `Runtime` that is handed in.
 *
 * What is where
 *  - `queue.ts`    items that wait, and which of them are the next group (2, 3)
 *  - `calls.ts`    when a group begins, and how many are under way (2, 4)
 *  - `outcome.ts`  what an item ends with
 *  - `batcher.ts`  one queue; a call that failed is divided before the next one begins
 *  - `isolating_batcher.ts`  several queues, so that nobody waits for the division, nor for a call that is slow; an
 *    item that failed is remembered (`quarantine.ts`), and slow calls are measured (`slow_calls.ts`)
 *
 * Who uses which part
 *  - Calls from order_service to product_service: the isolating batcher. One order may fail there, or may never be
 *    answered, and calls may overlap. The client keeps the circuit breaker and the wire format.
 *  - MongoDB: the batcher. Transactions of the ledger of stock must not overlap, so a division goes on in the place of
 *    its call; single writes share commands, of which two may be under way. The store keeps the transaction and what it means that its outcome is unknown.
 *  - SQLite: the queue and its turns (`sqlite/commits.ts`). A group there runs synchronously, and is undone by a
 *    savepoint within microseconds: running each write alone, inside the same transaction, costs less than dividing.
 *    Its bound is time, not size, so the rest of a group goes back into the queue. And it is the hottest path of the
 *    system: nothing is allocated for a write there but what its caller and its outcome need.
 */
import type { Runtime } from '../runtime.ts'
import { createCallQueue } from './calls.ts'
import { inParts, type Outcome } from './outcome.ts'
import { acceptInto, settle, type Waiting } from './queue.ts'

/** Parts of a call that failed. */
const DIVIDED_BY = 4

export type BatcherOptions<Item, Answer> = {
  readonly runtime: Runtime
  readonly itemsMax: number
  readonly weightMax: number
  readonly waitingMax: number
  readonly callsMax: number
  /** An item that waited as long is not sent any more, but fails with `expired()`. */
  readonly waitMs: number
  weight(item: Item): number
  expired(): Error
  /** One outcome for each item, in their order. */
  send(items: readonly Item[]): Promise<readonly Outcome<Answer>[]>
  /** Whether one item may be to blame for this failure of a call. If not, it is the failure of each. */
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
        for (const part of inParts(group, Math.ceil(group.length / DIVIDED_BY))) await call(part)
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
