/**
 * Usernames: 3 to 32 ASCII letters, digits, dots, underscores and hyphens, starting and ending with a letter or
 * digit. Only ASCII, so that no two that look alike differ. Shown as written, unique regardless of case.
 */
export const USERNAME_LENGTH_MIN = 3
export const USERNAME_LENGTH_MAX = 32
export const USERNAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]$'

const PATTERN = new RegExp(USERNAME_PATTERN)

export const isUsername = (text: string): boolean =>
  text.length >= USERNAME_LENGTH_MIN && text.length <= USERNAME_LENGTH_MAX && PATTERN.test(text)

/** The form in which usernames are compared and kept unique. */
export const canonicalUsername = (username: string): string => username.toLowerCase()
