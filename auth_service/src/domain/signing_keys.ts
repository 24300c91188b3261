/**
 * Which key signs, which keys are published, and when the next one is made.
 *
 * Promises
 *  1. The key with the highest generation whose `signsFrom` is past signs, so all replicas agree. If none is past, because
 *     the only key was made by a clock ahead of ours, the key with the earliest `signsFrom` signs.
 *  2. A scheduled key is published PUBLISH_AHEAD_MS before it signs, so every service has it by then. Only the first key
 *     and a forced one sign at once; services fetch the keys when they meet an unknown `kid`.
 *  3. A key stays published until every token it signed has expired, plus RETIRE_SLACK_MS for
 *     differing clocks and a successor that was stored late.
 *  4. A key made by a clock that was ahead (clocks.ts) gets a successor at once, so rotation does not stop.
 *  5. If several replicas make the next key at the same time, one succeeds: the generation is unique in the store.
 */
import { type Author, OPERATOR, SYSTEM } from './author.ts'
import { isAhead, isPast, timeAfter, WRITE_DELAY_MAX_MS } from './clocks.ts'
import type { MakeKeyPair } from './crypto_ports.ts'
import type { KeyStore, SigningKey } from './key_ports.ts'

/** More than twice the interval at which other services fetch the keys (5 minutes). */
export const PUBLISH_AHEAD_MS = 15 * 60_000
/** The longest lifetime of an access token, whatever the configuration. */
export const ACCESS_TOKEN_TTL_SECONDS_MAX = 3_600
/** Until a new key is stored, the one before it signs. */
export const RETIRE_SLACK_MS = 60_000 + WRITE_DELAY_MAX_MS
const ADD_ATTEMPTS_MAX = 10

/** The key that signs now, or undefined if there is no key yet. */
export function signingKey(keys: readonly SigningKey[], now: Date): SigningKey | undefined {
  const [first] = keys.toSorted((one, other) => Date.parse(one.signsFrom) - Date.parse(other.signsFrom))
  return highest(keys.filter((key) => isPast(key.signsFrom, now))) ?? first
}

/** The keys that other services need: those that sign, will sign, or have signed a token that is not expired. */
export const publishedKeys = (keys: readonly SigningKey[], now: Date): SigningKey[] =>
  keys.filter((key) => !isRetired(key, keys, now))

/** Keys whose tokens have all expired; they can be removed. */
export const retiredKeys = (keys: readonly SigningKey[], now: Date): SigningKey[] =>
  keys.filter((key) => isRetired(key, keys, now))

function isRetired(key: SigningKey, keys: readonly SigningKey[], now: Date): boolean {
  const successors = keys.filter((other) => other.generation > key.generation)
  const signedUntil = Math.min(...successors.map((other) => Date.parse(other.signsFrom)))
  return now.getTime() > signedUntil + ACCESS_TOKEN_TTL_SECONDS_MAX * 1000 + RETIRE_SLACK_MS
}

export type NextKey = { readonly generation: number; readonly signsFrom: string }

/** The key that is due now, if any. */
export function dueKey(keys: readonly SigningKey[], now: Date, rotationMs: number): NextKey | undefined {
  const newest = highest(keys)
  if (!newest) return { generation: 1, signsFrom: now.toISOString() }
  const signsFrom = timeAfter(now, PUBLISH_AHEAD_MS)
  const isDue = Date.parse(newest.signsFrom) + rotationMs <= Date.parse(signsFrom)
  // Made under a clock that was ahead: without a new key, rotation would stop for that long.
  const ahead = isAhead(newest.signsFrom, now, PUBLISH_AHEAD_MS)
  return isDue || ahead ? { generation: newest.generation + 1, signsFrom } : undefined
}

function highest(keys: readonly SigningKey[]): SigningKey | undefined {
  let best: SigningKey | undefined
  for (const key of keys) if (!best || key.generation > best.generation) best = key
  return best
}

export type KeyPorts = {
  readonly keys: KeyStore
  readonly makeKeyPair: MakeKeyPair
  readonly now: () => Date
}

/** Makes the next key if it is due, and removes retired keys. Resolves the new `kid`, if any. May be repeated at any time. */
export async function maintainKeys(ports: KeyPorts, rotationMs: number): Promise<string | undefined> {
  const { keys, now } = ports
  const made = await makeKey(ports, SYSTEM, (known) => dueKey(known, now(), rotationMs))
  const retired = retiredKeys(await keys.list(), now())
  if (retired.length > 0) {
    const kids = retired.map((key) => key.kid)
    await keys.remove(kids, { how: 'retired', at: now(), by: SYSTEM })
  }
  return made?.kid
}

/**
 * Makes a key that signs from now on. With `withdraw`, for a leaked key, the older keys are removed too: services refuse
 * all earlier access tokens after their next fetch of the keys (at most 5 minutes).
 */
export async function forceRotation(ports: KeyPorts, withdraw = false): Promise<SigningKey> {
  const made = await makeKey(ports, OPERATOR, (known) => ({
    generation: (highest(known)?.generation ?? 0) + 1,
    signsFrom: ports.now().toISOString(),
  }))
  if (!made) throw new Error('Other replicas kept making keys at the same moment; try again.')
  if (withdraw) {
    const older = (await ports.keys.list()).filter((key) => key.generation < made.generation)
    const kids = older.map((key) => key.kid)
    await ports.keys.remove(kids, { how: 'withdrawn', at: ports.now(), by: OPERATOR })
  }
  return made
}

async function makeKey(
  { keys, makeKeyPair, now }: KeyPorts,
  by: Author,
  plan: (known: readonly SigningKey[]) => NextKey | undefined,
): Promise<SigningKey | undefined> {
  let refused = 0
  for (let attempt = 0; attempt < ADD_ATTEMPTS_MAX; attempt++) {
    const next = plan(await keys.list())
    if (!next) return undefined
    // Refused although no list has it: a key of this generation is stored but cannot be read.
    const generation = Math.max(next.generation, refused + 1)
    const key = { ...next, generation, ...(await makeKeyPair()), createdAt: now().toISOString() }
    if (await keys.add(key, by)) return key
    refused = generation
  }
  return undefined
}
