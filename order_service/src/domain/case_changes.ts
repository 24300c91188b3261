/** Changes of cases: read, decide, save; again while others change the case at the same time. */

import type { Bodies, Case, CaseKind, Cases } from './cases.ts'
import { DomainError } from './errors.ts'
import type { Audited } from './ports.ts'

export const SAVE_ATTEMPTS_MAX = 8

export type CaseChange<Kind extends CaseKind> = {
  readonly body: Bodies[Kind]
  readonly state: string
  readonly dueAt: string | undefined
  readonly audited?: Audited | undefined
}

/** Resolves the case as it is stored afterwards; as it was read if `decide` returns undefined. */
export async function changeCase<Kind extends CaseKind>(
  cases: Pick<Cases, 'addOnce' | 'find' | 'save'>,
  kind: Kind,
  id: string,
  at: string,
  decide: (
    stored: Case<Kind> | undefined,
  ) => CaseChange<Kind> | undefined | Promise<CaseChange<Kind> | undefined>,
): Promise<Case<Kind> | undefined> {
  for (let attempt = 1; ; attempt++) {
    const stored = await cases.find(kind, id)
    const decided = await decide(stored)
    if (decided === undefined) return stored
    const { audited, ...change } = decided
    try {
      if (stored !== undefined) {
        return await cases.save({ ...stored, ...change, attempts: 0, updatedAt: at }, audited)
      }
      const added = {
        kind,
        id,
        ...change,
        subject: id,
        key: undefined,
        version: 1,
        attempts: 0,
        fence: 0,
        erasedAt: undefined,
      }
      const outcome = await cases.addOnce<Kind>({ ...added, createdAt: at, updatedAt: at }, audited)
      if (outcome.added) return outcome.stored
    } catch (error) {
      const raced = error instanceof DomainError && error.code === 'version_conflict'
      if (!raced || attempt === SAVE_ATTEMPTS_MAX) throw error
    }
    if (attempt === SAVE_ATTEMPTS_MAX)
      throw new DomainError('version_conflict', 'Others change it at the same time; try again.')
  }
}
