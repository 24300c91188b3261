/**
 * ThrottleStore on MongoDB. Many people may share an address, so many attempts of one key may come at once: free attempts are
 * counted by one atomic increment each, and none waits for another. Only an attempt that may start a pause reads the
 * document, and replaces it if it did not change meanwhile; an attempt that comes too late finds the pause.
 *
 * After a lost answer an attempt is counted again, and a refund is not repeated, so a key may have one attempt too many,
 * never one too few. An unreadable document counts as no attempts and is replaced.
 */
import { isDuplicate, OutcomeUnknown, retryDuplicate } from '@shop/service_kit/mongo/errors'
import type { IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import type { Attempts, ThrottleEntry, ThrottleStore } from '../domain/ports.ts'
import { validateStoredAttempts } from '../domain/stored_records.ts'
import { countAttempt, freeAttempt, retentionRange } from '../domain/throttling.ts'
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

  const fieldsOf = ({ count, pausedUntil, forgetAt }: Attempts) => ({
    tries: count,
    pausedUntil: pausedUntil === undefined ? null : toDate(pausedUntil),
    forgetAt: toDate(forgetAt),
  })

  /** Counts the attempt if it is free, and others were counted before. */
  const takeFree = async ({ key, limits }: ThrottleEntry, now: Date) => {
    const { countMax, range, forgetAt } = freeAttempt(limits, now)
    const { matchedCount } = await throttle.updateOne(
      { _id: key, tries: { $gte: 0, $lte: countMax }, forgetAt: { $gt: range.after, $lte: range.until } },
      { $inc: { tries: 1 }, $set: { state: newId(), pausedUntil: null, forgetAt: toDate(forgetAt) } },
    )
    return matchedCount === 1
  }

  /** Counts the first attempt of a key. */
  const takeFirst = async ({ key, limits }: ThrottleEntry, now: Date) => {
    const next = countAttempt(undefined, limits, now)
    return 'attempts' in next && (await add({ _id: key, state: newId(), ...fieldsOf(next.attempts) }))
  }

  const take = (entry: ThrottleEntry, now: Date) =>
    repeat(async () => {
      if ((await takeFree(entry, now)) || (await takeFirst(entry, now))) return undefined
      const { key, limits } = entry
      const before = await throttle.findOne({ _id: key })
      // Not on a majority yet, or removed meanwhile.
      if (!before) throw new OutcomeUnknown()
      const next = countAttempt(known(before), limits, now)
      if ('pausedUntil' in next) return next.pausedUntil
      const { matchedCount } = await throttle.updateOne(
        { _id: key, state: before.state },
        { $set: { state: newId(), ...fieldsOf(next.attempts) } },
      )
      if (matchedCount === 0) throw new OutcomeUnknown()
      return undefined
    })

  const refund = (key: string) => {
    let sent = false
    return repeat(async () => {
      if (sent) return
      sent = true
      await throttle.updateOne(
        { _id: key, tries: { $gt: 0 } },
        { $inc: { tries: -1 }, $set: { state: newId(), pausedUntil: null } },
      )
    })
  }

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
      for (const key of keys) await refund(key)
    },
    clear: (keys) => repeat(async () => void (await throttle.deleteMany({ _id: { $in: [...keys] } }))),
    remember: (key, until) =>
      repeat(async () => {
        const fields = { state: newId(), tries: 0, pausedUntil: null, forgetAt: toDate(until) }
        await throttle.updateOne({ _id: key }, { $set: fields }, { upsert: true }).catch(retryDuplicate)
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
