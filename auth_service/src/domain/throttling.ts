/**
 * Throttles password guessing, without locking out the owner of an account, and mass registration.
 *
 * A login attempt is counted for three keys: the account from this address, the account from any address, and the address
 * for any account. Each key has free attempts. After them, each attempt starts a pause, which doubles up to a maximum.
 * Attempts during a pause are refused and not counted.
 *
 * Promises
 *  1. An attempt is counted before the password is checked, so concurrent guesses are all counted.
 *  2. No pause is longer than `longestPauseMs`. Attempts are forgotten `forgetAfterMs` after the last one.
 *  3. The account's own count does not apply to an address from which the account was logged in lately: guesses from
 *     elsewhere do not lock out the owner.
 *  4. Success removes the account's attempts, but only one attempt of the address: an attacker cannot reset the count of
 *     an address with logins to an account of their own.
 *  5. Registrations are counted by address: after the free ones, one a minute.
 *  6. A stored time that is further ahead than any rule sets it counts as now (clocks.ts), so a clock that is set back does
 *     not prolong a pause.
 *  7. An attempt is checked by the time at which it is counted, however long its process waited before. An older time would
 *     find what others counted meanwhile too far ahead (promise 6), and end their pause or forget them.
 *
 * So the attempts of a key, from the first one that is remembered, are at least as far apart as the pauses between them are
 * long together, less the difference of two clocks and COUNTED_WITHIN_MS (throttled.ts): what took longer is counted again.
 */
import { CLOCKS_DIFFER_MS, isAhead, isPast, timeAfter } from './clocks.ts'
import type { Attempts, ThrottleEntry, ThrottleLimits } from './ports.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** How long after a login an address counts as known for the account. */
export const KNOWN_ADDRESS_MS = 30 * 24 * HOUR

export type LoginLimits = {
  readonly pair: ThrottleLimits
  readonly account: ThrottleLimits
  readonly address: ThrottleLimits
}

export type FreeAttempts = { readonly pair: number; readonly account: number; readonly address: number }

export const FREE_ATTEMPTS_DEFAULT: FreeAttempts = { pair: 10, account: 50, address: 500 }

/** Free registrations of one address, which a school or an office may share. */
export const REGISTRATIONS_DEFAULT = 250

export const registrationLimits = (freeAttempts: number): ThrottleLimits => ({
  freeAttempts,
  firstPauseMs: SECOND,
  longestPauseMs: MINUTE,
  forgetAfterMs: HOUR,
})

export const loginLimits = (free: FreeAttempts): LoginLimits => ({
  pair: { freeAttempts: free.pair, firstPauseMs: SECOND, longestPauseMs: 15 * MINUTE, forgetAfterMs: HOUR },
  account: { freeAttempts: free.account, firstPauseMs: SECOND, longestPauseMs: MINUTE, forgetAfterMs: HOUR },
  address: { freeAttempts: free.address, firstPauseMs: SECOND, longestPauseMs: MINUTE, forgetAfterMs: HOUR },
})

/** Remembers that a client was seen with an account. An id has no space, so no other account has a key that begins so. */
export const seenPrefix = (userId: string): string => `seen ${userId} `
export const seenKey = (userId: string, address: string, client = ''): string =>
  `${seenPrefix(userId)}${address} ${client}`

/** Of second factors: about a hundred guesses a day, of a million codes. */
export const FACTOR_LIMITS: ThrottleLimits = {
  ...{ freeAttempts: 5, firstPauseMs: SECOND, longestPauseMs: 15 * MINUTE, forgetAfterMs: 24 * HOUR },
}
export const factorKey = (userId: string): string => `factor ${userId}`

/** Of challenges that anyone may ask for; each is stored for minutes. */
export const CHALLENGE_LIMITS: ThrottleLimits = {
  ...{ freeAttempts: 120, firstPauseMs: SECOND, longestPauseMs: MINUTE, forgetAfterMs: HOUR },
}
/** Counted as registrations are. */
export const guestKey = (address: string): string => `guest ${address}`
export const challengeKey = (address: string): string => `challenge ${address}`

/** Of mails that anyone may ask for. The longest pause is shorter than a link of the last mail is valid. */
export type MailLimits = { readonly address: ThrottleLimits; readonly recipient: ThrottleLimits }
export const MAIL_LIMITS: MailLimits = {
  address: { freeAttempts: 20, firstPauseMs: 10 * SECOND, longestPauseMs: 15 * MINUTE, forgetAfterMs: HOUR },
  recipient: { freeAttempts: 3, firstPauseMs: MINUTE, longestPauseMs: 15 * MINUTE, forgetAfterMs: HOUR },
}

/** `recipients` are the name, address or account that was given: counted alike whether it exists or not. */
export const mailEntries = (recipients: readonly string[], address: string): ThrottleEntry[] => [
  ...recipients.map((recipient) => ({ key: `mail-to ${recipient}`, limits: MAIL_LIMITS.recipient })),
  { key: `mail-from ${address}`, limits: MAIL_LIMITS.address },
]

export const registrationKey = (address: string): string => `registration ${address}`

export type LoginKeys = {
  readonly pair: string
  readonly account: string
  readonly address: string
  /** Stored while the address is known for the account. */
  readonly known: string
}

export function loginKeys(canonical: string, address: string): LoginKeys {
  return {
    pair: `pair ${canonical} ${address}`,
    account: `account ${canonical}`,
    address: `address ${address}`,
    known: `known ${canonical} ${address}`,
  }
}

/** Entries of an account, from any address. A username has no space, so no other account has a key that begins so. */
export const accountPrefixes = (canonical: string) => ({
  pairs: `pair ${canonical} `,
  known: `known ${canonical} `,
})

export function loginEntries(keys: LoginKeys, limits: LoginLimits, known: boolean): ThrottleEntry[] {
  // The pair first: an attempt refused there is not counted for the account. The address must be last.
  return [
    { key: keys.pair, limits: limits.pair },
    ...(known ? [] : [{ key: keys.account, limits: limits.account }]),
    { key: keys.address, limits: limits.address },
  ]
}

/** The attempts after one more, or the end of the pause. Pure: stores apply it atomically. */
export function countAttempt(
  attempts: Attempts | undefined,
  limits: ThrottleLimits,
  now: Date,
): { attempts: Attempts } | { pausedUntil: string } {
  const known =
    attempts && isRetained(attempts.forgetAt, now, longestRetentionMs(limits)) ? attempts : undefined
  const pausedUntil = known && pauseOf(known, limits, now)
  if (pausedUntil) return { pausedUntil }
  const count = (known?.count ?? 0) + 1
  const pauseMs = pauseAfter(count, limits)
  return {
    attempts: {
      count,
      pausedUntil: pauseMs === 0 ? undefined : timeAfter(now, pauseMs),
      forgetAt: timeAfter(now, Math.max(limits.forgetAfterMs, pauseMs)),
    },
  }
}

/**
 * Attempts like this one start no pause, however many are counted at the same time: if `count` is at most `countMax`, and
 * `forgetAt` is in the range, `countAttempt` adds 1 and sets this `forgetAt`. So a store can count it without reading.
 */
export function freeAttempt(limits: ThrottleLimits, now: Date) {
  const { freeAttempts, forgetAfterMs } = limits
  return {
    countMax: freeAttempts - 2,
    range: { after: now, until: new Date(now.getTime() + longestRetentionMs(limits) + CLOCKS_DIFFER_MS) },
    forgetAt: timeAfter(now, forgetAfterMs),
  }
}

/** An entry of any kind is valid only if its `forgetAt` is in this range. */
export const retentionRange = (now: Date): { readonly after: Date; readonly until: Date } => ({
  after: now,
  until: new Date(now.getTime() + KNOWN_ADDRESS_MS + CLOCKS_DIFFER_MS),
})

/** Is an entry with this `forgetAt`, which is set at most `aheadMaxMs` into the future, still valid? */
const isRetained = (forgetAt: string, now: Date, aheadMaxMs: number): boolean =>
  !isPast(forgetAt, now) && !isAhead(forgetAt, now, aheadMaxMs)

const longestRetentionMs = ({ forgetAfterMs, longestPauseMs }: ThrottleLimits) =>
  Math.max(forgetAfterMs, longestPauseMs)

/** The end of the current pause, if any; never later than the end of a pause that starts now. */
function pauseOf({ count, pausedUntil }: Attempts, limits: ThrottleLimits, now: Date): string | undefined {
  const pauseMs = pauseAfter(count, limits)
  if (!pausedUntil || isPast(pausedUntil, now) || isAhead(pausedUntil, now, pauseMs) || pauseMs === 0) {
    return undefined
  }
  return timeAfter(now, Math.min(Date.parse(pausedUntil) - now.getTime(), pauseMs))
}

/** The pause after the `count`th attempt. */
export function pauseAfter(count: number, limits: ThrottleLimits): number {
  const beyond = count - limits.freeAttempts
  if (beyond < 0) return 0
  return Math.min(limits.longestPauseMs, limits.firstPauseMs * 2 ** Math.min(beyond, 40))
}
