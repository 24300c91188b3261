/** Accounts as documents of MongoDB. */
import type { Account, User } from '../domain/ports.ts'
import {
  validateStoredAccount,
  validateStoredUser,
  validateStoredWithdrawal,
} from '../domain/stored_records.ts'
import { fromDate } from './stored_times.ts'

export type Document = Omit<Account, 'id' | 'tokenVersion' | 'createdAt'> & {
  _id: string
  canonicalName: string
  createdAt: Date
  /** Both are absent until the first change. */
  roleChanges?: number
  tokensChangedAt?: Date
  /** Only of deleted accounts. */
  deletedAt?: Date
}

export const user = ({ _id, username, role, createdAt }: Document): User =>
  validateStoredUser({ id: _id, username, role, createdAt: fromDate(createdAt) })

export const account = (document: Document): Account =>
  validateStoredAccount({
    ...user(document),
    passwordHash: document.passwordHash,
    passwordVersion: document.passwordVersion,
    tokenVersion: tokenVersion(document),
  })

export const withdrawal = (document: Document) =>
  validateStoredWithdrawal({ userId: document._id, leastVersion: tokenVersion(document) })

const tokenVersion = ({ passwordVersion, roleChanges = 0 }: Document) => passwordVersion + roleChanges
