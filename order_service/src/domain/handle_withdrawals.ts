/**
 * Statements of withdrawal: recorded as they were made (W1), then looked at by the settler (drive_withdrawals.ts), and closed by an admin if
 * they match no order. A repeated request under its key makes one.
 */
import { withdrawalClosed } from './audit.ts'
import { changeCase } from './case_changes.ts'
import type { Case, Cases } from './cases.ts'
import { firstIdAt } from './ended_orders.ts'
import { DomainError } from './errors.ts'
import { normalEmail } from './guests.ts'
import type { CrashPointHook } from './ports.ts'
import { newWithdrawal, type Statement, withEntry } from './withdrawals.ts'

/** More receipts to one address within a day are withheld: else anyone could have them sent to a stranger. */
export const RECEIPTS_OF_ADDRESS_MAX = 10
/** The same for who names an order of this address. */
export const RECEIPTS_OF_BUYER_MAX = 50
/** More statements with one address within a day change nothing by themselves: numbers of orders can be guessed. */
export const STATEMENTS_OF_ADDRESS_MAX = 10
const DAY_MS = 24 * 60 * 60_000

/** The first id of the day until then. */
export const firstIdOfDay = (until: Date): string =>
  firstIdAt(new Date(until.getTime() - DAY_MS).toISOString())

export type WithdrawalPorts = {
  readonly cases: Cases
  readonly now: () => Date
  readonly newId: () => string
  /** Of a text: statements with one key and other contents are two. */
  readonly digest: (text: string) => string
  readonly reached: CrashPointHook
}

export type Declared = { readonly stored: Case<'withdrawal'>; readonly replayed: boolean }

export async function declareWithdrawal(
  { cases, now, newId, digest, reached }: WithdrawalPorts,
  statement: Statement,
  key: string | undefined,
): Promise<Declared> {
  const at = now()
  const time = at.toISOString()
  const subject = normalEmail(statement.email)
  const recent = await cases.count('withdrawal', subject, firstIdOfDay(at), RECEIPTS_OF_ADDRESS_MAX)
  const { stored, added } = await cases.addOnce<'withdrawal'>({
    ...{ kind: 'withdrawal', id: newId(), state: 'received', subject, version: 1, attempts: 0, fence: 0 },
    key: key === undefined ? undefined : digest(JSON.stringify([key, statement])),
    body: newWithdrawal(statement, time, recent < RECEIPTS_OF_ADDRESS_MAX),
    ...{ createdAt: time, updatedAt: time, dueAt: time, erasedAt: undefined },
  })
  if (added) reached('withdrawal_recorded')
  return { stored, replayed: !added }
}

/** An admin has dealt with it. Fails with `withdrawal_not_found`. */
export async function closeWithdrawal(
  { cases, now }: Pick<WithdrawalPorts, 'cases' | 'now'>,
  { userId: by }: { readonly userId: string },
  id: string,
  note: string | undefined,
): Promise<Case<'withdrawal'>> {
  const at = now().toISOString()
  const stored = await changeCase(cases, 'withdrawal', id, at, (before) => {
    if (before === undefined || before.state === 'done') return undefined
    return {
      body: withEntry(before.body, 'closed', { at, by, note }),
      // Its receipt is sent all the same.
      dueAt: before.body.mail === 'owed' ? before.dueAt : undefined,
      ...{ state: 'done', audited: { by, record: withdrawalClosed(id, before.state) } },
    }
  })
  if (stored === undefined)
    throw new DomainError('withdrawal_not_found', 'There is no withdrawal with this id.')
  return stored
}
