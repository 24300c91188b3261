/**
 * Throttled work: password checks and registrations are counted before they are done (throttling.ts). An attempt that did
 * not reach the password check (overload, store down, client disconnected) is refunded, as often as it was counted.
 */
import { timeAfter } from './clocks.ts'
import type { HashQueue } from './crypto_ports.ts'
import { DomainError } from './errors.ts'
import type { ThrottleEntry, ThrottleLimits, ThrottleStore } from './ports.ts'
import {
  CHALLENGE_LIMITS,
  challengeKey,
  FACTOR_LIMITS,
  factorKey,
  guestKey,
  KNOWN_ADDRESS_MS,
  type LoginLimits,
  loginEntries,
  loginKeys,
  mailEntries,
  registrationKey,
} from './throttling.ts'

/** From before an attempt is counted until that is known. */
export const COUNTED_WITHIN_MS = 5_000
export const COUNTS_MAX = 3

/** `pausedUntil` if attempts are paused. `counted` has each key as often as it was counted. */
type Count = { readonly pausedUntil: string | undefined; readonly counted: readonly string[] }

export type ThrottledPorts = {
  readonly throttle: ThrottleStore
  readonly loginLimits: LoginLimits
  readonly registrationLimits: ThrottleLimits
  readonly now: () => Date
}

/**
 * Counts an attempt to log in to an account, then calls `check` with the queue to use: `known` if the account was logged
 * in from this address before. Success removes the attempts.
 */
export async function throttledPasswordCheck<T>(
  { throttle, loginLimits, now }: ThrottledPorts,
  canonical: string,
  address: string,
  check: (queue: HashQueue) => Promise<T>,
): Promise<T> {
  const keys = loginKeys(canonical, address)
  const known = await throttle.remembers(keys.known, now())
  const entries = loginEntries(keys, loginLimits, known)
  const { pausedUntil, counted } = await countAttempt(throttle, entries, now)
  if (pausedUntil) throw tooMany(pausedUntil, now())
  const result = await orRefund(throttle, counted, () => check(known ? 'known' : 'login'))
  if (result) {
    await Promise.all([
      throttle.clear([keys.pair, keys.account]),
      throttle.refund(counted.filter((key) => key === keys.address)),
      throttle.remember(keys.known, timeAfter(now(), KNOWN_ADDRESS_MS)),
    ])
  }
  return result
}

/** If attempts are paused for the account, the one of the address is taken back. */
async function countAttempt(
  throttle: ThrottleStore,
  entries: readonly ThrottleEntry[],
  now: () => Date,
): Promise<Count> {
  // The address first: an attempt refused there stores nothing, so a flood of invented names cannot fill the store.
  const address = await takeInTime(throttle, entries.slice(-1), now)
  if (address.pausedUntil) return address
  const account = await takeInTime(throttle, entries.slice(0, -1), now)
  if (account.pausedUntil) await throttle.refund(address.counted)
  return { ...account, counted: [...account.counted, ...address.counted] }
}

/**
 * Counts again what took so long that the pause it started may be over by now: its process, or a write on its way, stood
 * still after the clock was read. Refuses an attempt that cannot be counted in time.
 */
async function takeInTime(
  throttle: ThrottleStore,
  entries: readonly ThrottleEntry[],
  now: () => Date,
): Promise<Count> {
  const counted: string[] = []
  for (let count = 0; count < COUNTS_MAX; count++) {
    const began = now()
    const pausedUntil = await throttle.take(entries, now)
    if (pausedUntil) return { pausedUntil, counted }
    counted.push(...entries.map((entry) => entry.key))
    if (now().getTime() - began.getTime() <= COUNTED_WITHIN_MS) return { pausedUntil, counted }
  }
  return { pausedUntil: timeAfter(now(), COUNTED_WITHIN_MS), counted }
}

/** Counts a registration, also if its name is already taken. */
export async function throttledRegistration<T>(
  { throttle, registrationLimits, now }: ThrottledPorts,
  address: string,
  make: () => Promise<T>,
): Promise<T> {
  const entries = [{ key: registrationKey(address), limits: registrationLimits }]
  const { pausedUntil, counted } = await takeInTime(throttle, entries, now)
  if (pausedUntil) throw tooMany(pausedUntil, now())
  return orRefund(throttle, counted, make)
}

/** Counts a mail that was asked for. */
export async function throttledMail<T>(
  { throttle, now }: Pick<ThrottledPorts, 'throttle' | 'now'>,
  recipients: readonly string[],
  address: string,
  send: () => Promise<T>,
): Promise<T> {
  const counted = await allowed(throttle, mailEntries(recipients, address), now)
  return orRefund(throttle, counted, send)
}

/** Counts a code of a second factor, of the account and of the address. Success forgets those of the account. */
export async function throttledFactor(
  { throttle, loginLimits, now }: ThrottledPorts,
  userId: string,
  address: string,
  check: () => Promise<unknown>,
): Promise<void> {
  const [ofAccount, ofAddress] = [factorKey(userId), loginKeys('', address).address]
  const entries = [
    { key: ofAccount, limits: FACTOR_LIMITS },
    { key: ofAddress, limits: loginLimits.address },
  ]
  const counted = await allowed(throttle, entries, now)
  await orRefund(throttle, counted, check)
  await throttle.clear([ofAccount])
  await throttle.refund(counted.filter((key) => key === ofAddress))
}

/** Counts a challenge that was asked for. */
export async function throttledChallenge<T>(
  { throttle, now }: Pick<ThrottledPorts, 'throttle' | 'now'>,
  address: string,
  make: () => Promise<T>,
): Promise<T> {
  const counted = await allowed(throttle, [{ key: challengeKey(address), limits: CHALLENGE_LIMITS }], now)
  return orRefund(throttle, counted, make)
}

/** Counts a token for a guest. */
export async function throttledGuest<T>(
  { throttle, registrationLimits, now }: Omit<ThrottledPorts, 'loginLimits'>,
  address: string,
  make: () => Promise<T>,
): Promise<T> {
  const counted = await allowed(throttle, [{ key: guestKey(address), limits: registrationLimits }], now)
  return orRefund(throttle, counted, make)
}

async function allowed(
  throttle: ThrottleStore,
  entries: readonly ThrottleEntry[],
  now: () => Date,
): Promise<readonly string[]> {
  const count = await countAttempt(throttle, entries, now)
  if (count.pausedUntil) throw tooMany(count.pausedUntil, now())
  return count.counted
}

async function orRefund<T>(
  throttle: ThrottleStore,
  counted: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DomainError)) await throttle.refund(counted)
    throw error
  }
}

function tooMany(pausedUntil: string, now: Date) {
  const retryAfterMs = Math.max(1, Date.parse(pausedUntil) - now.getTime())
  const seconds = Math.ceil(retryAfterMs / 1000)
  return new DomainError('too_many_attempts', `Too many attempts. Try again in ${seconds} s.`, {
    retryAfterMs,
  })
}
