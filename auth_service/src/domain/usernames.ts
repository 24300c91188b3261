/**
 * Usernames: 3 to 32 ASCII letters, digits, dots, underscores and hyphens; the first and last character is a letter or
 * digit. Only ASCII, because other letters look alike. Shown as registered, unique regardless of case.
 */
export const USERNAME_LENGTH_MIN = 3
export const USERNAME_LENGTH_MAX = 32
export const USERNAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]$'

const PATTERN = new RegExp(USERNAME_PATTERN)

export const isUsername = (text: string): boolean =>
  text.length >= USERNAME_LENGTH_MIN && text.length <= USERNAME_LENGTH_MAX && PATTERN.test(text)

/** Usernames are compared in this form. */
export const canonicalUsername = (username: string): string => username.toLowerCase()

/** Sorts after every canonical name that begins with `prefix`, and before all others that sort after those. */
export const afterNamesWith = (prefix: string): string => `${prefix}\u{7f}`

/** Takes the place of the name of a deleted account. It has a space, so it cannot be registered. */
export const erasedUsername = (id: string): string => `deleted ${canonicalUsername(id)}`
