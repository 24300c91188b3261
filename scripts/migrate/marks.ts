/**
 * The marks of a migration, one in each database of the target, from the first record until all were compared. While one is
 * there, its service does not start. Once one of them says `finished`, nothing is copied again: its service may be selling.
 * Each run writes its own id: one that finds another id has been overtaken, and stops, because that run may have finished.
 */
import { randomUUID } from 'node:crypto'
import { isDuplicate } from '@shop/service_kit/mongo/errors'
import { MARK } from '@shop/service_kit/mongo/settings'
import type { MongoClient } from '@shop/service_kit/mongo/tools'
import { DATABASES, SETTINGS } from '../backup/databases.ts'
import { patiently } from './progress.ts'

/** A restore that is under way has a mark without it. */
const BY = 'migrate'

type Stored = { _id: string; value?: string; by?: string; run?: string }

export type State = 'empty' | 'under way' | 'finished' | 'used' | 'restoring'

export function createMarks(client: MongoClient) {
  const run = randomUUID()
  const overtaken = () => new Error('Another migration to this target was started later, so this one stops.')
  const settings = (name: string) => client.db(name).collection<Stored>(SETTINGS)
  return {
    async stateOf(name: string): Promise<State> {
      const mark = await settings(name).findOne({ _id: MARK._id })
      if (mark?.value === 'finished') return 'finished'
      if (mark) return mark.by === BY ? 'under way' : 'restoring'
      for (const collection of DATABASES.find((each) => each.name === name)!.collections) {
        if (collection === SETTINGS) continue
        if (await client.db(name).collection(collection).findOne()) return 'used'
      }
      return 'empty'
    },
    async begin(name: string): Promise<void> {
      const unfinished = { _id: MARK._id, value: { $ne: 'finished' } }
      const mark = { value: MARK.value, by: BY, run }
      await patiently(() => settings(name).updateOne(unfinished, { $set: mark }, { upsert: true })).catch(
        (error) => {
          throw isDuplicate(error) ? overtaken() : error
        },
      )
    },
    async requireOurs(name: string): Promise<void> {
      if ((await settings(name).findOne({ _id: MARK._id }))?.run !== run) throw overtaken()
    },
    /** `copied`: by this run. Otherwise an earlier one has compared all, and was stopped while it wrote these marks. */
    async finish(name: string, copied: boolean): Promise<void> {
      const ours = { _id: MARK._id, ...(copied ? { run } : { by: BY }) }
      const { matchedCount } = await patiently(() =>
        settings(name).updateOne(ours, { $set: { value: 'finished' } }),
      )
      if (matchedCount === 0) throw overtaken()
    },
  }
}
