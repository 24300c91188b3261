/**
 * UserStore on MongoDB. The unique index on canonicalName keeps names unique. The rule that an admin always remains spans
 * two documents, so each demotion also increments the document `roles` in `guards`: of two concurrent demotions that each
 * rely on the other admin, only one commits.
 */

import { createMongoBatcher } from '@shop/service_kit/mongo/batcher'
import { isDuplicate, OutcomeUnknown, retryDuplicate, unavailable } from '@shop/service_kit/mongo/errors'
import type { IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'
import { succeeded } from '@shop/service_kit/runtime/batching/outcome'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { usernameTaken } from '../domain/accounts.ts'
import { DomainError } from '../domain/errors.ts'
import type { Account, Role, User, UserStore } from '../domain/ports.ts'
import {
  validateStoredAccount,
  validateStoredUser,
  validateStoredWithdrawal,
} from '../domain/stored_records.ts'
import { canonicalUsername, erasedUsername } from '../domain/usernames.ts'
import { fromDate, toDate } from './stored_times.ts'

type Document = Omit<Account, 'id' | 'tokenVersion' | 'createdAt'> & {
  _id: string
  canonicalName: string
  createdAt: Date
  /** Both are absent until the first change. */
  roleChanges?: number
  tokensChangedAt?: Date
  /** Only of deleted accounts. */
  deletedAt?: Date
}
type RoleChange = { readonly id: string; readonly role: Role; readonly at: Date }
type Guard = { _id: string; demotions: number }

export const USER_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  users: [
    { name: 'users_by_name', key: { canonicalName: 1 }, unique: true },

    { name: 'tokens_changed', key: { tokensChangedAt: -1 }, sparse: true },
    { name: 'admins', key: { role: 1, _id: 1 }, partialFilterExpression: { role: 'admin' } },
  ],
  guards: [{ name: '_id_', key: { _id: 1 } }],
}
const GUARD = 'roles'
const NOT_DELETED = { deletedAt: { $exists: false } }

export function createMongoUserStore(
  store: MongoStore,
  runtime: Runtime,
  unreadableOf: UnreadableOf,
): UserStore {
  const users = store.collection<Document>('users')
  const guards = store.collection<Guard>('guards')
  const readingBy = <Of>(read: (document: Document) => Of) =>
    createReading(read, ({ _id }) => String(_id), unreadableOf('an account'))
  const [userOf, accountOf, withdrawalOf] = [readingBy(user), readingBy(account), readingBy(withdrawal)]
  const optional = (document: Document | null) =>
    document && !document.deletedAt ? accountOf.one(document) : undefined

  const setRole = ({ id, role, at }: RoleChange): Promise<User> =>
    store.transact(async (session) => {
      const found = await users.findOne({ _id: id }, { session })
      if (!found || found.deletedAt) throw new DomainError('user_not_found', 'There is no user with this id.')
      if (found.role === role) return userOf.one(found)
      if (role !== 'admin') {
        const other = await users.findOne({ role: 'admin', _id: { $ne: id } }, { session })
        if (!other) {
          throw new DomainError('last_admin', 'This is the last admin; make another user an admin first.')
        }
        const guard = await guards.findOne({ _id: GUARD }, { session })
        if (guard) {
          const { demotions } = guard
          const before = { _id: GUARD, demotions }
          const counted = await guards.updateOne(before, { $set: { demotions: demotions + 1 } }, { session })
          if (counted.matchedCount === 0) throw new OutcomeUnknown()
        } else await guards.insertOne({ _id: GUARD, demotions: 1 }, { session }).catch(retryDuplicate)
      }
      const changed = await users.updateOne(
        { _id: id, role: found.role, ...NOT_DELETED },
        { $set: { role, tokensChangedAt: at }, $inc: { roleChanges: 1 } },
        { session },
      )
      if (changed.matchedCount === 0) throw new OutcomeUnknown()
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
    async add({ id, createdAt, ...fields }) {
      const canonicalName = canonicalUsername(fields.username)
      await store.repeat(async () => {
        try {
          await users.insertOne({
            _id: id,
            ...fields,
            createdAt: toDate(createdAt),
            passwordVersion: 1,
            canonicalName,
          })
        } catch (error) {
          if (!isDuplicate(error)) throw error
          const holder = await users.findOne({ canonicalName })
          if (!holder) throw new OutcomeUnknown() // Not on a majority yet, and may be rolled back.
          if (holder._id !== id) throw usernameTaken() // Otherwise an earlier attempt added it, and its answer was lost.
        }
      })
    },
    find: (id) => store.repeat(async () => optional(await users.findOne({ _id: id }))),
    findByName: (canonicalName) => store.repeat(async () => optional(await users.findOne({ canonicalName }))),
    changePassword(id, passwordVersion, passwordHash, at) {
      let attempts = 0
      return store.repeat(async () => {
        attempts++
        const to = { passwordHash, passwordVersion: passwordVersion + 1, tokensChangedAt: at }
        const { matchedCount } = await users.updateOne(
          { _id: id, passwordVersion, ...NOT_DELETED },
          { $set: to },
        )
        if (matchedCount === 1) return true
        if (attempts === 1) return false
        // The answer of an earlier attempt was lost. The salted hash shows whether that attempt was applied.
        const now = await users.findOne({ _id: id })
        if (now?.passwordHash === passwordHash) return true
        if (now && now.passwordVersion > to.passwordVersion)
          throw unavailable(new Error('Two concurrent changes.'))
        return false
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
    setRole: (id, role, at) => setRoleSerially({ id, role, at }),
    erase: (id, at) =>
      store.repeat(async () => {
        const name = erasedUsername(id)
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
            $inc: { passwordVersion: 1 },
          },
        )
        if (matchedCount === 1) return true
        // Was it erased by an attempt whose answer was lost?
        return (await users.findOne({ _id: id }))?.deletedAt?.getTime() === at.getTime()
      }),
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
    list: ({ after, limit }) =>
      store.repeat(() =>
        userOf.page(limit, after, (count, at) => {
          const filter = at === undefined ? NOT_DELETED : { _id: { $lt: at }, ...NOT_DELETED }
          return users.find(filter).hint('_id_').sort({ _id: -1 }).limit(count).toArray()
        }),
      ),
  }
}

const user = ({ _id, username, role, createdAt }: Document): User =>
  validateStoredUser({ id: _id, username, role, createdAt: fromDate(createdAt) })

const account = (document: Document): Account =>
  validateStoredAccount({
    ...user(document),
    passwordHash: document.passwordHash,
    passwordVersion: document.passwordVersion,
    tokenVersion: tokenVersion(document),
  })

const withdrawal = (document: Document) =>
  validateStoredWithdrawal({ userId: document._id, leastVersion: tokenVersion(document) })

const tokenVersion = ({ passwordVersion, roleChanges = 0 }: Document) => passwordVersion + roleChanges
