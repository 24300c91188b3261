/**
 * What the audit log of this service records: the changes of admins and of the operator, and those of the signing keys. What
 * the owner of an account does with it (registering, a new password) is not recorded. No record has a name, a password or a
 * hash.
 */
import type { SigningKey } from './key_ports.ts'
import type { Role } from './roles.ts'

export const AUDIT_ACTIONS = [
  'account.created',
  'account.role_changed',
  'account.password_reset',
  'account.reset_link_made',
  'account.second_factor_removed',
  'account.unlocked',
  'account.deleted',
  'key.added',
  'key.withdrawn',
  'key.retired',
] as const

type Value = string | number | null
export type AuditRecord = {
  readonly action: (typeof AUDIT_ACTIONS)[number]
  readonly subject: { readonly type: 'account' | 'signing_key'; readonly id: string }
  readonly changes: readonly { readonly field: string; readonly before: Value; readonly after: Value }[]
}

const account = (id: string) => ({ type: 'account', id }) as const
const signingKey = (id: string) => ({ type: 'signing_key', id }) as const

export const accountCreated = (id: string, role: Role): AuditRecord => ({
  action: 'account.created',
  subject: account(id),
  changes: [{ field: 'role', before: null, after: role }],
})

export const roleChanged = (id: string, before: Role, after: Role): AuditRecord => ({
  action: 'account.role_changed',
  subject: account(id),
  changes: [{ field: 'role', before, after }],
})

/** The version counts the passwords of an account. */
export const passwordReset = (id: string, fromVersion: number): AuditRecord => ({
  action: 'account.password_reset',
  subject: account(id),
  changes: [{ field: 'password_version', before: fromVersion, after: fromVersion + 1 }],
})

/** A link with which the owner sets a new password, until that time. */
export const resetLinkMade = (id: string, expiresAt: string): AuditRecord => ({
  action: 'account.reset_link_made',
  subject: account(id),
  changes: [{ field: 'expires_at', before: null, after: expiresAt }],
})

/** Lost by the owner. */
export const secondFactorRemoved = (id: string, kind: string): AuditRecord => ({
  action: 'account.second_factor_removed',
  subject: account(id),
  changes: [{ field: 'kind', before: kind, after: null }],
})

/** Failed logins are counted in a record for each address, and one for the account. */
export const unlocked = (id: string, records: number): AuditRecord => ({
  action: 'account.unlocked',
  subject: account(id),
  changes: [{ field: 'failed_login_records', before: records, after: 0 }],
})

export const accountDeleted = (id: string): AuditRecord => ({
  action: 'account.deleted',
  subject: account(id),
  changes: [],
})

export const keyAdded = ({ kid, generation, signsFrom }: SigningKey): AuditRecord => ({
  action: 'key.added',
  subject: signingKey(kid),
  changes: [
    { field: 'generation', before: null, after: generation },
    { field: 'signs_from', before: null, after: signsFrom },
  ],
})

/** `withdrawn`: before the tokens that it signed have expired. */
export const keyRemoved = (kid: string, generation: number, how: 'withdrawn' | 'retired'): AuditRecord => ({
  action: `key.${how}`,
  subject: signingKey(kid),
  changes: [{ field: 'generation', before: generation, after: null }],
})
