/**
 * Mails to people, from the moment when one is asked for to its end.
 *
 * Invariants
 *  M1. A mail is known by its id, which its reason gives it: that of an event, or of the request of another service. So asking again adds none.
 *  M2. A mail that was accepted is sent at least once, or ends as `dead` with a reason. Its Message-ID follows from its id, so a mail that is
 *      sent twice (the process died between sending and recording) is shown once by most programs.
 *  M3. A mail is claimed by a lease and a fence: what a process that outlived its lease reports is refused.
 *  M4. No order, event or account waits for a mail: the server of mails is called from here alone.
 *  M5. Who it goes to and what it says is kept until it is over, and no longer. `reason` contains no address.
 */

export const LANGUAGES = ['en', 'de'] as const
export type Language = (typeof LANGUAGES)[number]

/** Asked for by auth_service. */
export const ACCOUNT_MAILS = ['email_verification', 'password_reset', 'new_sign_in'] as const
/** Made of events, and the link of an order, which order_service asks for. */
export const ORDER_MAILS = [
  ...(['order_received', 'order_confirmed', 'order_rejected'] as const),
  ...(['order_shipped', 'order_cancelled', 'order_refunded', 'order_link'] as const),
  ...(['return_accepted', 'return_refused'] as const),
] as const
/** Asked for by order_service. */
export const STATEMENT_MAILS = ['withdrawal_receipt'] as const
export type MailKind =
  | (typeof ACCOUNT_MAILS)[number]
  | (typeof ORDER_MAILS)[number]
  | (typeof STATEMENT_MAILS)[number]

export const MAILS_MAX = 20
export const ID_LENGTH_MAX = 140
/** Also safe as the first part of a Message-ID, with `.` for `:`. */
export const MAIL_ID = /^[A-Za-z0-9:_-]+$/
export const EMAIL_LENGTH_MAX = 254
/** Of the values of a text of an account. */
export const VALUE_LENGTH_MAX = 1_000

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000]
/** A mail that could not be sent for so long is dead. */
export const TRIED_MS = 72 * HOUR
/** Pauses after attempts that failed; each is up to twice the one before. */
export const RETRY = { firstMs: 5 * SECOND, maxMs: 30 * MINUTE }
/** An attempt may take up to this. */
export const SEND_MS = 20 * SECOND
/** Longer than an attempt and its record take. */
export const LEASE_MS = 90 * SECOND
/** Attempts under way in each replica; and to mailboxes of one host, so that one slow host leaves room for others. */
export const AT_ONCE_MAX = 8
export const OF_ONE_HOST_MAX = 4

export const MAIL_STATES = ['pending', 'sent', 'dead'] as const
export type MailState = (typeof MAIL_STATES)[number]

export type MailValues = Readonly<Record<string, unknown>>
export type MailContent = { readonly to: string; readonly values: MailValues }

export type NewMail = {
  readonly id: string
  readonly kind: MailKind
  readonly language: Language
  readonly content: MailContent
  /** Never sent after it. */
  readonly expiresAt: string
}

export type Mail = Omit<NewMail, 'content'> & {
  /** Null when it is over (M5). */
  readonly content: MailContent | null
  /** Of the mailbox; empty when it is over. */
  readonly host: string
  readonly state: MailState
  /** Claims so far. */
  readonly attempts: number
  readonly dueAt: string
  readonly fence: number
  /** Of the last attempt that failed. */
  readonly reason: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

/** Atoms of RFC 5322 at a name of at least two labels: no blank, line break, comma or angle bracket. */
const ATOM = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const EMAIL = new RegExp(`^${ATOM}(?:\\.${ATOM})*@(?:${LABEL}\\.)+${LABEL}$`, 'i')
const NAME_LENGTH_MAX = 64

/** With its host as DNS has it (RFC 5891). Undefined for what is not the address of one mailbox. */
export function normalEmail(text: string): string | undefined {
  const at = text.lastIndexOf('@')
  const host = text.slice(at + 1)
  // What a URL would take for something else than a host.
  const ascii = /^[^\s:/?#@[\]\\%]+$/.test(host) ? URL.parse(`http://${host}/`)?.hostname : undefined
  const email = `${text.slice(0, at)}@${ascii}`
  const isGood = ascii !== undefined && at > 0 && at <= NAME_LENGTH_MAX && email.length <= EMAIL_LENGTH_MAX
  return isGood && EMAIL.test(email) ? email : undefined
}

export const hostOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase()

/** `language` may be any; the first one is for those that there are no texts in. */
export const languageOf = (language: unknown): Language =>
  LANGUAGES.find((known) => known === language) ?? LANGUAGES[0]

/** The end of a mail that nothing else limits. */
export const expiryOf = (at: string): string => new Date(Date.parse(at) + TRIED_MS).toISOString()

export const pendingMail = (mail: NewMail, at: string): Mail => ({
  ...mail,
  host: hostOf(mail.content.to),
  state: 'pending',
  attempts: 0,
  dueAt: at,
  fence: 0,
  reason: null,
  createdAt: at,
  updatedAt: at,
})

/** Two ids have two: no id contains a dot (M2). */
export const messageIdOf = (id: string, host: string): string => `<${id.replaceAll(':', '.')}@${host}>`

/** Throws if it is none. */
export function validateStoredMail(mail: Mail): Mail {
  const { id, state, content, attempts, fence, dueAt, expiresAt, createdAt, updatedAt } = mail
  const isGood =
    MAIL_ID.test(id) &&
    MAIL_STATES.includes(state) &&
    LANGUAGES.includes(mail.language) &&
    [...ACCOUNT_MAILS, ...ORDER_MAILS, ...STATEMENT_MAILS].includes(mail.kind) &&
    Number.isSafeInteger(attempts) &&
    Number.isSafeInteger(fence) &&
    [dueAt, expiresAt, createdAt, updatedAt].every((time) => !Number.isNaN(Date.parse(time))) &&
    (state === 'pending') === (content !== null)
  if (!isGood) throw new Error('its fields are not those of a mail')
  return mail
}
