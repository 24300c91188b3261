/**
 * Items that wait for the next group, first come, first served.
 *
 * Promises
 *  1. A group is taken from the front: at most `itemsMax` items that weigh at most `weightMax` together. An item that
 *     is heavier than that is a group of its own. So no group is empty, and every item gets its turn.
 *  2. What is put back comes first again, in its order. A part of a call that failed stays a group of its own and
 *     comes before single items; the latest part comes first, so that one search ends before another one begins.
 *  3. An item waits in one place at most, and can leave it at any time.
 */
import { Problem } from '../problem.ts'
import type { Runtime } from '../runtime.ts'
import type { Outcome } from './outcome.ts'

/** An item, and its caller, who waits for one of the two functions to be called. */
export type Waiting<Item, Answer> = {
  readonly item: Item
  readonly weight: number
  /** The moment of the monotonic clock at which it came. */
  readonly since: number
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

export type GroupLimits<Entry> = {
  readonly itemsMax: number
  readonly weightMax?: number
  /** The largest group that this entry may be part of, if that is smaller. */
  groupMax?(entry: Entry): number | undefined
}

export type Queue<Entry> = {
  size(): number
  push(entry: Entry): void
  /** These are a group of their own, which is not filled up with others. */
  pushPart(part: readonly Entry[]): void
  /** Takes the next group out; empty when nothing waits. */
  next(): Entry[]
  /** These come first again, as if they had not been taken out. */
  putBack(entries: readonly Entry[]): void
  /** Takes out the single items that came at this moment or before. */
  takeUntil(moment: number): Entry[]
  /** Does nothing if the entry does not wait here. */
  remove(entry: Entry): void
}

export function createQueue<Entry extends Waiting<unknown, never>>(limits: GroupLimits<Entry>): Queue<Entry> {
  const single: Entry[] = []
  const parts: Entry[][] = []
  const alike = limits.weightMax === undefined && limits.groupMax === undefined

  return {
    // Asked for with each item that comes, so no part is copied. Nearly always there are none.
    size: () =>
      parts.length === 0 ? single.length : parts.reduce((sum, part) => sum + part.length, single.length),
    push: (entry) => void single.push(entry),
    pushPart: (part) => void parts.push([...part]),
    next() {
      while (parts.length > 0) {
        const part = parts.pop()!
        if (part.length > 0) return part
      }
      return single.splice(0, alike ? limits.itemsMax : countTogether(single, limits))
    },
    putBack: (entries) => void single.unshift(...entries),
    takeUntil(moment) {
      const later = single.findIndex(({ since }) => since > moment)
      return single.splice(0, later === -1 ? single.length : later)
    },
    remove(entry) {
      for (const place of [...parts, single]) {
        const index = place.indexOf(entry)
        if (index !== -1) return void place.splice(index, 1)
      }
    },
  }
}

/** How many entries, the one at `from` first, go together; 1 at least, if there is one. */
export function countTogether<Entry extends { readonly weight: number }>(
  entries: readonly Entry[],
  { itemsMax, weightMax = Number.POSITIVE_INFINITY, groupMax }: GroupLimits<Entry>,
  from = 0,
): number {
  let most = itemsMax
  let sum = 0
  let count = 0
  for (let i = from; i < entries.length; i++) {
    const entry = entries[i]!
    most = Math.min(most, groupMax?.(entry) ?? most)
    sum += entry.weight
    if (count > 0 && (count >= most || sum > weightMax)) break
    count++
  }
  return count
}

export type AcceptOptions<Item> = {
  readonly runtime: Pick<Runtime, 'monotonic'>
  readonly waitingMax: number
  /** 1 unless given. */
  weigh?(item: Item): number
}

/** A function that lets a caller wait in `queue` for its answer; one is refused at once while `waitingMax` wait. */
export function acceptInto<Item, Answer>(
  queue: Queue<Waiting<Item, Answer>>,
  { runtime: { monotonic }, waitingMax, weigh }: AcceptOptions<Item>,
): (item: Item) => Promise<Answer> {
  return (item) => {
    if (queue.size() >= waitingMax) {
      return Promise.reject(new Problem('overloaded', `${waitingMax} writes are already waiting.`))
    }
    return new Promise((resolve, reject) => {
      queue.push({ item, weight: weigh?.(item) ?? 1, since: monotonic(), resolve, reject })
    })
  }
}

export function settle<Answer>(entry: Waiting<unknown, Answer>, outcome: Outcome<Answer>): void {
  if (outcome.ok) entry.resolve(outcome.value)
  else entry.reject(outcome.error)
}
