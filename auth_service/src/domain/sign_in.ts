/**
 * Logging in, with what an account demands beside its password.
 *
 * Promises
 *  1. If an account has a second factor, its password alone begins no session: the answer is a challenge, which is good for
 *     CHALLENGE_MS, for one sign-in, and until the password changes.
 *  2. When a client signs in that was not seen before (another browser, or another network), the owner gets a mail. It is stored before the
 *     session begins, so a process that dies leaves no sign-in without its mail.
 */
import {
  type AccountPorts,
  type Caller,
  type Credentials,
  type LoggedIn,
  logInBy,
  type Proven,
  provenAccount,
} from './accounts.ts'
import { timeAfter } from './clocks.ts'
import { DomainError } from './errors.ts'
import { type LinkPorts, newLink, usableLink } from './links.ts'
import { type MailPorts, newMail } from './mails.ts'
import type { Account } from './ports.ts'
import { type FactorPorts, hasFactor, useCode } from './second_factors.ts'
import { type Refreshed, refreshSession, refused } from './sessions.ts'
import { KNOWN_ADDRESS_MS, seenKey } from './throttling.ts'

export const CHALLENGE_MS = 5 * 60_000
const CHALLENGES_MAX = 20

export type SignInPorts = AccountPorts &
  MailPorts &
  LinkPorts &
  FactorPorts & {
    /** ADMIN_SECOND_FACTOR=required. */
    readonly adminsNeedFactor: boolean
  }

/** Rejects with `invalid_credentials`, `second_factor_required`, `too_many_attempts` or `overloaded`. */
export async function signIn(
  ports: SignInPorts,
  credentials: Credentials,
  caller: Caller,
): Promise<LoggedIn> {
  const proven = await provenAccount(ports, credentials, caller)
  if (await hasFactor(ports, proven.account.id)) throw await challenge(ports, proven.account)
  return begin(ports, proven, caller, false)
}

async function challenge(ports: SignInPorts, { id, passwordVersion }: Account) {
  const expiresAt = timeAfter(ports.now(), CHALLENGE_MS)
  const { token, credential } = newLink(ports, 'login challenge', id, { passwordVersion }, expiresAt)
  await ports.credentials.add(credential, { keep: CHALLENGES_MAX })
  return new DomainError(
    'second_factor_required',
    'Send the challenge with a code of your authenticator app.',
    {
      challenge: token,
      expiresAt,
    },
  )
}

/** Rejects with `invalid_challenge`, `invalid_code` or `too_many_attempts`. */
export async function signInWithCode(
  ports: SignInPorts,
  { challenge: token, code }: { readonly challenge: string; readonly code: string },
  caller: Caller,
): Promise<LoggedIn> {
  const readAt = ports.now()
  const { id, mark, userId, body } = await usableLink(ports, 'login challenge', token).catch((error) => {
    throw (error as { code?: string }).code === 'invalid_link' ? invalidChallenge() : error
  })
  const account = await ports.users.find(userId)
  if (!account || account.passwordVersion !== body.passwordVersion) throw invalidChallenge()
  await useCode(ports, userId, code, caller)
  if (!(await ports.credentials.remove(id, mark))) throw invalidChallenge()
  return begin(ports, { account, readAt }, caller, true)
}

/** Begins a session. `secondFactor`: more than the password was proved. */
export async function begin(
  ports: SignInPorts,
  proven: Proven,
  caller: Caller,
  secondFactor: boolean,
): Promise<LoggedIn> {
  await noticeClient(ports, proven.account, caller)
  return withRights(ports, await logInBy(ports, proven, caller, secondFactor))
}

/** Rejects with `invalid_refresh_token`. */
export async function refresh(ports: SignInPorts, refreshToken: string): Promise<Refreshed> {
  const refreshed = await refreshSession(ports, refreshToken)
  const { session, account } = refreshed
  if (!session.secondFactor && (await hasFactor(ports, account.id))) {
    await ports.sessions.end(session.id)
    throw refused('The account has a second factor, which this session did not prove')
  }
  return withRights(ports, refreshed)
}

/** The role of an admin needs a second factor, if the shop is configured so (promise 6 of second_factors.ts). */
function withRights<Of extends LoggedIn>({ adminsNeedFactor }: SignInPorts, given: Of): Of {
  const { account, session } = given
  if (account.role !== 'admin' || !adminsNeedFactor || session.secondFactor) return given
  return { ...given, account: { ...account, role: 'customer' }, needsSecondFactor: true }
}

async function noticeClient(ports: SignInPorts, account: Account, caller: Caller): Promise<void> {
  const { throttle, now } = ports
  const at = now()
  const key = seenKey(account.id, caller.address, caller.client)
  const isSeen = await throttle.remembers(key, at)
  if (!isSeen && ports.sendsMail && account.verifiedEmail !== null) {
    const { client = '', language } = caller
    await ports.mails.add(
      newMail(ports, {
        ...{ kind: 'new_sign_in', userId: account.id, details: { client, at: at.toISOString() } },
        ...(language === undefined ? {} : { language }),
      }),
    )
    ports.onMail()
  }
  await throttle.remember(key, timeAfter(at, KNOWN_ADDRESS_MS))
}

const invalidChallenge = () =>
  new DomainError('invalid_challenge', 'The challenge was used, or has expired. Log in again.')
