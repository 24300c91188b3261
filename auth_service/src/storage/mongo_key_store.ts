/** KeyStore on MongoDB. The unique generation is what makes replicas agree on the next key. */
import type { IndexDescription, MongoStore } from '@shop/service_kit/mongo'
import { isDuplicate, Unsettled } from '@shop/service_kit/mongo_errors'
import type { KeyStore, SigningKey } from '../domain/ports.ts'

type Document = Omit<SigningKey, 'kid'> & { _id: string }

export const KEY_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  signing_keys: [{ name: 'keys_by_generation', key: { generation: 1 }, unique: true }],
}

export function createMongoKeyStore(store: MongoStore): KeyStore {
  const keys = store.collection<Document>('signing_keys')
  return {
    list: () =>
      store.repeat(async () => {
        const found = await keys.find().hint('keys_by_generation').sort({ generation: 1 }).toArray()
        return found.map(({ _id, ...fields }) => ({ kid: _id, ...fields }))
      }),
    add: ({ kid, ...fields }) =>
      store.repeat(async () => {
        try {
          await keys.insertOne({ _id: kid, ...fields })
          return true
        } catch (error) {
          if (!isDuplicate(error)) throw error
          const holder = await keys.findOne({ generation: fields.generation })
          if (!holder) throw new Unsettled() // Not on a majority yet, and may be undone.
          return holder._id === kid // This very key, if its answer was lost.
        }
      }),
    remove: (kids) => store.repeat(async () => void (await keys.deleteMany({ _id: { $in: [...kids] } }))),
  }
}
