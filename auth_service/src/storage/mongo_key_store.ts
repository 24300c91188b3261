/**
 * KeyStore on MongoDB. The unique index on generation makes replicas agree on the next key. Its changes are transactions,
 * because each has an entry in the audit log; there are a few in a month.
 */

import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import { createMongoBatcher } from '@shop/service_kit/mongo/batcher'
import { OutcomeUnknown, retryDuplicate } from '@shop/service_kit/mongo/errors'
import type { IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'
import { succeeded } from '@shop/service_kit/runtime/batching/outcome'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { keyAdded, keyRemoved } from '../domain/audit.ts'
import type { Author } from '../domain/author.ts'
import type { KeyStore, SigningKey } from '../domain/key_ports.ts'
import { validateStoredKey } from '../domain/stored_records.ts'
import { fromDate, toDate } from './stored_times.ts'

type Document = Omit<SigningKey, 'kid' | 'signsFrom' | 'createdAt'> & {
  _id: string
  signsFrom: Date
  createdAt: Date
}

type Addition = { readonly key: SigningKey; readonly by: Author }

export const KEY_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  signing_keys: [{ name: 'keys_by_generation', key: { generation: 1 }, unique: true }],
}

export function createMongoKeyStore(
  store: MongoStore,
  runtime: Runtime,
  audit: MongoAudit,
  unreadableOf: UnreadableOf,
): KeyStore {
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
  const add = ({ key, by }: Addition): Promise<boolean> => {
    const { kid, generation, signsFrom, createdAt, ...fields } = key
    const document = { _id: kid, generation, ...fields, signsFrom: toDate(signsFrom) }
    return audit.write(by, createdAt, async (options, record) => {
      const holder = await keys.findOne({ generation }, options)
      // Equal if an earlier attempt added this key and its answer was lost.
      if (holder) return holder._id === kid
      await keys.insertOne({ ...document, createdAt: toDate(createdAt) }, options).catch(retryDuplicate)
      await record(keyAdded(key))
      return true
    })
  }
  // One at a time in this process; the index orders those of other replicas.
  const addSerially = createMongoBatcher<Addition, boolean>({
    runtime,
    callsMax: 1,
    itemsMax: 1,
    send: async ([addition]) => [succeeded(await add(addition!))],
  })
  return {
    list: () =>
      store.repeat(async () => {
        return reading.many(await keys.find().hint('keys_by_generation').sort({ generation: 1 }).toArray())
      }),
    add: (key, by) => addSerially({ key, by }),
    remove: (kids, { how, at, by }) =>
      audit.write(by, at.toISOString(), async (options, record) => {
        const found = await keys.find({ _id: { $in: [...kids] } }, options).toArray()
        const ids = found.map(({ _id }) => _id)
        const { deletedCount } = await keys.deleteMany({ _id: { $in: ids } }, options)
        // Another replica removed some of them since.
        if (deletedCount !== ids.length) throw new OutcomeUnknown()
        await record(...found.map(({ _id, generation }) => keyRemoved(_id, generation, how)))
      }),
  }
}
