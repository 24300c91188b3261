/**
 * Checks every write of accounts and keys, what passwords are compared, and which tokens are issued and accepted (invariant 10).
 *
 * It restates the promises at the tops of accounts.ts, signing_keys.ts and operator.ts of the auth service.
 */
import {
  ACCESS_TOKEN_TTL_SECONDS_MAX,
  PUBLISH_AHEAD_MS,
} from '../../../auth_service/src/domain/signing_keys.ts'
import { canonicalUsername } from '../../../auth_service/src/domain/usernames.ts'
import { Violation } from '../../core/history.ts'
import { EPOCH } from '../../core/machine.ts'
import type { DomainHistory } from '../mix.ts'
import { WRONG_MS } from '../trouble.ts'
import type { AccountModel, AccountWrite, KeyWrite } from './account_model.ts'
import {
  ACCESS_TOKEN_TTL_SECONDS,
  MAINTAIN_MS,
  ROTATION_DAYS,
  type Token,
  type Watcher,
} from './auth_replica.ts'
import type { Entered } from './gate_replica.ts'
import type { ThrottleOracle } from './throttle_oracle.ts'

export type AccountOracle = Watcher & {
  check(): void
  /** A service answered this to who showed it the token. */
  entered(token: Token, asAdmin: boolean, answer: Entered): void
  /** The version of its password at that time. */
  passwordVersionAt(userId: string, time: number): number
  loggedIn(username: string, address: string, began: number): void
  /** The operator reset its password, or deleted it. */
  forgets(username: string, began: number): void
  /** The operator made a key, and withdrew the others. */
  withdrewKeys(began: number): void
  /** The operator makes a key that signs at once. */
  forcesRotation(withdraw: boolean): void
}

const ON_THE_WAY_MS = 15_000
const DAY_MS = 24 * 3_600_000
/** Clocks that differ, and a process that stood still or was started again before it made a key. */
const SLACK_MS = 120_000

export function createAccountOracle(
  { world, faults, sometimes }: DomainHistory,
  model: AccountModel,
  throttle: ThrottleOracle,
): AccountOracle {
  const changes = new Map<string, { version: number; at: number }[]>()
  const tokens: Token[] = []
  const withdrawnKeys = new Map<string, number>()
  const addedAt = new Map<string, number>()
  const passwords = new Map<string, { version: number; at: number }[]>()
  let hasAdmin = false
  let isForced = false
  let mayWithdraw = false
  let checked = 0
  let checkedKeys = 0
  const clocksAreRight = () => faults.counts().clock_jump === undefined

  const checkAccount = ({ before, after, isErased }: AccountWrite) => {
    const same = [...model.accounts.values()].filter(
      ({ username }) => username.toLowerCase() === after.username.toLowerCase(),
    )
    if (same.length > 1) throw new Violation(`10. Two accounts are named ${after.username}`)
    if (before === undefined) {
      if (after.role === 'admin' && after.username !== 'root')
        throw new Violation('10. A registration made an admin')
      return
    }
    const changed = after.role !== before.role || after.passwordVersion !== before.passwordVersion || isErased
    if (after.tokenVersion < before.tokenVersion || (changed && after.tokenVersion === before.tokenVersion))
      throw new Violation(`10. ${after.username} changed, and its tokens were not withdrawn`)
    if (changed)
      changes.set(after.id, [
        ...(changes.get(after.id) ?? []),
        { version: after.tokenVersion, at: world.time() },
      ])
    if (before.passwordVersion !== after.passwordVersion)
      passwords.set(after.id, [
        ...(passwords.get(after.id) ?? []),
        { version: after.passwordVersion, at: world.time() },
      ])
    hasAdmin ||= before.role === 'admin' || after.role === 'admin'
    if (hasAdmin && ![...model.accounts.values()].some(({ role }) => role === 'admin'))
      throw new Violation('10. There is no admin any more')
  }

  const checkKey = (write: KeyWrite) => {
    const keys = model.keys.list()
    if ('added' in write) {
      addedAt.set(write.added.kid, world.time())
      const { generation, signsFrom, createdAt } = write.added
      if (keys.filter((key) => key.generation === generation).length > 1)
        throw new Violation(`10. Two keys are of generation ${generation}`)
      if (
        generation > 1 &&
        !isForced &&
        Date.parse(signsFrom) - Date.parse(createdAt) < PUBLISH_AHEAD_MS - 60_000
      )
        throw new Violation('10. A key signs before every service can have it')
      if (generation > 1) sometimes('a key was rotated')
      return
    }
    if (write.how === 'withdrawn') {
      if (!mayWithdraw) throw new Violation('10. A key was withdrawn, and no one asked for it')
      withdrawnKeys.set(write.removed.kid, world.time())
      return
    }
    sometimes('a key was retired')
    const latest = Math.max(
      0,
      ...tokens.filter(({ kid }) => kid === write.removed.kid).map(({ issuedAt }) => issuedAt),
    )
    const expiresAt = latest + ACCESS_TOKEN_TTL_SECONDS_MAX * 1_000 - 2 * WRONG_MS
    if (clocksAreRight() && expiresAt > EPOCH + world.time())
      throw new Violation('10. A key was removed before the tokens that it signed had expired')
  }

  return {
    check() {
      throttle.check()
      for (; checked < model.writes.length; checked++) checkAccount(model.writes[checked]!)
      for (; checkedKeys < model.keyWrites.length; checkedKeys++) checkKey(model.keyWrites[checkedKeys]!)
    },
    verified(phc, address, isRight) {
      const account = [...model.accounts.values()].find(({ passwordHash }) => passwordHash === phc)
      if (account) throttle.compared(canonicalUsername(account.username), address, isRight)
    },
    registers: throttle.registers,
    issued(token) {
      tokens.push(token)
      const key = model.keys.list().find(({ kid }) => kid === token.kid)
      if (key === undefined || !clocksAreRight()) return
      const ageMs = token.issuedAt - Date.parse(key.signsFrom)
      if (ageMs < -2 * WRONG_MS) throw new Violation('10. A key signs before it is due')
      if (ageMs > ROTATION_DAYS * DAY_MS + MAINTAIN_MS + SLACK_MS)
        throw new Violation(`10. A key signs ${ageMs} ms after it was due, and has no successor`)
    },
    loggedIn: (username, address, began) => throttle.loggedIn(username, address, began),
    forgets: (username, began) => throttle.forgets(username, began),
    withdrewKeys(began) {
      const left = model.keys.list().find(({ kid }) => addedAt.get(kid)! < began)
      if (left) throw new Violation('10. The keys were withdrawn, and an older one is left')
    },
    entered({ userId, version, role, kid, issuedAt }, asAdmin, { is, listFrom }) {
      if (is === 'unknown key' && !withdrawnKeys.has(kid) && model.keys.list().some((key) => key.kid === kid))
        return sometimes('a service did not have a key yet')
      if (is === 'withdrawn') return sometimes('a withdrawn token was refused')
      if (is !== 'admitted') return
      if (asAdmin && role !== 'admin') throw new Violation('10. A customer was admitted as an admin')
      const ageMs = EPOCH + world.time() - issuedAt
      // Only a clock that is wrong by more than is allowed admits it, and the lists have it no longer.
      if (ageMs > ACCESS_TOKEN_TTL_SECONDS * 1_000 + ON_THE_WAY_MS + 2 * WRONG_MS) {
        if (clocksAreRight()) throw new Violation(`10. A token was admitted ${ageMs} ms after it was issued`)
        return
      }
      const change = changes.get(userId)?.find((each) => each.version > version && each.at < listFrom)
      if (change) throw new Violation(`10. A token of version ${version} was admitted after it was withdrawn`)
      if (changes.get(userId)?.some((each) => each.version > version))
        sometimes('a withdrawn token was admitted until the next list')
      const withdrawnAt = withdrawnKeys.get(kid)
      if (withdrawnAt !== undefined && withdrawnAt < listFrom)
        throw new Violation('10. A token of a withdrawn key was admitted')
    },
    passwordVersionAt: (userId, time) =>
      passwords.get(userId)?.findLast((change) => change.at <= time)?.version ?? 1,
    forcesRotation(withdraw) {
      isForced = true
      mayWithdraw ||= withdraw
    },
  }
}
