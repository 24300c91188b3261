/**
 * UserStore on MongoDB. The unique index on canonicalName keeps names unique. The rule that an admin always remains spans
 * two documents, so each demotion also increments the document `roles` in `guards`: of two concurrent demotions that each
 * rely on the other admin, only one commits.
 */
import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import { createMongoBatcher } from '@shop/service_kit/mongo/batcher'
import { isDuplicate, OutcomeUnknown, retryDuplicate, unavailable } from '@shop/service_kit/mongo/errors'
import type { ClientSession, MongoStore } from '@shop/service_kit/mongo/store'
import { succeeded } from '@shop/service_kit/runtime/batching/outcome'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { usernameTaken } from '../domain/accounts.ts'
import { accountCreated, accountDeleted, passwordReset, roleChanged } from '../domain/audit.ts'
import type { Author } from '../domain/author.ts'
import { DomainError } from '../domain/errors.ts'
import type { Role, User, UserStore } from '../domain/ports.ts'
import { canonicalUsername, erasedUsername } from '../domain/usernames.ts'
import { addDeletion } from './mongo_deletions.ts'
import type { SessionDocument } from './mongo_session_store.ts'
import { account, type Document, user, withdrawal } from './mongo_user_documents.ts'
import { createMongoUserLists, NOT_DELETED } from './mongo_user_lists.ts'
import { toDate } from './stored_times.ts'

type RoleChange = { readonly id: string; readonly role: Role; readonly now: () => Date; readonly by: Author }
type Guard = { _id: string; demotions: number }

const GUARD = 'roles'

export function createMongoUserStore(
  store: MongoStore,
  runtime: Runtime,
  audit: MongoAudit,
  unreadableOf: UnreadableOf,
): UserStore {
  const users = store.collection<Document>('users')
  const guards = store.collection<Guard>('guards')
  const sessions = store.collection<SessionDocument>('sessions')
  const readingBy = <Of>(read: (document: Document) => Of) =>
    createReading(read, ({ _id }) => String(_id), unreadableOf('an account'))
  const [userOf, accountOf, withdrawalOf] = [readingBy(user), readingBy(account), readingBy(withdrawal)]
  const optional = (document: Document | null) =>
    document && !document.deletedAt ? accountOf.one(document) : undefined

  const setRole = ({ id, role, now, by }: RoleChange): Promise<User> =>
    audit.write(by, now().toISOString(), async (options, record) => {
      const found = await users.findOne({ _id: id }, options)
      if (!found || found.deletedAt) throw new DomainError('user_not_found', 'There is no user with this id.')
      if (found.role === role) return userOf.one(found)
      if (role !== 'admin') {
        const other = await users.findOne({ role: 'admin', _id: { $ne: id } }, options)
        if (!other) {
          throw new DomainError('last_admin', 'This is the last admin; make another user an admin first.')
        }
        const guard = await guards.findOne({ _id: GUARD }, options)
        if (guard) {
          const { demotions } = guard
          const before = { _id: GUARD, demotions }
          const counted = await guards.updateOne(before, { $set: { demotions: demotions + 1 } }, options)
          if (counted.matchedCount === 0) throw new OutcomeUnknown()
        } else await guards.insertOne({ _id: GUARD, demotions: 1 }, options).catch(retryDuplicate)
      }
      const changed = await users.updateOne(
        { _id: id, role: found.role, ...NOT_DELETED },
        { $set: { role, tokensChangedAt: now() }, $inc: { roleChanges: 1 } },
        options,
      )
      if (changed.matchedCount === 0) throw new OutcomeUnknown()
      await record(roleChanged(id, found.role, role))
      return userOf.one({ ...found, role })
    })
  // One at a time in this process; the guard orders those of other replicas.
  const setRoleSerially = createMongoBatcher<RoleChange, User>({
    runtime,
    callsMax: 1,
    itemsMax: 1,
    send: async ([change]) => [succeeded(await setRole(change!))],
  })

  return {
    add({ id, createdAt, username, role, passwordHash }, by) {
      const canonicalName = canonicalUsername(username)
      const fields = { username, role, passwordHash, createdAt: toDate(createdAt) }
      const document = { ...fields, passwordVersion: 1, canonicalName }
      // A transaction cannot read on after a duplicate, so it begins anew, and reads the account first.
      let refused = false
      return audit.write(by, createdAt, async (options, record) => {
        const holder = refused ? await users.findOne({ canonicalName }, options) : null
        if (holder?._id === id) return // Added by an earlier attempt whose answer was lost.
        if (holder) throw usernameTaken()
        try {
          await users.insertOne({ _id: id, ...document }, options)
        } catch (error) {
          if (!isDuplicate(error)) throw error
          refused = true
          // If it is not found then: not on a majority yet, and may be rolled back.
          throw new OutcomeUnknown()
        }
        await record(accountCreated(id, fields.role))
      })
    },
    find: (id) => store.repeat(async () => optional(await users.findOne({ _id: id }))),
    findByName: (canonicalName) => store.repeat(async () => optional(await users.findOne({ canonicalName }))),
    findByVerifiedEmail: (verifiedEmail) =>
      store.repeat(async () => optional(await users.findOne({ verifiedEmail }))),
    changePassword(id, passwordVersion, passwordHash, now, { by, keep } = {}) {
      let attempts = 0
      const change = async (options: { session?: ClientSession }) => {
        attempts++
        const to = { passwordHash, passwordVersion: passwordVersion + 1, tokensChangedAt: now() }
        const { matchedCount } = await users.updateOne(
          { _id: id, passwordVersion, ...NOT_DELETED },
          { $set: to },
          options,
        )
        if (matchedCount === 1) {
          if (keep !== undefined) {
            const kept = { _id: keep, userId: id, passwordVersion }
            await sessions.updateOne(kept, { $set: { passwordVersion: to.passwordVersion } }, options)
          }
          return 'changed'
        }
        if (attempts === 1) return 'refused'
        // The answer of an earlier attempt was lost. The salted hash shows whether that attempt was applied.
        const found = await users.findOne({ _id: id }, options)
        if (found?.passwordHash === passwordHash) return 'changed before'
        if (found && found.passwordVersion > to.passwordVersion)
          throw unavailable(new Error('Two concurrent changes.'))
        return 'refused'
      }
      if (by === undefined && keep !== undefined) {
        return store.transact(async (session) => (await change({ session })) !== 'refused')
      }
      return audit.write(by, now().toISOString(), async (options, record) => {
        const outcome = await change(options)
        if (outcome === 'changed') await record(passwordReset(id, passwordVersion))
        return outcome !== 'refused'
      })
    },
    rehash: (id, from, to) =>
      store.repeat(async () => {
        const { matchedCount } = await users.updateOne(
          { _id: id, passwordHash: from, ...NOT_DELETED },
          { $set: { passwordHash: to } },
        )
        return matchedCount === 1 || (await users.findOne({ _id: id }))?.passwordHash === to
      }),
    setRole: (id, role, now, by) => setRoleSerially({ id, role, now, by }),
    erase(id, now, by) {
      const times = new Set<number>()
      return audit.write(by, now().toISOString(), async (options, record) => {
        const name = erasedUsername(id)
        const at = now()
        times.add(at.getTime())
        const { matchedCount } = await users.updateOne(
          { _id: id, role: 'customer', ...NOT_DELETED },
          {
            $set: {
              username: name,
              canonicalName: name,
              passwordHash: '',
              tokensChangedAt: at,
              deletedAt: at,
            },
            $unset: { email: '', verifiedEmail: '' },
            $inc: { passwordVersion: 1 },
          },
          options,
        )
        if (matchedCount === 1) {
          for (const name of ['credentials', 'mails', 'sessions'])
            await store.collection<{ userId: string }>(name).deleteMany({ userId: id }, options)
          await addDeletion(store, id, at, options)
          await record(accountDeleted(id))
          return true
        }
        // Was it erased by an attempt whose answer was lost?
        const deletedAt = (await users.findOne({ _id: id }, options))?.deletedAt?.getTime()
        return deletedAt !== undefined && times.has(deletedAt)
      })
    },
    withdrawals: (since, limit) =>
      store.repeat(async () => {
        const changed = await users
          .find({ tokensChangedAt: { $gt: since } })
          .hint('tokens_changed')
          .sort({ tokensChangedAt: -1 })
          .limit(limit)
          .toArray()
        return withdrawalOf.many(changed)
      }),
    ...createMongoUserLists(store, userOf),
  }
}
