/**
 * E-mail addresses: `name@host` in ASCII, without quotes or comments, as any mailbox of a person has it. They are kept in lower case, so
 * the same mailbox is one address. Hosts in other letters are kept in their ASCII form (RFC 5891).
 */
import { DomainError } from './errors.ts'

export const EMAIL_LENGTH_MAX = 254
const NAME_LENGTH_MAX = 64

/** Atoms of RFC 5322, so no blank, line break, comma or angle bracket can be in an address. */
const NAME = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
/** At least two labels, the last of which is no number: so no address of a machine. */
const HOST = new RegExp(`^(?:${LABEL}\\.)+(?=[a-z0-9-]*[a-z])${LABEL}$`)

/** Throws `email_refused` unless it is an address. */
export function normalEmail(text: string): string {
  const normal = knownEmail(text)
  if (normal === undefined) throw new DomainError('email_refused', 'This is not the address of a mailbox.')
  return normal
}

/** The form in which addresses are compared; undefined for other text. */
export function knownEmail(text: string): string | undefined {
  const trimmed = text.trim()
  const at = trimmed.lastIndexOf('@')
  if (at < 1) return undefined
  const name = trimmed.slice(0, at).toLowerCase()
  const host = asciiHost(trimmed.slice(at + 1))
  if (host === undefined || name.length > NAME_LENGTH_MAX || !NAME.test(name)) return undefined
  const normal = `${name}@${host}`
  return normal.length <= EMAIL_LENGTH_MAX ? normal : undefined
}

function asciiHost(host: string): string | undefined {
  // What a URL would take for something else than a host.
  if (host === '' || /[\s:/?#@[\]\\%]/.test(host)) return undefined
  const url = URL.parse(`http://${host}/`)
  return url && HOST.test(url.hostname) ? url.hostname : undefined
}
