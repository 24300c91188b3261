/** The batcher (runtime/batching/batcher.ts) with the limits and errors of MongoDB. */
import { type Batcher, type BatcherOptions, createBatcher } from '../runtime/batching/batcher.ts'
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
