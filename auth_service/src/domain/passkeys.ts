/**
 * Passkeys: signing in with a key that a device keeps, and unlocks for its owner, without name or password.
 *
 * Promises
 *  1. A challenge is issued here, valid for CHALLENGE_MS, and used up by the first answer to it, right or wrong. One to add a passkey is of one
 *     account, whose owner was proved.
 *  2. A passkey is one account's. Its counter, if it has one, only grows: an answer with an older one is refused.
 *  3. The device has verified its owner each time, so a passkey counts as a second factor, too.
 */
import type { Caller, LoggedIn } from './accounts.ts'
import { isPast, timeAfter } from './clocks.ts'
import type { Credential } from './contact_ports.ts'
import type { PasskeyCeremonies, PasskeyResponse } from './crypto_ports.ts'
import { DomainError } from './errors.ts'
import { type Proof, requireOwner } from './ownership.ts'
import type { Account } from './ports.ts'
import { begin, CHALLENGE_MS, type SignInPorts } from './sign_in.ts'
import { throttledChallenge } from './throttled.ts'

export const PASSKEYS_MAX = 10
export const PASSKEY_NAME_LENGTH_MAX = 60
/** Of one account that are valid at the same time. */
const CHALLENGES_MAX = 5
const CHALLENGE_BYTES = 32

export type PasskeyPorts = SignInPorts & {
  /** Undefined without PUBLIC_URL. */
  readonly ceremonies: PasskeyCeremonies | undefined
  readonly randomBytes: (size: number) => Buffer
}

export type Passkey = {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  readonly lastUsedAt: string | null
}
type Stored = Credential & {
  readonly userId: string
  readonly body: {
    readonly publicKey: string
    readonly counter: number
    readonly name: string
    readonly lastUsedAt: string | null
  }
}

const passkeyId = (id: string) => `passkey ${id}`
const publicIdOf = ({ id }: Credential) => id.slice('passkey '.length)

/** Newest first. */
export const passkeysOf = async ({ credentials }: PasskeyPorts, userId: string): Promise<Passkey[]> =>
  ((await credentials.ofUser(userId, 'passkey', PASSKEYS_MAX)) as Stored[]).map((stored) => ({
    id: publicIdOf(stored),
    name: stored.body.name,
    createdAt: stored.createdAt,
    lastUsedAt: stored.body.lastUsedAt,
  }))

/** What the browser needs to make one. Rejects with `passkeys_unavailable`, `too_many_passkeys`, and as `requireOwner` does. */
export async function beginPasskey(
  ports: PasskeyPorts,
  account: Account,
  proof: Proof,
  caller: Caller,
): Promise<Readonly<Record<string, unknown>>> {
  const ceremonies = required(ports)
  await requireOwner(ports, account, proof, caller)
  const { id: userId, username } = account
  const existing = await passkeysOf(ports, userId)
  if (existing.length >= PASSKEYS_MAX) throw tooMany()
  const challenge = await newChallenge(ports, userId)
  return ceremonies.registration({ challenge, userId, username, existing: existing.map(({ id }) => id) })
}

/** Rejects with `passkey_refused`, `passkeys_unavailable` or `too_many_passkeys`. */
export async function addPasskey(
  ports: PasskeyPorts,
  { id: userId }: Account,
  { response, name }: { readonly response: PasskeyResponse; readonly name: string },
): Promise<Passkey> {
  const ceremonies = required(ports)
  const challenge = await usedChallenge(ports, response, userId)
  const made = await ceremonies.registered(response, challenge)
  if (!made) throw refused()
  if ((await passkeysOf(ports, userId)).length >= PASSKEYS_MAX) throw tooMany()
  const { id, publicKey, counter } = made
  const createdAt = ports.now().toISOString()
  const added = await ports.credentials.add({
    ...{ id: passkeyId(id), kind: 'passkey', userId, mark: ports.newId(), createdAt, expiresAt: null },
    body: { publicKey, counter, name, lastUsedAt: null },
  })
  if (!added) throw refused()
  return { id, name, createdAt, lastUsedAt: null }
}

/** Rejects with `passkey_not_found`. */
export async function removePasskey(ports: PasskeyPorts, { id: userId }: Account, id: string): Promise<void> {
  const found = await ports.credentials.find(passkeyId(id))
  if (found?.userId !== userId || !(await ports.credentials.remove(found.id, found.mark)))
    throw new DomainError('passkey_not_found', 'You have no passkey with this id.')
}

/** What the browser needs to sign in with one. Rejects with `passkeys_unavailable` or `too_many_attempts`. */
export const beginPasskeyLogin = (
  ports: PasskeyPorts,
  { address }: Caller,
): Promise<Readonly<Record<string, unknown>>> => {
  const ceremonies = required(ports)
  return throttledChallenge(ports, address, async () => ceremonies.login(await newChallenge(ports, null)))
}

/** Rejects with `passkey_refused` or `passkeys_unavailable`. */
export async function signInWithPasskey(
  ports: PasskeyPorts,
  response: PasskeyResponse,
  caller: Caller,
): Promise<LoggedIn> {
  const ceremonies = required(ports)
  const challenge = await usedChallenge(ports, response, null)
  const readAt = ports.now()
  const found = (await ports.credentials.find(passkeyId(response.id))) as Stored | undefined
  const account = found && (await ports.users.find(found.userId))
  if (!found || !account) throw refused()
  const stored = { ...found.body, id: response.id }
  const counter = await ceremonies.counterAfter(response, challenge, stored)
  if (counter === undefined) throw refused()
  const body = { ...found.body, counter, lastUsedAt: ports.now().toISOString() }
  // Of two answers at once one is refused, because each has the counter before as its condition.
  if (!(await ports.credentials.replace({ ...found, body, mark: ports.newId() }, found.mark))) throw refused()
  return begin(ports, { account, readAt }, caller, true)
}

async function newChallenge(ports: PasskeyPorts, userId: string | null): Promise<Buffer> {
  const challenge = ports.randomBytes(CHALLENGE_BYTES)
  const at = ports.now()
  const credential: Credential = {
    ...{
      id: challengeId(ports, challenge.toString('base64url')),
      kind: 'passkey challenge',
      userId,
      body: {},
    },
    ...{ mark: ports.newId(), createdAt: at.toISOString(), expiresAt: timeAfter(at, CHALLENGE_MS) },
  }
  await ports.credentials.add(credential, userId === null ? {} : { keep: CHALLENGES_MAX })
  return challenge
}

const challengeId = ({ secretTokens }: PasskeyPorts, challenge: string) =>
  `passkey challenge ${secretTokens.hash(challenge)}`

async function usedChallenge(
  ports: PasskeyPorts,
  response: PasskeyResponse,
  userId: string | null,
): Promise<string> {
  const challenge = required(ports).challengeOf(response)
  const found = challenge && (await ports.credentials.find(challengeId(ports, challenge)))
  if (!challenge || !found || found.userId !== userId) throw refused()
  if (!(await ports.credentials.remove(found.id, found.mark))) throw refused()
  if (isPast(found.expiresAt!, ports.now())) throw refused()
  return challenge
}

function required({ ceremonies }: PasskeyPorts): PasskeyCeremonies {
  if (ceremonies) return ceremonies
  throw new DomainError('passkeys_unavailable', 'This shop is not set up for passkeys. Ask its operator.')
}

const refused = () => new DomainError('passkey_refused', 'The passkey was refused. Try again from the start.')
const tooMany = () =>
  new DomainError('too_many_passkeys', `An account has at most ${PASSKEYS_MAX} passkeys; remove one first.`)
