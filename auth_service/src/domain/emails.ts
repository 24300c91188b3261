/**
 * The e-mail address of an account, and a new password by a link.
 *
 * Promises
 *  1. Anyone may name any address; it counts only once its mailbox was proved, and then belongs to one account. The store decides.
 *  2. A new address needs the password, or a sign-in of a moment ago: a stolen access token cannot redirect the mails of an account.
 *     The address that was proved before stays until the new one is.
 *  3. A link for a new password ends all sessions and withdraws the access tokens, in the same write, which has the version of the
 *     password at the time of the link as its condition. So each link works once, and none works after another change. One that was
 *     mailed works only while its mailbox is that of the account: an address is often changed because others can read the old one.
 *  4. Mails that strangers can ask for are throttled by recipient and by the address of the client.
 */
import { type AccountPorts, type Caller, ticketOf } from './accounts.ts'
import { resetLinkMade } from './audit.ts'
import type { Author } from './author.ts'
import { timeAfter } from './clocks.ts'
import type { EmailStore } from './contact_ports.ts'
import { knownEmail, normalEmail } from './email_addresses.ts'
import { DomainError } from './errors.ts'
import { addressOf, invalidLink, LINKS_PER_USER_MAX, type Link, newLink, usableLink } from './links.ts'
import { MAIL_LIFE_MS, type MailPorts, newMail, requireMail } from './mails.ts'
import { type Proof, requireOwner } from './ownership.ts'
import { acceptPassword } from './passwords.ts'
import type { Account } from './ports.ts'
import { throttledMail } from './throttled.ts'
import { canonicalUsername } from './usernames.ts'

export type EmailPorts = AccountPorts & MailPorts & { readonly emails: EmailStore }

export type EmailChange = { readonly email: string | null; readonly language?: string | undefined }

/**
 * Names an address, and sends it a link, also if it was named before; null removes it. Rejects with `email_refused`,
 * `mail_unavailable`, `too_many_attempts`, and as `requireOwner` does. Resolves the account as it is now.
 */
export async function setEmail(
  ports: EmailPorts,
  account: Account,
  { email, language }: EmailChange,
  proof: Proof,
  caller: Caller,
): Promise<Account> {
  const address = email === null ? null : normalEmail(email)
  if (address !== null) requireMail(ports)
  await requireOwner(ports, account, proof, caller)
  if (address === null || address === account.verifiedEmail) await ports.emails.set(account.id, address)
  else await askForProof(ports, account, address, language, caller)
  return (await ports.users.find(account.id)) ?? account
}

const askForProof = (
  ports: EmailPorts,
  { id: userId }: Account,
  address: string,
  language: string | undefined,
  caller: Caller,
) =>
  // The mailbox, too: the owner of many accounts could fill that of a stranger.
  throttledMail(ports, [userId, address], caller.address, async () => {
    const mail = newMail(ports, {
      ...{ kind: 'email_verification', userId, address },
      ...(language === undefined ? {} : { language }),
    })
    await ports.emails.set(userId, address, mail)
    ports.onMail()
  })

/** By the token of a link. Rejects with `invalid_link` or `email_taken`. */
export async function verifyEmail(ports: EmailPorts, token: string): Promise<void> {
  const { id, mark, userId, body } = await usableLink(ports, 'email link', token)
  if (!(await ports.emails.verify(userId, String(body.email)))) throw invalidLink()
  // It is of no use any more.
  await ports.credentials.remove(id, mark)
}

/** Resolves the same for every name. Rejects with `mail_unavailable` or `too_many_attempts`. */
export async function askForReset(
  ports: EmailPorts,
  { name, language }: { readonly name: string; readonly language?: string | undefined },
  caller: Caller,
): Promise<void> {
  requireMail(ports)
  const canonical = knownEmail(name) ?? canonicalUsername(name)
  await throttledMail(ports, [canonical], caller.address, async () => {
    await ports.mails.add(
      newMail(ports, {
        ...{ kind: 'password_reset', name: canonical },
        ...(language === undefined ? {} : { language }),
      }),
    )
    ports.onMail()
  })
}

/** By the token of a link. Rejects with `invalid_link`, `password_refused` or `overloaded`. */
export async function resetByLink(
  ports: EmailPorts,
  { token, newPassword }: { readonly token: string; readonly newPassword: string },
  caller: Caller,
): Promise<void> {
  const { userId, body } = await usableLink(ports, 'reset link', token)
  const account = await ports.users.find(userId)
  if (!account || account.passwordVersion !== body.passwordVersion) throw invalidLink()
  // Links that admins make, and those of the release before, have none.
  if (body.email !== undefined && body.email !== account.verifiedEmail) throw invalidLink()
  const { id, username, passwordVersion } = account
  const accepted = await acceptPassword(newPassword, username, ports.passwordChecks)
  const passwordHash = await ports.hasher.hash(accepted, ticketOf(caller, 'login'))
  if (!(await ports.users.changePassword(id, passwordVersion, passwordHash, ports.now))) throw invalidLink()
  // They are invalid already.
  await ports.sessions.endOlder(id, passwordVersion + 1)
  await ports.credentials.removeOfUser(id, ['reset link'])
}

export type ResetLink = {
  readonly token: string
  readonly link: string | undefined
  readonly expiresAt: string
}

/** A link that an admin gives to the owner, by another way than e-mail. Rejects with `user_not_found`. */
export async function makeResetLink(ports: EmailPorts, userId: string, by: Author): Promise<ResetLink> {
  const account = await ports.users.find(userId)
  if (!account) throw new DomainError('user_not_found', 'There is no user with this id.')
  const at = ports.now()
  const expiresAt = timeAfter(at, MAIL_LIFE_MS.password_reset)
  const body = { passwordVersion: account.passwordVersion }
  const { token, credential }: Link = newLink(ports, 'reset link', userId, body, expiresAt)
  const audit = { by, at: at.toISOString(), record: resetLinkMade(userId, expiresAt) }
  await ports.credentials.add(credential, { keep: LINKS_PER_USER_MAX, audit })
  return { token, link: addressOf(ports, 'reset link', token), expiresAt }
}

export const emailTaken = () =>
  new DomainError('email_taken', 'Another account has proved that this mailbox is its own.')
