/**
 * The second factor of an account: the codes of an authenticator app, and recovery codes for its loss.
 *
 * Promises
 *  1. A factor counts from the moment when its owner has proved it by a code. Then all sessions end, except the one that proved it.
 *  2. The code of a time step is accepted once, also by two replicas at once: the step is part of the write.
 *  3. A recovery code works once, and only its hash is stored. The secret of a factor is shown once, when it is made.
 *  4. Guesses are counted before they are checked, for the account from all networks together: who gets here has the password already.
 *  5. A session that did not prove the factor of its account is not refreshed.
 *  6. If admins need a second factor, the tokens of one who has proved none are those of a customer.
 */
import type { AccountPorts, Caller } from './accounts.ts'
import { isPast, timeAfter } from './clocks.ts'
import type { Credential, CredentialStore } from './contact_ports.ts'
import type { OneTimeCodes, SecretTokens } from './crypto_ports.ts'
import { DomainError } from './errors.ts'
import { type Proof, requireOwner } from './ownership.ts'
import type { Account } from './ports.ts'
import { throttledFactor } from './throttled.ts'

export const RECOVERY_CODES = 10
/** Between the secret and the first code. */
export const ENROLMENT_MS = 60 * 60_000
/** More sessions or passkeys than an account has. */
export const OF_USER_MAX = 100
/** Times that another change of the same factor may come first. */
const ATTEMPTS_MAX = 5

export type FactorPorts = AccountPorts & {
  readonly credentials: CredentialStore
  readonly oneTimeCodes: OneTimeCodes
  readonly secretTokens: SecretTokens
  /** Shown by authenticator apps. */
  readonly issuer: string
}

type Factor = Credential & {
  readonly body: {
    readonly secret: string
    readonly confirmedAt: string | null
    /** The last time step whose code was accepted. */
    readonly lastStep: number
    /** Hashes. */
    readonly recoveryCodes: readonly string[]
  }
}
export type FactorState = { readonly confirmedAt: string | null; readonly recoveryCodesLeft: number }

export const factorId = (userId: string) => `second factor ${userId}`

async function factorOf({ credentials, now }: Pick<FactorPorts, 'credentials' | 'now'>, userId: string) {
  const found = (await credentials.find(factorId(userId))) as Factor | undefined
  return found?.expiresAt && isPast(found.expiresAt, now()) ? undefined : found
}

export const hasFactor = async (ports: Pick<FactorPorts, 'credentials' | 'now'>, userId: string) =>
  ((await factorOf(ports, userId))?.body.confirmedAt ?? null) !== null

export async function factorState(ports: FactorPorts, userId: string): Promise<FactorState> {
  const body = (await factorOf(ports, userId))?.body
  const confirmedAt = body?.confirmedAt ?? null
  return { confirmedAt, recoveryCodesLeft: confirmedAt === null ? 0 : body!.recoveryCodes.length }
}

/** Makes a secret, which counts only after `confirmFactor`. Rejects with `second_factor_exists`, and as `requireOwner` does. */
export async function beginFactor(
  ports: FactorPorts,
  account: Account,
  proof: Proof,
  caller: Caller,
): Promise<{ secret: string; uri: string }> {
  await requireOwner(ports, account, proof, caller)
  const { id: userId, username } = account
  const secret = ports.oneTimeCodes.newSecret()
  const at = ports.now()
  const pending: Factor = {
    ...{ id: factorId(userId), kind: 'second factor', userId, mark: ports.newId() },
    body: { secret, confirmedAt: null, lastStep: 0, recoveryCodes: [] },
    createdAt: at.toISOString(),
    expiresAt: timeAfter(at, ENROLMENT_MS),
  }
  await repeated(async () => {
    const before = (await ports.credentials.find(pending.id)) as Factor | undefined
    if (before?.body.confirmedAt) throw factorExists()
    return before ? ports.credentials.replace(pending, before.mark) : ports.credentials.add(pending)
  })
  return { secret, uri: ports.oneTimeCodes.uri(secret, { username, issuer: ports.issuer }) }
}

/**
 * By the first code of the app. Resolves the recovery codes. `sessionId` names the session of the caller, which stays. Rejects with
 * `invalid_code`, `no_second_factor`, `second_factor_exists` or `too_many_attempts`.
 */
export async function confirmFactor(
  ports: FactorPorts,
  account: Account,
  { code, sessionId }: { readonly code: string; readonly sessionId: string | undefined },
  caller: Caller,
): Promise<string[]> {
  const { id: userId } = account
  const codes = newRecoveryCodes(ports)
  await throttledFactor(ports, userId, caller.address, () =>
    repeated(async () => {
      const factor = await factorOf(ports, userId)
      if (!factor) throw noFactor()
      if (factor.body.confirmedAt !== null) throw factorExists()
      const lastStep = ports.oneTimeCodes.stepOf(factor.body.secret, digitsOf(code), ports.now())
      if (lastStep === undefined) throw invalidCode()
      const body = {
        ...factor.body,
        confirmedAt: ports.now().toISOString(),
        lastStep,
        recoveryCodes: codes.hashes,
      }
      return ports.credentials.replace({ ...factor, body, expiresAt: null, mark: ports.newId() }, factor.mark)
    }),
  )
  await keepOnly(ports, userId, sessionId)
  return codes.shown
}

/** The session proves the factor; all others end. After a crash before, it has to sign in again, as they have. */
export async function keepOnly(
  { sessions, refreshTokens, now }: FactorPorts,
  userId: string,
  publicId?: string,
) {
  for (const { id } of await sessions.ofUser(userId, now(), OF_USER_MAX)) {
    if (refreshTokens.publicId(id) === publicId) await sessions.proveSecondFactor(id)
    else await sessions.end(id)
  }
}

/** Uses up a code of the app, or a recovery code. Rejects with `invalid_code` or `too_many_attempts`. */
export const useCode = (ports: FactorPorts, userId: string, code: string, caller: Caller): Promise<void> =>
  throttledFactor(ports, userId, caller.address, () =>
    repeated(async () => {
      const factor = await factorOf(ports, userId)
      const body = factor && afterCode(ports, factor.body, code)
      if (!factor || !body) throw invalidCode()
      return ports.credentials.replace({ ...factor, body, mark: ports.newId() }, factor.mark)
    }),
  )

/** Undefined if the code is not valid, or was used. */
function afterCode(ports: FactorPorts, body: Factor['body'], code: string): Factor['body'] | undefined {
  if (body.confirmedAt === null) return undefined
  const step = ports.oneTimeCodes.stepOf(body.secret, digitsOf(code), ports.now())
  if (step !== undefined) return step > body.lastStep ? { ...body, lastStep: step } : undefined
  const hash = ports.secretTokens.hash(recoveryForm(code))
  if (!body.recoveryCodes.includes(hash)) return undefined
  return { ...body, recoveryCodes: body.recoveryCodes.filter((each) => each !== hash) }
}

/** New ones instead of those before. Rejects with `no_second_factor`, and as `requireOwner` does. */
export async function renewRecoveryCodes(
  ports: FactorPorts,
  account: Account,
  proof: Proof,
  caller: Caller,
): Promise<string[]> {
  await requireOwner(ports, account, proof, caller)
  const codes = newRecoveryCodes(ports)
  await repeated(async () => {
    const factor = await factorOf(ports, account.id)
    if (!factor || factor.body.confirmedAt === null) throw noFactor()
    const body = { ...factor.body, recoveryCodes: codes.hashes }
    return ports.credentials.replace({ ...factor, body, mark: ports.newId() }, factor.mark)
  })
  return codes.shown
}

function newRecoveryCodes({ oneTimeCodes, secretTokens }: FactorPorts) {
  const shown = Array.from({ length: RECOVERY_CODES }, oneTimeCodes.newRecoveryCode)
  return { shown, hashes: shown.map((code) => secretTokens.hash(recoveryForm(code))) }
}

const digitsOf = (code: string) => code.replace(/\s/g, '')
const recoveryForm = (code: string) => code.toLowerCase().replace(/[^a-z0-9]/g, '')

async function repeated(work: () => Promise<boolean>): Promise<true> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) if (await work()) return true
  throw invalidCode()
}

const invalidCode = () => new DomainError('invalid_code', 'The code is not valid, or was used already.')
export const noFactor = () => new DomainError('no_second_factor', 'The account has no second factor.')
const factorExists = () => new DomainError('second_factor_exists', 'The account has a second factor already.')
