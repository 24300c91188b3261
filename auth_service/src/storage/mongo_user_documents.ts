/** Accounts as documents of MongoDB. */
import type { IndexDescription } from '@shop/service_kit/mongo/store'
import type { Account, User } from '../domain/ports.ts'
import {
  validateStoredAccount,
  validateStoredUser,
  validateStoredWithdrawal,
} from '../domain/stored_records.ts'
import { fromDate } from './stored_times.ts'

export type Document = Omit<Account, 'id' | 'tokenVersion' | 'createdAt' | 'email' | 'verifiedEmail'> & {
  _id: string
  canonicalName: string
  createdAt: Date
  /** Both are absent until the first change. */
  roleChanges?: number
  tokensChangedAt?: Date
  /** Both are absent without an address. */
  email?: string
  verifiedEmail?: string
  /** Only of deleted accounts. */
  deletedAt?: Date
}

export const USER_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  users: [
    { name: 'users_by_name', key: { canonicalName: 1 }, unique: true },
    { name: 'users_by_verified_email', key: { verifiedEmail: 1 }, unique: true, sparse: true },
    { name: 'tokens_changed', key: { tokensChangedAt: -1 }, sparse: true },
    { name: 'admins', key: { role: 1, _id: 1 }, partialFilterExpression: { role: 'admin' } },
  ],
  guards: [{ name: '_id_', key: { _id: 1 } }],
}

export const user = ({ _id, username, role, createdAt }: Document): User =>
  validateStoredUser({ id: _id, username, role, createdAt: fromDate(createdAt) })

export const account = (document: Document): Account =>
  validateStoredAccount({
    ...user(document),
    email: document.email ?? null,
    verifiedEmail: document.verifiedEmail ?? null,
    passwordHash: document.passwordHash,
    passwordVersion: document.passwordVersion,
    tokenVersion: tokenVersion(document),
  })

export const withdrawal = (document: Document) =>
  validateStoredWithdrawal({ userId: document._id, leastVersion: tokenVersion(document) })

const tokenVersion = ({ passwordVersion, roleChanges = 0 }: Document) => passwordVersion + roleChanges
