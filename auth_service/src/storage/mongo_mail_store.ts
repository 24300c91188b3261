/** MailStore and EmailStore on MongoDB. What belongs together is one transaction: address and mail, content and link. */
import { isDuplicate, OutcomeUnknown, retryDuplicate } from '@shop/service_kit/mongo/errors'
import type { ClientSession, IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import type { EmailStore, Mail, MailStore } from '../domain/contact_ports.ts'
import { emailTaken } from '../domain/emails.ts'
import { validateStoredMail } from '../domain/stored_records.ts'
import { type CredentialDocument, credentialDocument } from './mongo_credential_store.ts'
import { createMongoPurge } from './mongo_expired.ts'
import type { Document as UserDocument } from './mongo_user_documents.ts'
import { NOT_DELETED } from './mongo_user_lists.ts'
import { fromDate, toDate } from './stored_times.ts'

type MailDocument = Omit<Mail, 'id' | 'createdAt' | 'expiresAt' | 'dueAt'> & {
  _id: string
  createdAt: Date
  expiresAt: Date
  dueAt: Date
}

export const MAIL_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  mails: [
    { name: 'mails_due', key: { dueAt: 1, _id: 1 } },
    { name: 'mails_end', key: { expiresAt: 1 } },
    { name: 'mails_of_user', key: { userId: 1 } },
  ],
}

export function createMongoMailStore(store: MongoStore, unreadableOf: UnreadableOf): MailStore {
  const { repeat } = store
  const reading = createReading(mail, ({ _id }: MailDocument) => String(_id), unreadableOf('a mail'))
  const mails = store.collection<MailDocument>('mails')
  const credentials = store.collection<CredentialDocument>('credentials')

  return {
    add: (given) =>
      repeat(async () => {
        try {
          await mails.insertOne(mailDocument(given))
        } catch (error) {
          if (!isDuplicate(error)) throw error // A duplicate is this mail, added by an attempt whose answer was lost.
        }
      }),
    claim: (now, until, limit) =>
      repeat(async () => {
        const due = await mails
          .find({ dueAt: { $lte: now } })
          .sort({ dueAt: 1, _id: 1 })
          .limit(limit)
          .toArray()
        const claimed: MailDocument[] = []
        for (const each of due) {
          const { _id, fence, attempts } = each
          const next = { dueAt: until, attempts: attempts + 1, fence: fence + 1 }
          // Claimed by a lost attempt, it is due again at the end of that claim.
          const { matchedCount } = await mails.updateOne({ _id, fence, dueAt: { $lte: now } }, { $set: next })
          if (matchedCount === 1) claimed.push({ ...each, ...next })
        }
        return reading.many(claimed)
      }),
    prepare: (id, fence, content, link) =>
      store.transact(async (session) => {
        const { matchedCount } = await mails.updateOne(
          { _id: id, fence, content: null },
          { $set: { content } },
          { session },
        )
        // Also false if a lost attempt did it: then it is found prepared at the next claim.
        if (matchedCount === 0) return false
        if (link) await credentials.insertOne(credentialDocument(link), { session })
        return true
      }),
    postpone: (id, fence, dueAt) =>
      repeat(async () => void (await mails.updateOne({ _id: id, fence }, { $set: { dueAt } }))),
    remove: (id, fence) => repeat(async () => void (await mails.deleteOne({ _id: id, fence }))),
    purge: createMongoPurge(store, 'mails'),
  }
}

export function createMongoEmailStore(store: MongoStore): EmailStore {
  const users = store.collection<UserDocument>('users')
  const mails = store.collection<MailDocument>('mails')

  const set = async (id: string, email: string | null, mail: Mail | undefined, session?: ClientSession) => {
    const options = session ? { session } : {}
    const change =
      email === null ? { $unset: { email: '' as const, verifiedEmail: '' as const } } : { $set: { email } }
    const { matchedCount } = await users.updateOne({ _id: id, ...NOT_DELETED }, change, options)
    if (matchedCount === 0) return false
    if (mail && !(await mails.findOne({ _id: mail.id }, options)))
      await mails.insertOne(mailDocument(mail), options).catch(retryDuplicate)
    return true
  }

  return {
    set: (id, email, mail) =>
      mail
        ? store.transact((session) => set(id, email, mail, session))
        : store.repeat(() => set(id, email, undefined)),
    verify(id, email) {
      let attempts = 0
      return store.repeat(async () => {
        attempts++
        const holder = await users.findOne({ verifiedEmail: email })
        if (holder && holder._id !== id) throw emailTaken()
        // Verified before, unless by an attempt whose answer was lost.
        if (holder) return attempts > 1
        try {
          const unproved = { _id: id, email, verifiedEmail: { $ne: email }, ...NOT_DELETED }
          const { matchedCount } = await users.updateOne(unproved, { $set: { verifiedEmail: email } })
          return matchedCount === 1
        } catch (error) {
          if (isDuplicate(error)) throw new OutcomeUnknown()
          throw error
        }
      })
    },
  }
}

const mailDocument = ({ id, createdAt, expiresAt, dueAt, ...fields }: Mail): MailDocument => ({
  _id: id,
  ...fields,
  createdAt: toDate(createdAt),
  expiresAt: toDate(expiresAt),
  dueAt: toDate(dueAt),
})

const mail = ({ _id, createdAt, expiresAt, dueAt, ...fields }: MailDocument): Mail =>
  validateStoredMail({
    id: _id,
    ...fields,
    createdAt: fromDate(createdAt),
    expiresAt: fromDate(expiresAt),
    dueAt: fromDate(dueAt),
  })
