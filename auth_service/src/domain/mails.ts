/**
 * Mails to the owners of accounts, from the request to the moment when notification_service has accepted them.
 *
 * Promises
 *  1. A mail that was asked for is stored together with its reason, so it is sent also if this process dies. It is removed as soon as it
 *     was accepted, or has expired: a link is of no use after its end.
 *  2. Who asks for a new password by a name is answered before anyone looks whether it is an account's: same answer, same work.
 *  3. Such a mail goes to a mailbox that was proved, and to no other. One that was made for a mailbox that is not its account's any more is
 *     not sent.
 *  4. The token of a link is made once for each mail, and stored with it until it was accepted; beside it there is only its hash.
 */
import { isPast, timeAfter } from './clocks.ts'
import type { Credential, Mail, MailContent, MailKind, MailStore } from './contact_ports.ts'
import { knownEmail } from './email_addresses.ts'
import { DomainError } from './errors.ts'
import { addressOf, type LinkPorts, newLink } from './links.ts'
import type { Account, UserStore } from './ports.ts'
import { canonicalUsername } from './usernames.ts'

const MINUTE = 60_000
/** After this time such a mail is not sent any more; so long is its link valid. */
export const MAIL_LIFE_MS: Readonly<Record<MailKind, number>> = {
  password_reset: 30 * MINUTE,
  email_verification: 24 * 60 * MINUTE,
  new_sign_in: 24 * 60 * MINUTE,
}
export const LANGUAGE_DEFAULT = 'en'

export type MailPorts = LinkPorts & {
  readonly users: UserStore
  readonly mails: MailStore
  /** Can this shop send mails? Then `publicUrl` is configured, too. */
  readonly sendsMail: boolean
  /** Called after a mail was stored. */
  readonly onMail: () => void
}

/** Throws `mail_unavailable` unless mails can be sent. */
export function requireMail({ sendsMail }: Pick<MailPorts, 'sendsMail'>): void {
  if (!sendsMail)
    throw new DomainError('mail_unavailable', 'This shop is not set up to send e-mail. Ask its operator.')
}

type Wanted = Pick<Mail, 'kind'> & Partial<Pick<Mail, 'userId' | 'name' | 'address' | 'language' | 'details'>>

export function newMail({ now, newId }: Pick<MailPorts, 'now' | 'newId'>, wanted: Wanted): Mail {
  const at = now()
  return {
    ...{ id: newId(), userId: null, name: null, address: null, language: LANGUAGE_DEFAULT, details: {} },
    ...wanted,
    content: null,
    createdAt: at.toISOString(),
    expiresAt: timeAfter(at, MAIL_LIFE_MS[wanted.kind]),
    dueAt: at.toISOString(),
    attempts: 0,
    fence: 0,
  }
}

export type Prepared = { readonly content: MailContent; readonly link?: Credential }

/** What a mail says and to whom. Undefined if there is no such account, or it makes no sense any more. */
export async function prepared(ports: MailPorts, mail: Mail): Promise<Prepared | undefined> {
  if (isPast(mail.expiresAt, ports.now())) return undefined
  const account = await recipientOf(ports, mail)
  if (!account) return undefined
  const { username } = account
  if (mail.kind === 'email_verification') {
    const { address } = mail
    if (address === null || account.email !== address || account.verifiedEmail === address) return undefined
    return withLink(ports, mail, account, 'email link', { email: address }, address)
  }
  if (account.verifiedEmail === null) return undefined
  if (mail.kind === 'password_reset') {
    const body = { passwordVersion: account.passwordVersion, email: account.verifiedEmail }
    return withLink(ports, mail, account, 'reset link', body, account.verifiedEmail)
  }
  return { content: { to: account.verifiedEmail, values: { username, ...mail.details } } }
}

function withLink(
  ports: MailPorts,
  { expiresAt }: Mail,
  { id, username }: Account,
  kind: 'email link' | 'reset link',
  body: Credential['body'],
  to: string,
): Prepared {
  const { token, credential } = newLink(ports, kind, id, body, expiresAt)
  const link = addressOf(ports, kind, token)!
  return { content: { to, values: { username, link, expires_at: expiresAt } }, link: credential }
}

async function recipientOf({ users }: MailPorts, { userId, name }: Mail): Promise<Account | undefined> {
  if (userId !== null) return users.find(userId)
  if (name === null) return undefined
  const email = knownEmail(name)
  return email === undefined ? users.findByName(canonicalUsername(name)) : users.findByVerifiedEmail(email)
}
