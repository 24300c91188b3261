/**
 * Work that is counted before it is done (throttling.ts): proving a password, and making an account. Work that never
 * came to look at the password, because the service was overloaded, the store down or the caller gone, is given back.
 */
import { timeAfter } from './clocks.ts'
import type { HashQueue } from './crypto_ports.ts'
import { DomainError } from './errors.ts'
import type { ThrottleEntry, ThrottleLimits, ThrottleStore } from './ports.ts'
import { KNOWN_ADDRESS_MS, type LoginLimits, loginEntries, loginKeys, registrationKey } from './throttling.ts'

export type ThrottledPorts = {
  readonly throttle: ThrottleStore
  readonly loginLimits: LoginLimits
  readonly registrationLimits: ThrottleLimits
  readonly now: () => Date
}

/**
 * Counts a try to prove the password of an account, then lets `prove` decide, in the queue of those who logged in to it
 * from this address before or of those who did not. A proof forgets the tries.
 */
export async function throttledPasswordCheck<T>(
  { throttle, loginLimits, now }: ThrottledPorts,
  canonical: string,
  address: string,
  prove: (queue: HashQueue) => Promise<T>,
): Promise<T> {
  const keys = loginKeys(canonical, address)
  const known = await throttle.remembers(keys.known, now())
  const entries = loginEntries(keys, loginLimits, known)
  const pausedUntil = await countAttempt(throttle, entries, now())
  if (pausedUntil) throw tooMany(pausedUntil, now())
  const proof = await orRefund(throttle, entries, () => prove(known ? 'known' : 'login'))
  if (proof) {
    await Promise.all([
      throttle.clear([keys.pair, keys.account]),
      throttle.refund([keys.address]),
      throttle.remember(keys.known, timeAfter(now(), KNOWN_ADDRESS_MS)),
    ])
  }
  return proof
}

/** Resolves until when tries are refused; then nothing was counted by the address. */
async function countAttempt(
  throttle: ThrottleStore,
  entries: readonly ThrottleEntry[],
  now: Date,
): Promise<string | undefined> {
  // The address first: refused there, a try leaves no trace, so a flood of made-up names can't fill the store.
  const address = entries.slice(-1)
  const paused = await throttle.take(address, now)
  if (paused) return paused
  const pausedForAccount = await throttle.take(entries.slice(0, -1), now)
  if (pausedForAccount) await throttle.refund(address.map((entry) => entry.key))
  return pausedForAccount
}

/** Counts an account that is to be made, also when its name turns out to be taken. */
export async function throttledRegistration<T>(
  { throttle, registrationLimits, now }: ThrottledPorts,
  address: string,
  make: () => Promise<T>,
): Promise<T> {
  const entries = [{ key: registrationKey(address), limits: registrationLimits }]
  const pausedUntil = await throttle.take(entries, now())
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
  return new DomainError('too_many_attempts', `Too many tries. Try again in ${seconds} s.`, { retryAfterMs })
}
