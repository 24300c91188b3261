/**
 * Throttled work: password checks and registrations are counted before they are done (throttling.ts). An attempt that did
 * not reach the password check (overload, store down, client disconnected) is refunded.
 */
import { timeAfter } from './clocks.ts'
import type { HashQueue } from './crypto_ports.ts'
import { DomainError } from './errors.ts'
import type { ThrottleEntry, ThrottleLimits, ThrottleStore } from './ports.ts'
import { KNOWN_ADDRESS_MS, type LoginLimits, loginEntries, loginKeys, registrationKey } from './throttling.ts'

/** From before an attempt is counted until that is known. */
export const COUNTED_WITHIN_MS = 5_000
export const COUNTS_MAX = 3

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
  const pausedUntil = await countAttempt(throttle, entries, now)
  if (pausedUntil) throw tooMany(pausedUntil, now())
  const result = await orRefund(throttle, entries, () => check(known ? 'known' : 'login'))
  if (result) {
    await Promise.all([
      throttle.clear([keys.pair, keys.account]),
      throttle.refund([keys.address]),
      throttle.remember(keys.known, timeAfter(now(), KNOWN_ADDRESS_MS)),
    ])
  }
  return result
}

/** Resolves the end of the pause if attempts are paused; then nothing was counted for the address. */
async function countAttempt(
  throttle: ThrottleStore,
  entries: readonly ThrottleEntry[],
  now: () => Date,
): Promise<string | undefined> {
  // The address first: an attempt refused there stores nothing, so a flood of invented names cannot fill the store.
  const address = entries.slice(-1)
  const pausedUntil = await takeInTime(throttle, address, now)
  if (pausedUntil) return pausedUntil
  const pausedForAccount = await takeInTime(throttle, entries.slice(0, -1), now)
  if (pausedForAccount) await throttle.refund(address.map((entry) => entry.key))
  return pausedForAccount
}

/**
 * Counts again what took so long that the pause it started may be over by now: its process, or a write on its way, stood
 * still after the clock was read. Refuses an attempt that cannot be counted in time.
 */
async function takeInTime(
  throttle: ThrottleStore,
  entries: readonly ThrottleEntry[],
  now: () => Date,
): Promise<string | undefined> {
  for (let count = 0; count < COUNTS_MAX; count++) {
    const began = now()
    const pausedUntil = await throttle.take(entries, now)
    if (pausedUntil || now().getTime() - began.getTime() <= COUNTED_WITHIN_MS) return pausedUntil
  }
  return timeAfter(now(), COUNTED_WITHIN_MS)
}

/** Counts a registration, also if its name is already taken. */
export async function throttledRegistration<T>(
  { throttle, registrationLimits, now }: ThrottledPorts,
  address: string,
  make: () => Promise<T>,
): Promise<T> {
  const entries = [{ key: registrationKey(address), limits: registrationLimits }]
  const pausedUntil = await takeInTime(throttle, entries, now)
  if (pausedUntil) throw tooMany(pausedUntil, now())
  return orRefund(throttle, entries, make)
}

async function orRefund<T>(
  throttle: ThrottleStore,
  entries: readonly ThrottleEntry[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DomainError)) await throttle.refund(entries.map((entry) => entry.key))
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
