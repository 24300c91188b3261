/**
 * ThrottleStore on MongoDB: an attempt reads the document of a key, and replaces it if no other process did meanwhile. After
 * a lost answer the attempt is counted again, so a key may have one attempt too many, never one too few. An unreadable
 * document counts as no attempts and is replaced, because many people may share an address.
 */
import { isDuplicate, OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import type { IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import type { Attempts, ThrottleEntry, ThrottleStore } from '../domain/ports.ts'
import { validateStoredAttempts } from '../domain/stored_records.ts'
import { countAttempt, retentionRange } from '../domain/throttling.ts'
import { fromDate, toDate } from './stored_times.ts'

/** `state` differs after each change. */
type Document = { _id: string; state: string; tries: number; pausedUntil: Date | null; forgetAt: Date }

export const THROTTLE_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  throttle: [{ name: 'throttle_end', key: { forgetAt: 1 } }],
}

export function createMongoThrottleStore(
  store: MongoStore,
  { newId }: Pick<Runtime, 'newId'>,
  unreadableOf: UnreadableOf,
): ThrottleStore {
  const { repeat } = store
  const throttle = store.collection<Document>('throttle')

  // Only the kind of the key is reported, because a key contains personal data.
  const reading = createReading(
    attemptsOf,
    ({ _id }: Document) => String(_id).split(' ')[0]!,
    unreadableOf('a throttle'),
  )
  const known = (document: Document | null) => (document ? reading.many([document])[0] : undefined)

  const add = async (document: Document) => {
    try {
      await throttle.insertOne(document)
      return true
    } catch (error) {
      if (isDuplicate(error)) return false
      throw error
    }
  }

  /** Replaces or adds the document if it is still `before`; otherwise another process changed it. */
  const replace = async (key: string, before: Document | null, fields: Omit<Document, '_id' | 'state'>) => {
    const state = newId()
    const done = before
      ? (await throttle.updateOne({ _id: key, state: before.state }, { $set: { state, ...fields } }))
          .matchedCount === 1
      : await add({ _id: key, state, ...fields })
    if (!done) throw new OutcomeUnknown()
  }

  const take = ({ key, limits }: ThrottleEntry, now: Date) =>
    repeat(async () => {
      const before = await throttle.findOne({ _id: key })
      const next = countAttempt(known(before), limits, now)
      if ('pausedUntil' in next) return next.pausedUntil
      const { count, pausedUntil, forgetAt } = next.attempts
      await replace(key, before, {
        tries: count,
        pausedUntil: pausedUntil === undefined ? null : toDate(pausedUntil),
        forgetAt: toDate(forgetAt),
      })
      return undefined
    })

  /** Removes at most `limit` entries with this `forgetAt`. */
  const remove = (forgetAt: { $lte: Date } | { $gt: Date }, limit: number) =>
    repeat(async () => {
      const found = await throttle
        .find({ forgetAt })
        .sort({ forgetAt: 1 })
        .limit(limit)
        .project<{ _id: string }>({ _id: 1 })
        .toArray()
      if (found.length === 0) return 0
      const ids = found.map(({ _id }) => _id)
      return (await throttle.deleteMany({ _id: { $in: ids }, forgetAt })).deletedCount
    })

  return {
    async take(entries, now) {
      for (const entry of entries) {
        const pausedUntil = await take(entry, now)
        if (pausedUntil) return pausedUntil
      }
      return undefined
    },
    async refund(keys) {
      for (const key of keys) {
        await repeat(async () => {
          const before = await throttle.findOne({ _id: key })
          const had = known(before)
          if (!had) return
          const tries = Math.max(0, had.count - 1)
          await replace(key, before, { tries, pausedUntil: null, forgetAt: toDate(had.forgetAt) })
        })
      }
    },
    clear: (keys) => repeat(async () => void (await throttle.deleteMany({ _id: { $in: [...keys] } }))),
    remember: (key, until) =>
      repeat(async () => {
        const before = await throttle.findOne({ _id: key })
        await replace(key, before, { tries: 0, pausedUntil: null, forgetAt: toDate(until) })
      }),
    remembers(key, now) {
      const { after, until } = retentionRange(now)
      const live = { _id: key, forgetAt: { $gt: after, $lte: until } }
      return repeat(async () => (await throttle.findOne(live)) !== null)
    },
    async purge(now, limit) {
      const { after, until } = retentionRange(now)
      const passed = await remove({ $lte: after }, limit)
      return passed < limit ? passed + (await remove({ $gt: until }, limit - passed)) : passed
    },
  }
}

const attemptsOf = ({ tries, pausedUntil, forgetAt }: Document): Attempts =>
  validateStoredAttempts({
    count: tries,
    pausedUntil: pausedUntil === null ? undefined : fromDate(pausedUntil),
    forgetAt: fromDate(forgetAt),
  })
