/** KeyStore on MongoDB. The unique index on generation makes replicas agree on the next key. */

import { isDuplicate, OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import type { IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import type { KeyStore, SigningKey } from '../domain/ports.ts'
import { validateStoredKey } from '../domain/stored_records.ts'
import { fromDate, toDate } from './stored_times.ts'

type Document = Omit<SigningKey, 'kid' | 'signsFrom' | 'createdAt'> & {
  _id: string
  signsFrom: Date
  createdAt: Date
}

export const KEY_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  signing_keys: [{ name: 'keys_by_generation', key: { generation: 1 }, unique: true }],
}

export function createMongoKeyStore(store: MongoStore, unreadableOf: UnreadableOf): KeyStore {
  const reading = createReading(
    ({ _id, signsFrom, createdAt, ...fields }: Document) =>
      validateStoredKey({
        kid: _id,
        ...fields,
        signsFrom: fromDate(signsFrom),
        createdAt: fromDate(createdAt),
      }),
    ({ _id }) => String(_id),
    unreadableOf('a signing key'),
  )
  const keys = store.collection<Document>('signing_keys')
  return {
    list: () =>
      store.repeat(async () => {
        return reading.many(await keys.find().hint('keys_by_generation').sort({ generation: 1 }).toArray())
      }),
    add: ({ kid, signsFrom, createdAt, ...fields }) =>
      store.repeat(async () => {
        try {
          await keys.insertOne({
            _id: kid,
            ...fields,
            signsFrom: toDate(signsFrom),
            createdAt: toDate(createdAt),
          })
          return true
        } catch (error) {
          if (!isDuplicate(error)) throw error
          const holder = await keys.findOne({ generation: fields.generation })
          if (!holder) throw new OutcomeUnknown() // Not on a majority yet, and may be rolled back.
          return holder._id === kid // Equal if an earlier attempt added this key and its answer was lost.
        }
      }),
    remove: (kids) => store.repeat(async () => void (await keys.deleteMany({ _id: { $in: [...kids] } }))),
  }
}
