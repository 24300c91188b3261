/**
 * One-time links: what a token of 256 bits allows its bearer to do for an account, for a limited time.
 *
 * Promises
 *  1. Only the hash of a token is stored; the token itself is in the link, and in its mail until that was handed over.
 *  2. The address of a link comes from the configuration, never from a request. The token is its fragment, which browsers do not
 *     send to any server, so it is in no log of one.
 *  3. A link works once. The change that it allows has its own condition (the version of the password, the address that is not verified
 *     yet), so of two uses at once one succeeds, and a process that dies before the change uses up nothing.
 */
import { isPast } from './clocks.ts'
import type { Credential, CredentialKind, CredentialStore } from './contact_ports.ts'
import type { SecretTokens } from './crypto_ports.ts'
import { DomainError } from './errors.ts'

/** Longer than any token. */
export const LINK_TOKEN_PATTERN = '^[A-Za-z0-9_-]{43}$'
/** Links of one kind and account that are valid at the same time. */
export const LINKS_PER_USER_MAX = 5

export type LinkPorts = {
  readonly credentials: CredentialStore
  readonly secretTokens: SecretTokens
  readonly now: () => Date
  readonly newId: () => string
  /** Where people reach the shop, without a slash at the end. */
  readonly publicUrl: string | undefined
}

export type Link = { readonly token: string; readonly credential: Credential }

export const newLink = (
  { secretTokens, now, newId }: LinkPorts,
  kind: CredentialKind,
  userId: string,
  body: Credential['body'],
  expiresAt: string,
): Link => {
  const token = secretTokens.make()
  const id = `${kind} ${secretTokens.hash(token)}`
  return {
    token,
    credential: { id, kind, userId, body, mark: newId(), createdAt: now().toISOString(), expiresAt },
  }
}

/** Rejects with `invalid_link`. */
export async function usableLink(
  { credentials, secretTokens, now }: LinkPorts,
  kind: CredentialKind,
  token: string,
): Promise<Credential & { readonly userId: string }> {
  const found = await credentials.find(`${kind} ${secretTokens.hash(token)}`)
  if (!found || found.userId === null || found.expiresAt === null || isPast(found.expiresAt, now()))
    throw invalidLink()
  return { ...found, userId: found.userId }
}

export const invalidLink = () =>
  new DomainError('invalid_link', 'This link was used, or has expired. Ask for another.')

export const PAGES = { 'reset link': '/reset_password', 'email link': '/verify_email' } as const

/** Undefined if the address of the shop is not configured. */
export const addressOf = (
  { publicUrl }: Pick<LinkPorts, 'publicUrl'>,
  kind: keyof typeof PAGES,
  token: string,
): string | undefined =>
  publicUrl === undefined ? undefined : `${publicUrl.replace(/\/$/, '')}${PAGES[kind]}#token=${token}`
