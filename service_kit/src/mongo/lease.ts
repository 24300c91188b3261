/** A lease as a document of `settings`. */
import type { Collection } from 'mongodb'
import { isDuplicate } from './errors.ts'
import type { Setting } from './settings.ts'

/** Takes the lease `id` if it is free, has ended, or is ours. */
export async function takeLease(
  settings: Collection<Setting>,
  id: string,
  owner: string,
  now: Date,
  until: Date,
): Promise<boolean> {
  try {
    await settings.insertOne({ _id: id, value: owner, until })
    return true
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const free = { _id: id, $or: [{ until: { $lt: now } }, { value: owner }] }
  return (await settings.updateOne(free, { $set: { value: owner, until } })).matchedCount === 1
}
