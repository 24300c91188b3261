/**
 * Slowing down whoever guesses passwords, without locking out whoever knows theirs, and whoever makes accounts by the
 * hundred.
 *
 * A try is counted against three things: the account from this address, the account from anywhere, and the
 * address for any account. Each has some free tries; after them every further try is followed by a pause that
 * doubles up to a longest one, and tries made during a pause are refused without being counted.
 *
 * Promises
 *  1. A try is counted before the password is checked, so guesses made at once do not slip through.
 *  2. No pause is longer than `longestPauseMs`; tries are forgotten `forgetAfterMs` after the last one.
 *  3. An address from which the account was logged in to lately is not subject to the account's own count:
 *     strangers guessing elsewhere can't keep the owner out.
 *  4. Success forgets the account's tries, but takes only its own one off the address: an attacker can't wash
 *     an address clean by logging in to an account of their own.
 *  5. Accounts are counted by the address they are made from, so nobody makes more than its free ones and one a
 *     minute.
 *  6. A stored time that no rule sets so far ahead counts as now (clocks.ts): no pause outlives a clock set back.
 */
import { CLOCKS_DIFFER_MS, isAhead, isPast, timeAfter } from './clocks.ts'
import type { Attempts, ThrottleEntry, ThrottleLimits } from './ports.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** How long a good login makes an address known for its account. */
export const KNOWN_ADDRESS_MS = 30 * 24 * HOUR

export type LoginLimits = {
  readonly pair: ThrottleLimits
  readonly account: ThrottleLimits
  readonly address: ThrottleLimits
}

export type FreeAttempts = { readonly pair: number; readonly account: number; readonly address: number }

export const FREE_ATTEMPTS_DEFAULT: FreeAttempts = { pair: 10, account: 50, address: 500 }

/** Accounts made from one address before pauses begin: a school or an office may share it. */
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

export const registrationKey = (address: string): string => `registration ${address}`

export type LoginKeys = {
  readonly pair: string
  readonly account: string
  readonly address: string
  /** Remembered while the address is known for the account. */
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

export function loginEntries(keys: LoginKeys, limits: LoginLimits, known: boolean): ThrottleEntry[] {
  // The narrowest first: refused there, a try costs the account nothing. The address is last, always.
  return [
    { key: keys.pair, limits: limits.pair },
    ...(known ? [] : [{ key: keys.account, limits: limits.account }]),
    { key: keys.address, limits: limits.address },
  ]
}

/** What is known after one more try, or until when tries are refused. Pure: stores apply it atomically. */
export function countAttempt(
  tries: Attempts | undefined,
  limits: ThrottleLimits,
  now: Date,
): { tries: Attempts } | { pausedUntil: string } {
  const known = tries && isRetained(tries.forgetAt, now, longestRetentionMs(limits)) ? tries : undefined
  const pausedUntil = known && pauseOf(known, limits, now)
  if (pausedUntil) return { pausedUntil }
  const count = (known?.count ?? 0) + 1
  const pauseMs = pauseAfter(count, limits)
  return {
    tries: {
      count,
      pausedUntil: pauseMs === 0 ? undefined : timeAfter(now, pauseMs),
      forgetAt: timeAfter(now, Math.max(limits.forgetAfterMs, pauseMs)),
    },
  }
}

/** Times at which an entry of any kind is to be forgotten lie between these two, or it is forgotten already. */
export const retentionRange = (now: Date): { readonly after: Date; readonly until: Date } => ({
  after: now,
  until: new Date(now.getTime() + KNOWN_ADDRESS_MS + CLOCKS_DIFFER_MS),
})

/** Is what was to be forgotten at this time, set at most `aheadMaxMs` before, still to be remembered? */
const isRetained = (forgetAt: string, now: Date, aheadMaxMs: number): boolean =>
  !isPast(forgetAt, now) && !isAhead(forgetAt, now, aheadMaxMs)

const longestRetentionMs = ({ forgetAfterMs, longestPauseMs }: ThrottleLimits) =>
  Math.max(forgetAfterMs, longestPauseMs)

/** The end of the pause these tries are in, if any; never later than a pause begun now would end. */
function pauseOf({ count, pausedUntil }: Attempts, limits: ThrottleLimits, now: Date): string | undefined {
  const pauseMs = pauseAfter(count, limits)
  if (!pausedUntil || isPast(pausedUntil, now) || isAhead(pausedUntil, now, pauseMs) || pauseMs === 0) {
    return undefined
  }
  return timeAfter(now, Math.min(Date.parse(pausedUntil) - now.getTime(), pauseMs))
}

/** The pause after the `count`th try. */
export function pauseAfter(count: number, limits: ThrottleLimits): number {
  const beyond = count - limits.freeAttempts
  if (beyond < 0) return 0
  return Math.min(limits.longestPauseMs, limits.firstPauseMs * 2 ** Math.min(beyond, 40))
}
