/**
 * The marks of a migration, one in each database of the target, from the first record until all were compared. While one is
 * there, its service does not start. Once one of them says `finished`, nothing is copied again: its service may be selling.
 */
import type { MongoClient } from '@shop/service_kit/mongo/tools'
import { DATABASES, SETTINGS } from '../backup/databases.ts'
import { patiently } from './progress.ts'

const MARK = 'migration'
/** A restore that is under way has a mark without it. */
const BY = 'migrate'

type Stored = { _id: string; value?: string; by?: string }

export type State = 'empty' | 'under way' | 'finished' | 'used' | 'restoring'

export function createMarks(client: MongoClient) {
  const settings = (name: string) => client.db(name).collection<Stored>(SETTINGS)
  return {
    async stateOf(name: string): Promise<State> {
      const mark = await settings(name).findOne({ _id: MARK })
      if (mark?.value === 'finished') return 'finished'
      if (mark) return mark.by === BY ? 'under way' : 'restoring'
      for (const collection of DATABASES.find((each) => each.name === name)!.collections) {
        if (collection === SETTINGS) continue
        if (await client.db(name).collection(collection).findOne()) return 'used'
      }
      return 'empty'
    },
    set: (name: string, value: 'under way' | 'finished') =>
      patiently(() => settings(name).updateOne({ _id: MARK }, { $set: { value, by: BY } }, { upsert: true })),
  }
}
