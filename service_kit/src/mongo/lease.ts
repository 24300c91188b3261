/** A lease as a document of `settings`. */
import type { Collection } from 'mongodb'
import { LEASE_AHEAD_MAX_MS } from '../storage/retention.ts'
import { isDuplicate } from './errors.ts'
import type { Setting } from './settings.ts'

/** Takes the lease `id` if it is free, has ended, is ours, or ends too far ahead to be right. */
export async function takeLease(
  settings: Collection<Setting>,
  id: string,
  owner: string,
  now: Date,
  until: Date,
  aheadMaxMs = LEASE_AHEAD_MAX_MS,
): Promise<boolean> {
  try {
    await settings.insertOne({ _id: id, value: owner, until })
    return true
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const wrong = new Date(now.getTime() + aheadMaxMs)
  const free = { _id: id, $or: [{ until: { $lt: now } }, { until: { $gt: wrong } }, { value: owner }] }
  return (await settings.updateOne(free, { $set: { value: owner, until } })).matchedCount === 1
}
