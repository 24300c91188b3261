/**
 * Numbers of orders in MongoDB (domain/order_numbers.ts). A process takes a block of them with one write, and gives them to its
 * orders from memory: no order needs a write more, and no document is written by every order.
 *
 * Invariants
 *  N2. The counter is the setting `orderNumbers`. `last` only grows, by writes whose condition is the value read, and a majority
 *      has a write before a number of its block is used. A block whose write has an unknown outcome is not used, and lost. So a
 *      process that dies loses at most a block.
 *  N3. The orders that were there before the counter are numbered first: those up to `oldEnd` are kept for them.
 *
 * A counter below a number in use, as after a restore of some collections, is raised when a process begins.
 */
import { OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import type { Setting } from '@shop/service_kit/mongo/settings'
import type { MongoStore } from '@shop/service_kit/mongo/store'
import { NUMBER_BEFORE_FIRST } from '../domain/order_numbers.ts'
import type { Document } from './mongo_order_documents.ts'

export const COUNTER = 'orderNumbers'
/** Numbers that a process takes at once: one write for so many orders. A process that ends leaves a gap of at most two blocks. */
export const BLOCK = 100
/** With fewer left the next block is taken, while orders use these. */
const FEW = BLOCK / 2
/** Orders counted for `oldEnd`; of more, the newest of before get numbers after those of the first new ones. */
const COUNTED_MAX = 1_000_000
/** Writes of one attempt; one is lost for each other process that takes a block at the same time. */
const ATTEMPTS_MAX = 20

export type MongoOrderNumbers = {
  next(): Promise<number>
  /** For orders of an earlier release, each of its own. */
  takeOld(count: number): Promise<readonly number[]>
}

export function createMongoOrderNumbers(store: MongoStore): MongoOrderNumbers {
  const settings = () => store.collection<Setting>('settings')
  const orders = () => store.collection<Document>('orders')
  const free: number[] = []
  let taking: Promise<void> | undefined
  let begun: Promise<void> | undefined

  async function begin() {
    const stored = await settings().findOne({ _id: COUNTER })
    if (!stored) {
      const before = await orders().countDocuments({ _id: { $gt: '' } }, { limit: COUNTED_MAX })
      const oldEnd = NUMBER_BEFORE_FIRST + before
      const counter = { last: oldEnd, oldLast: NUMBER_BEFORE_FIRST, oldEnd, complete: '' }
      await settings().updateOne({ _id: COUNTER }, { $setOnInsert: counter }, { upsert: true })
    }
    const [highest] = await orders()
      .find({ number: { $exists: true } })
      .hint('orders_by_number')
      .sort({ number: -1 })
      .limit(1)
      .project<{ number: number }>({ number: 1 })
      .toArray()
    if (highest) {
      const last = { $lt: highest.number }
      await settings().updateOne({ _id: COUNTER, last }, { $set: { last: highest.number } })
    }
  }

  const ready = () => {
    begun ??= store.repeat(begin).catch((error) => {
      begun = undefined
      throw error
    })
    return begun
  }

  /** Adds `count` to the counter's `field`, and resolves its value before; undefined when that would pass `end`. */
  async function take(field: 'last' | 'oldLast', count: number): Promise<number | undefined> {
    await ready()
    return store.repeat(async () => {
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        const counter = await settings().findOne({ _id: COUNTER })
        const before = counter?.[field]
        // Not on a majority yet.
        if (before === undefined) throw new OutcomeUnknown()
        if (field === 'oldLast' && before + count > counter!.oldEnd!) return undefined
        const filter = { _id: COUNTER, [field]: before }
        const { matchedCount } = await settings().updateOne(filter, { $set: { [field]: before + count } })
        if (matchedCount === 1) return before
      }
      throw new OutcomeUnknown()
    })
  }

  const numbersAfter = (before: number, count: number) =>
    Array.from({ length: count }, (_, i) => before + 1 + i)

  const takeBlock = () => {
    taking ??= take('last', BLOCK)
      .then((before) => void free.push(...numbersAfter(before!, BLOCK)))
      .finally(() => {
        taking = undefined
      })
    return taking
  }

  return {
    async next() {
      while (free.length === 0) await takeBlock()
      const number = free.shift()!
      // An order that needs it asks again.
      if (free.length < FEW) takeBlock().catch(() => {})
      return number
    },
    async takeOld(count) {
      const before = (await take('oldLast', count)) ?? (await take('last', count))
      return numbersAfter(before!, count)
    },
  }
}
