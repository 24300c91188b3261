/** CredentialStore on MongoDB: one document each; a change has the mark before it as its condition. */
import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import { retryDuplicate } from '@shop/service_kit/mongo/errors'
import type { ClientSession, IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import type { Credential, CredentialStore } from '../domain/contact_ports.ts'
import { validateStoredCredential } from '../domain/stored_records.ts'
import { createMongoPurge } from './mongo_expired.ts'
import { fromDate, toDate } from './stored_times.ts'

export type CredentialDocument = Omit<Credential, 'id' | 'createdAt' | 'expiresAt'> & {
  _id: string
  createdAt: Date
  /** Absent without an end. */
  expiresAt?: Date
}

export const CREDENTIAL_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  credentials: [
    { name: 'credentials_of_user', key: { userId: 1, kind: 1, createdAt: -1, _id: -1 } },
    { name: 'credentials_end', key: { expiresAt: 1 }, sparse: true },
  ],
}

export function createMongoCredentialStore(
  store: MongoStore,
  audit: MongoAudit,
  unreadableOf: UnreadableOf,
): CredentialStore {
  const { repeat } = store
  const reading = createReading(
    credential,
    ({ kind }: CredentialDocument) => String(kind),
    unreadableOf('a credential'),
  )
  const credentials = store.collection<CredentialDocument>('credentials')

  /** Resolves whether it was added, also by an attempt whose answer was lost. */
  const insert = async (given: Credential, options: { session?: ClientSession }) => {
    const holder = await credentials.findOne({ _id: given.id }, options)
    if (holder) return holder.mark === given.mark
    await credentials.insertOne(credentialDocument(given), options).catch(retryDuplicate)
    return true
  }
  const trim = async ({ userId, kind }: Credential, keep: number) => {
    const older = await credentials
      .find({ userId, kind })
      .sort({ createdAt: -1, _id: -1 })
      .skip(keep)
      .project<{ _id: string }>({ _id: 1 })
      .toArray()
    if (older.length > 0) await credentials.deleteMany({ _id: { $in: older.map(({ _id }) => _id) } })
  }

  return {
    async add(given, { keep, audit: recorded } = {}) {
      const at = recorded?.at ?? given.createdAt
      const added = await audit.write(recorded?.by, at, async (options, record) => {
        if (!(await insert(given, options))) return false
        if (recorded) await record(recorded.record)
        return true
      })
      // After a crash here, the next addition trims.
      if (added && keep !== undefined) await repeat(() => trim(given, keep))
      return added
    },
    find: (id) =>
      repeat(async () => {
        const found = await credentials.findOne({ _id: id })
        return found ? reading.one(found) : undefined
      }),
    replace: ({ id, body, mark, expiresAt }, from) =>
      repeat(async () => {
        const change = {
          $set: { body, mark, ...(expiresAt === null ? {} : { expiresAt: toDate(expiresAt) }) },
          ...(expiresAt === null ? { $unset: { expiresAt: '' as const } } : {}),
        }
        const { matchedCount } = await credentials.updateOne({ _id: id, mark: from }, change)
        // Or by an attempt whose answer was lost.
        return matchedCount === 1 || (await credentials.findOne({ _id: id }))?.mark === mark
      }),
    remove: (id, mark, recorded) =>
      audit.write(recorded?.by, recorded?.at ?? '', async (options, record) => {
        const { deletedCount } = await credentials.deleteOne({ _id: id, mark }, options)
        if (deletedCount === 0) return false
        if (recorded) await record(recorded.record)
        return true
      }),
    ofUser: (userId, kind, limit) =>
      repeat(async () =>
        reading.many(
          await credentials.find({ userId, kind }).sort({ createdAt: -1, _id: -1 }).limit(limit).toArray(),
        ),
      ),
    removeOfUser: (userId, kinds) =>
      repeat(async () => {
        if (kinds) return void (await credentials.deleteMany({ userId, kind: { $in: [...kinds] } }))
        await credentials.deleteMany({ userId })
        await store.collection<{ userId: string }>('mails').deleteMany({ userId })
      }),
    purge: createMongoPurge(store, 'credentials'),
  }
}

export const credentialDocument = ({
  id,
  createdAt,
  expiresAt,
  ...fields
}: Credential): CredentialDocument => ({
  _id: id,
  ...fields,
  createdAt: toDate(createdAt),
  ...(expiresAt === null ? {} : { expiresAt: toDate(expiresAt) }),
})

const credential = ({ _id, createdAt, expiresAt, ...fields }: CredentialDocument): Credential =>
  validateStoredCredential({
    id: _id,
    ...fields,
    createdAt: fromDate(createdAt),
    expiresAt: expiresAt === undefined ? null : fromDate(expiresAt),
  })
