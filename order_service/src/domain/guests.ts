/**
 * Orders that were placed without an account.
 *
 * Invariants
 *  G1. Such an order is its guest's, and of the caller who has its token, until it is added to an account: then it is the account's, and
 *      the token opens it still.
 *  G2. It is added to one account, once: by a signed-in user who has proved that the order's mailbox is theirs.
 */
import type { Order, OrderBase } from './order.ts'

export const isGuestOrder = ({ checkout }: Pick<OrderBase, 'checkout'>): boolean => checkout?.guest === true

export const ownerOf = ({ userId, linkedTo }: Pick<OrderBase, 'userId' | 'linkedTo'>): string =>
  linkedTo ?? userId

/** Is the mailbox of the order the one that was proved? Both are in the form of `normalEmail`. */
export const isOfMailbox = ({ checkout, erasedAt }: Order, email: string): boolean =>
  erasedAt === undefined && checkout?.email === email

/** The form in which addresses are compared: in lower case, with the host as DNS has it (RFC 5891). */
export function normalEmail(text: string): string {
  const trimmed = text.trim().toLowerCase()
  const at = trimmed.lastIndexOf('@')
  const host = trimmed.slice(at + 1)
  // What a URL would take for something else than a host stays as it is.
  const ascii = /^[^\s:/?#@[\]\\%]+$/.test(host) ? URL.parse(`http://${host}/`)?.hostname : undefined
  return ascii === undefined ? trimmed : `${trimmed.slice(0, at)}@${ascii}`
}
