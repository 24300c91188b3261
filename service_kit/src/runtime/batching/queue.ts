/**
 * Items that wait for the next group, first in, first out.
 *
 * Invariants
 *  1. A group is taken from the front: at most `itemsMax` items with a total weight of at most `weightMax`. A heavier item is a
 *     group of its own. So no group is empty, and no item starves.
 *  2. Items that are put back are first again, in their order. A part of a call that failed stays a group of its own and
 *     comes before single items; the latest part comes first, so that one search ends before the next one begins.
 *  3. An item is in the queue at most once, and can be removed at any time.
 */
import { Problem } from '../problem.ts'
import type { Runtime } from '../runtime.ts'
import type { Outcome } from './outcome.ts'

/** An item, and the functions that answer its caller. */
export type Waiting<Item, Answer> = {
  readonly item: Item
  readonly weight: number
  /** When it came, by the monotonic clock. */
  readonly since: number
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

export type GroupLimits<Entry> = {
  readonly itemsMax: number
  readonly weightMax?: number
  /** Size of the largest group that this entry may be part of; undefined if only `itemsMax` limits it. */
  groupMax?(entry: Entry): number | undefined
}

export type Queue<Entry> = {
  size(): number
  push(entry: Entry): void
  /** Adds a group that is not filled up with other entries. The queue owns the array from now on. */
  pushPart(part: Entry[]): void
  /** Removes and returns the next group; empty if the queue is. */
  next(): Entry[]
  /** Undoes `next` for these entries: they are first again. */
  putBack(entries: readonly Entry[]): void
  /** Removes and returns the single entries that came at this time or before. */
  takeUntil(time: number): Entry[]
  /** Does nothing if the entry is not here. */
  remove(entry: Entry): void
}

export function createQueue<Entry extends Waiting<unknown, never>>(limits: GroupLimits<Entry>): Queue<Entry> {
  const single: Entry[] = []
  const parts: Entry[][] = []
  const onlyItemsMax = limits.weightMax === undefined && limits.groupMax === undefined

  return {
    // Called for each new item, so no part is copied. Nearly always there are none.
    size: () =>
      parts.length === 0 ? single.length : parts.reduce((sum, part) => sum + part.length, single.length),
    push: (entry) => void single.push(entry),
    pushPart: (part) => void parts.push(part),
    next() {
      while (parts.length > 0) {
        const part = parts.pop()!
        if (part.length > 0) return part
      }
      return single.splice(0, onlyItemsMax ? limits.itemsMax : countTogether(single, limits))
    },
    putBack: (entries) => void single.unshift(...entries),
    takeUntil(time) {
      const later = single.findIndex(({ since }) => since > time)
      return single.splice(0, later === -1 ? single.length : later)
    },
    remove(entry) {
      for (const list of [...parts, single]) {
        const index = list.indexOf(entry)
        if (index !== -1) return void list.splice(index, 1)
      }
    },
  }
}

/** Size of the group that begins at `from`: at least 1 if there is an entry. */
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

/** Makes a function that adds an item to `queue` and resolves to its answer. It rejects at once if `waitingMax` items wait. */
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
