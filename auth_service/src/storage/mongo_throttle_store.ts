/**
 * ThrottleStore on MongoDB. Many people may share an address, so many attempts of one key may come at once. Those of one process
 * share a command. Free attempts are counted by an atomic increment, so no replica waits for another. Only attempts that may
 * start a pause read the document, and replace it if it did not change meanwhile; the others then find the pause.
 *
 * After a lost answer attempts are counted again, and refunds are not repeated, so a key may have attempts too many, never
 * too few. An unreadable document counts as no attempts and is replaced.
 */
import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import { createKeyedBatcher } from '@shop/service_kit/mongo/batcher'
import { isDuplicate, OutcomeUnknown, retryDuplicate } from '@shop/service_kit/mongo/errors'
import type { IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { unlocked } from '../domain/audit.ts'
import type { Attempts, ThrottleLimits, ThrottleStore } from '../domain/ports.ts'
import { validateStoredAttempts } from '../domain/stored_records.ts'
import { countAttempt, freeAttempt, retentionRange } from '../domain/throttling.ts'
import { fromDate, toDate } from './stored_times.ts'

/** `state` differs after each change. */
type Document = { _id: string; state: string; tries: number; pausedUntil: Date | null; forgetAt: Date }

type Attempt = { readonly limits: ThrottleLimits; readonly now: () => Date }

export const THROTTLE_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  throttle: [{ name: 'throttle_end', key: { forgetAt: 1 } }],
}

export function createMongoThrottleStore(
  store: MongoStore,
  runtime: Runtime,
  audit: MongoAudit,
  unreadableOf: UnreadableOf,
): ThrottleStore {
  const { repeat } = store
  const { newId } = runtime
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

  /** Counts the attempts if all are free, and others were counted before. */
  const takeFree = async (key: string, attempts: readonly Attempt[]) => {
    const { limits, now } = attempts.at(-1)!
    if (attempts.some((each) => each.limits !== limits)) return false
    const { countMax, range, forgetAt } = freeAttempt(limits, now())
    const tries = { $gte: 0, $lte: countMax + 1 - attempts.length }
    const { matchedCount } = await throttle.updateOne(
      { _id: key, tries, forgetAt: { $gt: range.after, $lte: range.until } },
      {
        $inc: { tries: attempts.length },
        $set: { state: newId(), pausedUntil: null, forgetAt: toDate(forgetAt) },
      },
    )
    return matchedCount === 1
  }

  const take = createKeyedBatcher<Attempt, string | undefined>({
    runtime,
    send: (key, attempts) =>
      repeat(async () => {
        if (await takeFree(key, attempts)) return attempts.map(() => undefined)
        const first = countAll(undefined, attempts)
        if (await add({ _id: key, state: newId(), ...fieldsOf(first.counted!) })) return first.answers
        const before = await throttle.findOne({ _id: key })
        // Not on a majority yet, or removed meanwhile.
        if (!before) throw new OutcomeUnknown()
        const { counted, answers } = countAll(known(before), attempts)
        if (counted === undefined) return answers
        const { matchedCount } = await throttle.updateOne(
          { _id: key, state: before.state },
          { $set: { state: newId(), ...fieldsOf(counted) } },
        )
        if (matchedCount === 0) throw new OutcomeUnknown()
        return answers
      }),
  })

  const refund = createKeyedBatcher<undefined, undefined>({
    runtime,
    async send(key, { length }) {
      let sent = false
      await repeat(async () => {
        if (sent) return
        sent = true
        const none = { state: newId(), pausedUntil: null }
        const { matchedCount } = await throttle.updateOne(
          { _id: key, tries: { $gte: length } },
          { $inc: { tries: -length }, $set: none },
        )
        if (matchedCount === 1) return
        await throttle.updateOne(
          { _id: key, tries: { $gt: 0, $lt: length } },
          { $set: { tries: 0, ...none } },
        )
      })
      return new Array(length).fill(undefined)
    },
  })

  /**
   * Removes at most `limit` entries with this `forgetAt`. It is that of now once they were found: by an older time, what others
   * remember meanwhile would be too far ahead.
   */
  const remove = (forgetAt: () => { $lte: Date } | { $gt: Date }, limit: number) =>
    repeat(async () => {
      const found = await throttle
        .find({ forgetAt: forgetAt() })
        .sort({ forgetAt: 1 })
        .limit(limit)
        .project<{ _id: string }>({ _id: 1 })
        .toArray()
      if (found.length === 0) return 0
      const ids = found.map(({ _id }) => _id)
      return (await throttle.deleteMany({ _id: { $in: ids }, forgetAt: forgetAt() })).deletedCount
    })

  return {
    async take(entries, now) {
      for (const entry of entries) {
        const pausedUntil = await take(entry.key, { limits: entry.limits, now })
        if (pausedUntil) return pausedUntil
      }
      return undefined
    },
    async refund(keys) {
      for (const key of keys) await refund(key, undefined)
    },
    clear: (keys) => repeat(async () => void (await throttle.deleteMany({ _id: { $in: [...keys] } }))),
    unlock: (keys, { accountId, at, by }) =>
      audit.write(by, at.toISOString(), async (options, record) => {
        const { deletedCount } = await throttle.deleteMany({ _id: { $in: [...keys] } }, options)
        if (deletedCount > 0) await record(unlocked(accountId, deletedCount))
      }),
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
    startingWith: (prefix, { after, limit }) =>
      repeat(async () => {
        const from = after === undefined ? { $gte: prefix } : { $gt: after }
        const keys = { _id: { ...from, $lt: `${prefix}\u{10FFFF}` } }
        const found = await throttle.find(keys).hint('_id_').sort({ _id: 1 }).limit(limit).toArray()
        return found.map((document) => ({ key: document._id, attempts: known(document) }))
      }),
    async purge(now, limit) {
      const passed = await remove(() => ({ $lte: now() }), limit)
      if (passed === limit) return passed
      return passed + (await remove(() => ({ $gt: retentionRange(now()).until }), limit - passed))
    },
  }
}

/** Counts one attempt after the other. `counted` is undefined if all were refused. */
function countAll(before: Attempts | undefined, attempts: readonly Attempt[]) {
  let counted: Attempts | undefined
  const answers = attempts.map(({ limits, now }) => {
    const next = countAttempt(counted ?? before, limits, now())
    if ('pausedUntil' in next) return next.pausedUntil
    counted = next.attempts
    return undefined
  })
  return { counted, answers }
}

const fieldsOf = ({ count, pausedUntil, forgetAt }: Attempts) => ({
  tries: count,
  pausedUntil: pausedUntil === undefined ? null : toDate(pausedUntil),
  forgetAt: toDate(forgetAt),
})

const attemptsOf = ({ tries, pausedUntil, forgetAt }: Document): Attempts =>
  validateStoredAttempts({
    count: tries,
    pausedUntil: pausedUntil === null ? undefined : fromDate(pausedUntil),
    forgetAt: fromDate(forgetAt),
  })
