/**
 * Every answer about a session stays true: the promises at the top of sessions.ts, as a client sees them.
 *
 *  a. A token has one successor, however often it is exchanged.
 *  b. A token that was used is accepted again for REPLAY_WINDOW_MS at most, and not once its successor was used.
 *  c. A refused token has no session any more: what was stolen ends for both.
 *  d. No session ends without a reason.
 *  e. After an answered logout, or a new password, the session is over.
 */
import { createHash } from 'node:crypto'
import { REPLAY_WINDOW_MS } from '../../../auth_service/src/domain/sessions.ts'
import { Violation } from '../../core/history.ts'
import type { DomainHistory } from '../mix.ts'
import { WRONG_MS } from '../trouble.ts'
import type { AccountOracle } from './account_oracle.ts'
import { REFRESH_TOKEN_TTL_MS } from './auth_replica.ts'
import type { SessionModel } from './session_model.ts'

/** One login. */
type Family = {
  readonly username: string
  readonly bornAt: number
  /** To end. */
  reasons: number
  endedAt?: number
}

export type SessionAnswers = {
  /** A login was answered with this token. */
  started(username: string, token: string, began: number): void
  exchanged(presented: string, next: string, replayed: boolean, began: number): void
  /** As invalid. */
  refused(presented: string): void
  /** Before a token is presented, or a session is ended. */
  presents(token: string): void
  ends(token: string): void
  ended(token: string): void
  /** All sessions of the user get a reason to end. The result takes it back from that of `own`: it was to be kept, and was. */
  endsAll(username: string, own?: string): () => void
  /** They are over, except that of `own`, if they were answered before `began`. */
  endedAll(username: string, own: string | undefined, began: number): void
  check(): void
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url')
const familyOf = (token: string) => token.split('.')[0]!
const ON_THE_WAY_MS = 15_000

export function createSessionAnswers(
  { world, faults, sometimes }: DomainHistory,
  { sessions, rotations }: SessionModel,
  { passwordVersionAt }: Pick<AccountOracle, 'passwordVersionAt'>,
): SessionAnswers {
  const families = new Map<string, Family>()
  const successors = new Map<string, string>()
  /** When a token was first exchanged, by its hash. */
  const usedAt = new Map<string, number>()
  const successorHashes = new Map<string, string>()
  /** Sessions of these users have had a reason to end. */
  const lastEnd = new Map<string, number>()
  let checked = 0
  const clocksAreRight = () => faults.counts().clock_jump === undefined
  /** How often a token was presented and not answered: it may still arrive, however old it is by then. */
  const onTheWay = new Map<string, number>()
  const comesTwice = faults.probability('request_twice') > 0

  /** When the token that followed it was exchanged. */
  const successorUsedAt = (token: string) => usedAt.get(successorHashes.get(hashOf(token)) ?? '')

  /** It was used so long ago that it ends its session. */
  const isOld = (token: string) => {
    const used = usedAt.get(hashOf(token))
    if (used === undefined) return false
    return successorUsedAt(token) !== undefined || world.time() > used + REPLAY_WINDOW_MS - 2 * WRONG_MS
  }

  const answered = (token: string) => {
    if (!comesTwice) onTheWay.set(token, onTheWay.get(token)! - 1)
  }

  return {
    started(username, token, began) {
      // What was said of its user since the call began may be true of it.
      families.set(familyOf(token), {
        username,
        bornAt: world.time(),
        reasons: (lastEnd.get(username) ?? -1) >= began ? 1 : 0,
      })
    },
    exchanged(presented, next, replayed, began) {
      answered(presented)
      const family = families.get(familyOf(presented))
      const known = successors.get(presented)
      if (known !== undefined && known !== next) throw new Violation('a. A refresh token has two successors')
      if (replayed) sometimes('a refresh token was replayed in its window, and got the same successor')
      successors.set(presented, next)
      const used = usedAt.get(hashOf(presented))
      if (used !== undefined && clocksAreRight() && began > used + REPLAY_WINDOW_MS + 2 * WRONG_MS)
        throw new Violation('10. A used refresh token was accepted after its window')
      if (family && clocksAreRight() && began > family.bornAt + REFRESH_TOKEN_TTL_MS + 2 * WRONG_MS)
        throw new Violation(`10. A session of ${family.username} was refreshed after it had expired`)
      const older = successorUsedAt(presented)
      if (older !== undefined && older < began)
        throw new Violation('10. A refresh token was accepted after its successor was used')
      const session = sessions.get(familyOf(presented))
      if (session && session.passwordVersion < passwordVersionAt(session.userId, began))
        throw new Violation('10. A session was refreshed after the password had changed')
      if (family?.endedAt !== undefined && family.endedAt < began)
        throw new Violation(`10. A session of ${family.username} was refreshed after it had ended`)
    },
    refused(presented) {
      if (sessions.has(familyOf(presented)))
        throw new Violation('10. A refresh token was refused, and its session lives on')
      const family = families.get(familyOf(presented))
      if (family) {
        const waiting = [...onTheWay].filter(
          ([token, times]) => times > 0 && familyOf(token) === familyOf(presented),
        )
        if (waiting.some(([token]) => isOld(token))) family.reasons += 1
      }
      answered(presented)
      const hasExpired = family && world.time() > family.bornAt + REFRESH_TOKEN_TTL_MS - ON_THE_WAY_MS
      if (family && family.reasons === 0 && !hasExpired && clocksAreRight())
        throw new Violation(`3. A session of ${family.username} ended without a reason`)
      const used = usedAt.get(hashOf(presented))
      if (used !== undefined && family?.endedAt === undefined)
        sometimes('a family of refresh tokens was revoked')
    },
    presents(token) {
      onTheWay.set(token, (onTheWay.get(token) ?? 0) + 1)
    },
    ends(token) {
      const family = families.get(familyOf(token))
      if (family) family.reasons += 1
    },
    ended(token) {
      const family = families.get(familyOf(token))
      if (family) family.endedAt ??= world.time()
    },
    endsAll(username, own) {
      lastEnd.set(username, Number.POSITIVE_INFINITY)
      for (const family of families.values()) if (family.username === username) family.reasons += 1
      const kept = own === undefined ? undefined : families.get(familyOf(own))
      // It is not kept for a token that was used so long ago that another party has its successor.
      return () => {
        if (kept && !isOld(own!)) kept.reasons -= 1
      }
    },
    endedAll(username, own, began) {
      for (const [id, family] of families) {
        if (family.username !== username || family.bornAt >= began) continue
        if (own === undefined || familyOf(own) !== id) family.endedAt ??= world.time()
      }
    },
    check() {
      for (; checked < rotations.length; checked++) {
        const { from, to } = rotations[checked]!
        if (usedAt.has(from)) throw new Violation('a. A refresh token was exchanged twice')
        usedAt.set(from, world.time())
        successorHashes.set(from, to)
      }
    },
  }
}
