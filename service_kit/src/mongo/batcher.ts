/** The batcher (runtime/batching/batcher.ts) with the limits and errors of MongoDB. */
import { type Batcher, type BatcherOptions, createBatcher } from '../runtime/batching/batcher.ts'
import { succeeded } from '../runtime/batching/outcome.ts'
import { unavailable } from './errors.ts'
import { DEADLINE_MS } from './options.ts'

export const WAITING_MAX = 20_000
/** Items of one call, and their weight together. */
export const ITEMS_MAX = 256

type Options<Item, Answer> = BatcherOptions<Item, Answer>

export type MongoBatcherOptions<Item, Answer> = Pick<Options<Item, Answer>, 'runtime' | 'callsMax' | 'send'> &
  Partial<Pick<Options<Item, Answer>, 'itemsMax' | 'weight' | 'mayBeOneItem'>>

/** By default an item weighs 1, a call has up to ITEMS_MAX items, and a call that fails is not divided. */
export const createMongoBatcher = <Item, Answer>(
  options: MongoBatcherOptions<Item, Answer>,
): Batcher<Item, Answer> =>
  createBatcher({
    itemsMax: ITEMS_MAX,
    weight: () => 1,
    mayBeOneItem: () => false,
    ...options,
    weightMax: ITEMS_MAX,
    waitingMax: WAITING_MAX,
    waitMs: DEADLINE_MS,
    expired: () => unavailable(new Error('It waited too long and was not sent.')),
  })

export type KeyedBatcherOptions<Item, Answer> = {
  readonly runtime: Options<Item, Answer>['runtime']
  send(key: string, items: readonly Item[]): Promise<Answer[]>
}

/**
 * For documents that many callers change at the same time: one command at a time for each key, for all that wait for it. Other
 * keys do not wait. A key is remembered only while it has items.
 */
export function createKeyedBatcher<Item, Answer>({
  runtime,
  send,
}: KeyedBatcherOptions<Item, Answer>): (key: string, item: Item) => Promise<Answer> {
  const keys = new Map<string, { readonly batched: Batcher<Item, Answer>; items: number }>()
  const openOf = (key: string) => {
    const batched = createMongoBatcher<Item, Answer>({
      runtime,
      callsMax: 1,
      send: async (items) => (await send(key, items)).map(succeeded),
    })
    const opened = { batched, items: 0 }
    keys.set(key, opened)
    return opened
  }
  return async (key, item) => {
    const entry = keys.get(key) ?? openOf(key)
    entry.items++
    try {
      return await entry.batched(item)
    } finally {
      entry.items--
      if (entry.items === 0) keys.delete(key)
    }
  }
}
