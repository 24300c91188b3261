/**
 * Which key signs, which are published, and when the next one is made.
 *
 * Promises
 *  1. The key that signs is the one of the highest generation whose `signsFrom` has come: all replicas agree. Where
 *     none has come, because the clock that made the only key is ahead of ours, the first to come signs.
 *  2. A scheduled key is published PUBLISH_AHEAD_MS before it signs, so every service has it by then; only the
 *     very first key and a forced one sign at once (others fetch on seeing an unknown `kid`).
 *  3. A key stays published until every token it signed has expired, with RETIRE_SLACK_MS to spare for clocks.
 *  4. A key of a clock that was ahead (clocks.ts) is followed by another at once, so keys go on changing.
 *  5. Of several replicas making the next key at once, one succeeds: its generation is unique in the store.
 */
import { isAhead, isPast, timeAfter } from './clocks.ts'
import type { MakeKeyPair } from './crypto_ports.ts'
import type { KeyStore, SigningKey } from './ports.ts'

/** Twice and more what other services wait between two fetches of the keys (5 minutes). */
export const PUBLISH_AHEAD_MS = 15 * 60_000
/** No access token lives longer, whatever the configuration says. */
export const ACCESS_TOKEN_TTL_SECONDS_MAX = 3_600
export const RETIRE_SLACK_MS = 60_000
const ADD_ATTEMPTS_MAX = 10

/** The key whose turn it is, or undefined when there is none yet. */
export function signingKey(keys: readonly SigningKey[], now: Date): SigningKey | undefined {
  const [first] = keys.toSorted((one, other) => Date.parse(one.signsFrom) - Date.parse(other.signsFrom))
  return highest(keys.filter((key) => isPast(key.signsFrom, now))) ?? first
}

/** The keys other services must know: those that sign, will sign, or have signed a token that still lives. */
export const publishedKeys = (keys: readonly SigningKey[], now: Date): SigningKey[] =>
  keys.filter((key) => !isRetired(key, keys, now))

/** The keys no living token was signed with; they can be removed. */
export const retiredKeys = (keys: readonly SigningKey[], now: Date): SigningKey[] =>
  keys.filter((key) => isRetired(key, keys, now))

function isRetired(key: SigningKey, keys: readonly SigningKey[], now: Date): boolean {
  const successors = keys.filter((other) => other.generation > key.generation)
  const signedUntil = Math.min(...successors.map((other) => Date.parse(other.signsFrom)))
  return now.getTime() > signedUntil + ACCESS_TOKEN_TTL_SECONDS_MAX * 1000 + RETIRE_SLACK_MS
}

export type NextKey = { readonly generation: number; readonly signsFrom: string }

/** The key that has to be made now, if any. */
export function dueKey(keys: readonly SigningKey[], now: Date, rotationMs: number): NextKey | undefined {
  const newest = highest(keys)
  if (!newest) return { generation: 1, signsFrom: now.toISOString() }
  const signsFrom = timeAfter(now, PUBLISH_AHEAD_MS)
  const comes = Date.parse(newest.signsFrom) + rotationMs <= Date.parse(signsFrom)
  // Made under a clock that was ahead: keys would rest for as long as it was.
  const ahead = isAhead(newest.signsFrom, now, PUBLISH_AHEAD_MS)
  return comes || ahead ? { generation: newest.generation + 1, signsFrom } : undefined
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

/** Makes the next key if it is due and removes spent ones. Resolves the `kid` made, if any. Safe to call anywhere, any time. */
export async function maintainKeys(ports: KeyPorts, rotationMs: number): Promise<string | undefined> {
  const { keys, now } = ports
  const made = await makeKey(ports, (known) => dueKey(known, now(), rotationMs))
  const spent = retiredKeys(await keys.list(), now())
  if (spent.length > 0) await keys.remove(spent.map((key) => key.kid))
  return made?.kid
}

/**
 * Makes a key that signs from this moment on. With `withdraw` the older keys are removed as well, for when one
 * has leaked: every access token out there is refused as soon as services fetch the keys again (5 minutes at most).
 */
export async function forceRotation(ports: KeyPorts, withdraw = false): Promise<SigningKey> {
  const made = await makeKey(ports, (known) => ({
    generation: (highest(known)?.generation ?? 0) + 1,
    signsFrom: ports.now().toISOString(),
  }))
  if (!made) throw new Error('Other replicas kept making keys at the same moment; try again.')
  if (withdraw) {
    const older = (await ports.keys.list()).filter((key) => key.generation < made.generation)
    await ports.keys.remove(older.map((key) => key.kid))
  }
  return made
}

async function makeKey(
  { keys, makeKeyPair, now }: KeyPorts,
  plan: (known: readonly SigningKey[]) => NextKey | undefined,
): Promise<SigningKey | undefined> {
  let refused = 0
  for (let attempt = 0; attempt < ADD_ATTEMPTS_MAX; attempt++) {
    const next = plan(await keys.list())
    if (!next) return undefined
    // Refused, and in no list: a key of this generation is there and cannot be read.
    const generation = Math.max(next.generation, refused + 1)
    const key = { ...next, generation, ...(await makeKeyPair()), createdAt: now().toISOString() }
    if (await keys.add(key)) return key
    refused = generation
  }
  return undefined
}
