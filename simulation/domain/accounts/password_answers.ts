/**
 * Which password an account may have, from what was asked and answered.
 *
 *  a. Only a password that was set logs in; not one that was replaced, once that was answered.
 *  b. Two changes of one password are not both answered: the second one would be lost, or the first (invariant 7).
 *  c. The password that was set last, and answered, is right.
 */
import { Violation } from '../../core/history.ts'
import type { DomainHistory } from '../mix.ts'

type Attempt = { readonly password: string; readonly began: number; answeredAt?: number }

export type PasswordAnswers = {
  /**
   * Before a password is set; by its owner, over `current`. The result is called once that was answered.
   */
  sets(username: string, password: string, current?: string): () => void
  erases(username: string): void
  loggedIn(username: string, password: string, began: number): void
  /** As wrong. */
  refused(username: string, password: string, began: number): void
}

export function createPasswordAnswers({ world }: DomainHistory): PasswordAnswers {
  const attempts = new Map<string, Attempt[]>()
  const replaced = new Map<string, string>()
  const erased = new Set<string>()
  const of = (username: string) => attempts.get(username) ?? []

  return {
    sets(username, password, current) {
      const attempt: Attempt = { password, began: world.time() }
      attempts.set(username, [...of(username), attempt])
      return () => {
        attempt.answeredAt ??= world.time()
        if (current === undefined) return
        const change = `${username} ${current}`
        if ((replaced.get(change) ?? password) !== password)
          throw new Violation(`7. ${username} replaced one password by two`)
        replaced.set(change, password)
      }
    },
    erases: (username) => void erased.add(username),
    loggedIn(username, password, began) {
      const isReplaced = ({ answeredAt }: Attempt) =>
        answeredAt !== undefined &&
        of(username).some((later) => later.began > answeredAt && (later.answeredAt ?? Infinity) < began)
      const fits = of(username).filter((attempt) => attempt.password === password)
      if (fits.length === 0)
        throw new Violation(`10. ${username} was logged in with a password that was never set`)
      if (fits.every(isReplaced))
        throw new Violation(`10. ${username} was logged in with a password that was replaced`)
    },
    refused(username, password, began) {
      if (erased.has(username)) return
      const all = of(username)
      const isSet = (attempt: Attempt) =>
        attempt.password === password &&
        (attempt.answeredAt ?? Infinity) < began &&
        all.every((other) => other === attempt || (other.answeredAt ?? Infinity) < attempt.began)
      if (all.some(isSet)) throw new Violation(`3. The password of ${username} was set, and is refused`)
    },
  }
}
