/** Mails in MongoDB. M1 is the `_id`, M3 the condition of an update. */
import { retryDuplicate } from '@shop/service_kit/mongo/errors'
import type { ClientSession, IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import { type Mail, type NewMail, pendingMail, validateStoredMail } from '../domain/mail.ts'
import type { MailStore, OldMails } from '../domain/mail_ports.ts'
import { MAIL_POSITION } from './sqlite_mail_store.ts'

export const MAILS = 'outgoing_mails'
const PENDING = { partialFilterExpression: { state: 'pending' } }
const DUE = 'outgoing_mails_due'
const WAITING = 'outgoing_mails_pending'
const END = 'outgoing_mails_end'

export const MAIL_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  [MAILS]: [
    { name: DUE, key: { dueAt: 1, host: 1, fence: 1 }, ...PENDING },
    { name: WAITING, key: { createdAt: 1 }, ...PENDING },
    { name: END, key: { expiresAt: 1 }, ...PENDING },
    { name: 'outgoing_mails_over', key: { state: 1, updatedAt: 1 } },
  ],
}

/** `content` is JSON, because its names are not ours. */
export type MailDocument = Omit<Mail, 'id' | 'content'> & {
  _id: string
  content: string | null
  /** Of its last claim. */
  lease?: string
  /** Of the write that recorded its last attempt. */
  token?: string
}
type Position = { _id: string; last?: number }

export const mailDocument = ({ id, content, ...fields }: Mail): MailDocument => ({
  _id: id,
  ...fields,
  content: content === null ? null : JSON.stringify(content),
})

const mailOf = ({ _id, content, lease: _lease, token: _token, ...fields }: MailDocument): Mail =>
  validateStoredMail({ id: _id, ...fields, content: content === null ? null : JSON.parse(content) })

export function createMongoMailStore(
  store: MongoStore,
  runtime: Pick<Runtime, 'newId'>,
  onUnreadable: OnUnreadable,
): MailStore {
  const { repeat, transact } = store
  const reading = createReading(mailOf, ({ _id }: MailDocument) => _id, onUnreadable)
  const mails = store.collection<MailDocument>(MAILS)
  const settings = store.collection<Position>('settings')

  const add = async (wanted: readonly NewMail[], at: string, session: ClientSession) => {
    const ids = wanted.map(({ id }) => id)
    const there = await mails
      .find({ _id: { $in: ids } }, { session })
      .project({ _id: 1 })
      .toArray()
    const known = new Set(there.map(({ _id }) => _id))
    const fresh = [...new Map(wanted.map((mail) => [mail.id, mail])).values()].filter(
      ({ id }) => !known.has(id),
    )
    if (fresh.length === 0) return 0
    const documents = fresh.map((mail) => mailDocument(pendingMail(mail, at)))
    await mails.insertMany(documents, { session, ordered: true }).catch(retryDuplicate)
    return fresh.length
  }

  return {
    add: (wanted, at) => transact((session) => add(wanted, at, session)),
    position: () => repeat(async () => (await settings.findOne({ _id: MAIL_POSITION }))?.last ?? 0),
    advance: (from, to, made, at) =>
      transact(async (session) => {
        if (from === 0) {
          const found = await settings.findOne({ _id: MAIL_POSITION }, { session })
          if ((found?.last ?? 0) !== 0) return false
          if (found) await settings.updateOne({ _id: MAIL_POSITION }, { $set: { last: to } }, { session })
          else await settings.insertOne({ _id: MAIL_POSITION, last: to }, { session }).catch(retryDuplicate)
        } else {
          const { matchedCount } = await settings.updateOne(
            { _id: MAIL_POSITION, last: from },
            { $set: { last: to } },
            { session },
          )
          if (matchedCount !== 1) return false
        }
        if (made.length > 0) await add(made, at, session)
        return true
      }),
    due: (now, limit, without) =>
      repeat(async () => {
        const found = await mails
          .find({ state: 'pending', dueAt: { $lte: now }, host: { $nin: [...without] } })
          .hint(DUE)
          .sort({ dueAt: 1 })
          .limit(limit)
          .project<Pick<MailDocument, '_id' | 'host' | 'fence'>>({ host: 1, fence: 1 })
          .toArray()
        return found.map(({ _id, host, fence }) => ({ id: _id, host, fence }))
      }),
    async claim(due, leaseUntil) {
      if (due.length === 0) return []
      const lease = runtime.newId()
      return repeat(async () => {
        for (const { id, fence } of due)
          await mails.updateOne(
            { _id: id, fence, state: 'pending' },
            { $set: { dueAt: leaseUntil, lease }, $inc: { fence: 1, attempts: 1 } },
          )
        // Also those that an attempt claimed whose answer was lost.
        const ids = due.map(({ id }) => id)
        return reading.many(await mails.find({ _id: { $in: ids }, lease, state: 'pending' }).toArray())
      })
    },
    async finish({ id, fence, state, dueAt, reason }, at) {
      const token = runtime.newId()
      const set =
        state === 'pending'
          ? { dueAt, reason, updatedAt: at, token }
          : { state, content: null, host: '', reason, updatedAt: at, token }
      return repeat(async () => {
        const claimed = { _id: id, fence, state: 'pending' as const }
        const { matchedCount } = await mails.updateOne(claimed, { $set: set })
        // Applied by an attempt whose answer was lost?
        return matchedCount === 1 || (await mails.findOne({ _id: id }))?.token === token
      })
    },
    expire: (now, reason, limit) =>
      repeat(async () => {
        const found = await mails
          .find({ state: 'pending', expiresAt: { $lte: now } })
          .hint(END)
          .sort({ expiresAt: 1 })
          .limit(limit)
          .project<{ _id: string }>({ _id: 1 })
          .toArray()
        if (found.length === 0) return 0
        const { modifiedCount } = await mails.updateMany(
          { _id: { $in: found.map(({ _id }) => _id) }, state: 'pending' },
          { $set: { state: 'dead', content: null, host: '', reason, updatedAt: now }, $inc: { fence: 1 } },
        )
        return modifiedCount
      }),
    backlog: (limit) =>
      repeat(async () => {
        const found = await mails
          .find({ state: 'pending' })
          .hint(WAITING)
          .sort({ createdAt: 1 })
          .limit(limit)
          .project<{ createdAt: string }>({ createdAt: 1 })
          .toArray()
        return { pending: found.length, oldestAt: found[0]?.createdAt }
      }),
    over: (state, limit) =>
      repeat(async () =>
        reading.many(await mails.find({ state }).sort({ updatedAt: -1 }).limit(limit).toArray()),
      ),
  }
}

export function createMongoOldMails(store: MongoStore): OldMails {
  const mails = store.collection<MailDocument>(MAILS)
  return {
    kind: 'mail',
    // What it returned is removed before the next page is read, so each is a first page.
    due: (before, _after, limit) =>
      store.repeat(async () => {
        const items: string[] = []
        for (const state of ['sent', 'dead'] as const) {
          const found = await mails
            .find({ state, updatedAt: { $lt: before } })
            .sort({ updatedAt: 1 })
            .limit(limit)
            .project<{ _id: string }>({ _id: 1 })
            .toArray()
          items.push(...found.map(({ _id }) => _id))
        }
        return { items, next: items.length < limit ? undefined : 'more' }
      }),
    async remove(ids) {
      let removed = 0
      await store.repeat(async () => {
        const over = { _id: { $in: [...ids] }, state: { $in: ['sent', 'dead'] as const } }
        removed += (await mails.deleteMany(over as never)).deletedCount
      })
      return removed
    },
  }
}
