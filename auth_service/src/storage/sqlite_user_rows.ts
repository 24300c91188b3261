/** Accounts as rows of SQLite. */
import type { Account, Role, User } from '../domain/ports.ts'
import {
  validateStoredAccount,
  validateStoredUser,
  validateStoredWithdrawal,
} from '../domain/stored_records.ts'
import { fromMs } from './stored_times.ts'

export const COLUMNS =
  'id, username, role, password_hash, password_version, role_changes, created_at, email, verified_email'

export type Row = {
  id: string
  username: string
  role: Role
  password_hash: string
  password_version: bigint
  role_changes: bigint
  created_at: bigint
  email: string | null
  verified_email: string | null
}
export type Withdrawn = {
  readonly id: string
  readonly least: bigint
  readonly at: bigint
  readonly n: bigint
}

export const user = ({ id, username, role, created_at }: Row): User =>
  validateStoredUser({ id, username, role, createdAt: fromMs(created_at) })

export const account = (row: Row): Account =>
  validateStoredAccount({
    ...user(row),
    email: row.email,
    verifiedEmail: row.verified_email,
    passwordHash: row.password_hash,
    passwordVersion: Number(row.password_version),
    tokenVersion: Number(row.password_version + row.role_changes),
  })

export const withdrawal = ({ id, least }: Withdrawn) =>
  validateStoredWithdrawal({ userId: id, leastVersion: Number(least) })
