/**
 * What the domain needs from the stores for addresses, mails, and all that an account has beside its password. The rules of ports.ts
 * hold here too.
 */
import type { AuditRecord } from './audit.ts'
import type { Author } from './author.ts'

/** Both in the normal form (email_addresses.ts). */
export type AccountEmails = {
  /** Given last. Several accounts may have the same. */
  readonly email: string | null
  /** Whose mailbox was proved. One account's. */
  readonly verifiedEmail: string | null
}

export type EmailStore = {
  /**
   * Sets the address that an account names, and adds the mail that asks for a proof. Null removes the verified one too. Resolves
   * false for an account that does not exist.
   */
  set(userId: string, email: string | null, mail?: Mail): Promise<boolean>
  /**
   * The address becomes the verified one, if it is still the one that the account names, and is not verified already. Resolves
   * whether it did. Rejects with `email_taken` if it is another account's.
   */
  verify(userId: string, email: string): Promise<boolean>
}

export type CredentialKind =
  | 'email link'
  | 'reset link'
  | 'login challenge'
  | 'passkey challenge'
  | 'second factor'
  | 'passkey'

/** Secrets are in it as hashes only, except the one of a second factor, from which codes are computed. */
export type Credential = {
  /** Begins with the kind. */
  readonly id: string
  readonly kind: CredentialKind
  readonly userId: string | null
  readonly body: Readonly<Record<string, unknown>>
  /** Differs after each change. */
  readonly mark: string
  readonly createdAt: string
  /** Null: until it is removed. */
  readonly expiresAt: string | null
}

/** A change that is recorded in the audit log, in the same step. */
export type Audit = { readonly by: Author; readonly at: string; readonly record: AuditRecord }

export type CredentialStore = {
  /** Adds it, and removes all but the `keep` newest of this kind of the user. Resolves false if the id exists. */
  add(credential: Credential, options?: { keep?: number; audit?: Audit }): Promise<boolean>
  find(id: string): Promise<Credential | undefined>
  /** Replaces it by one with a new mark, if it has the mark `from`. Of many at once, one succeeds. */
  replace(credential: Credential, from: string): Promise<boolean>
  /** Removes it if it has this mark. Of many at once, one succeeds; none, perhaps, after a lost answer. */
  remove(id: string, mark: string, audit?: Audit): Promise<boolean>
  /** Newest first, at most `limit`. */
  ofUser(userId: string, kind: CredentialKind, limit: number): Promise<Credential[]>
  /** Removes those of these kinds, or all of a user, and mails that wait. */
  removeOfUser(userId: string, kinds?: readonly CredentialKind[]): Promise<void>
  /** Removes at most `limit` that have expired. Resolves how many. */
  purge(now: Date, limit: number): Promise<number>
}

export type MailKind = 'email_verification' | 'password_reset' | 'new_sign_in'
export type MailContent = { readonly to: string; readonly values: Readonly<Record<string, string>> }

/** A mail that notification_service has not accepted yet. */
export type Mail = {
  readonly id: string
  readonly kind: MailKind
  /** Null of one that was asked for by `name`: a username or an address, perhaps of no account. */
  readonly userId: string | null
  readonly name: string | null
  /** Where it goes, if that is known already. */
  readonly address: string | null
  /** ISO 639-1. */
  readonly language: string
  /** What its text mentions. */
  readonly details: Readonly<Record<string, string>>
  /** Null until it was prepared (mails.ts). */
  readonly content: MailContent | null
  readonly createdAt: string
  /** Never sent after it. */
  readonly expiresAt: string
  readonly dueAt: string
  /** Claims so far. */
  readonly attempts: number
  /** Grows with each claim: an older claim changes nothing any more. */
  readonly fence: number
}

export type MailStore = {
  add(mail: Mail): Promise<void>
  /** Claims at most `limit` mails that are due, until `until`. */
  claim(now: Date, until: Date, limit: number): Promise<Mail[]>
  /** Stores the content together with the credential of its link, if it is claimed by `fence`. Resolves whether it did. */
  prepare(id: string, fence: number, content: MailContent, link?: Credential): Promise<boolean>
  /** Due again at this time, if it is claimed by `fence`. */
  postpone(id: string, fence: number, dueAt: Date): Promise<void>
  /** With everything in it, if it is claimed by `fence`. */
  remove(id: string, fence: number): Promise<void>
  /** Removes at most `limit` that have expired. Resolves how many. */
  purge(now: Date, limit: number): Promise<number>
}

export type SentMail = MailContent & Pick<Mail, 'id' | 'language' | 'kind'>
export type MailDelivery =
  | { readonly outcome: 'accepted' }
  /** It will never accept this. */
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'failed'; readonly reason: string; readonly retryAfterMs: number | undefined }
export type MailClient = (mails: readonly SentMail[]) => Promise<MailDelivery>
