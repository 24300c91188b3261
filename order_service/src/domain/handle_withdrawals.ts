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

const closed = (
  { id, body, state, dueAt }: Case<'withdrawal'>,
  { by, at, note }: { readonly by: string; readonly at: string; readonly note: string | undefined },
) => ({
  body: withEntry(body, 'closed', { at, by, note }),
  // Its receipt is sent all the same.
  dueAt: body.mail === 'owed' ? dueAt : undefined,
  ...{ state: 'done', audited: { by, record: withdrawalClosed(id, state) } },
})

export const CLOSE_RESULTS = ['closed', 'done', 'changed', 'not_found'] as const
export type CloseResult = (typeof CLOSE_RESULTS)[number]

/** Closes one as an admin has seen it: what has changed since then stays as it is. */
export async function closeSeen(
  { cases, now }: Pick<WithdrawalPorts, 'cases' | 'now'>,
  { userId: by }: { readonly userId: string },
  { id, version }: Pick<Case, 'id' | 'version'>,
  note: string | undefined,
): Promise<{ readonly id: string; readonly result: CloseResult }> {
  const at = now().toISOString()
  let result: CloseResult = 'not_found'
  await changeCase(cases, 'withdrawal', id, at, (before) => {
    result = resultOf(before, version)
    return result === 'closed' ? closed(before!, { by, at, note }) : undefined
  })
  return { id, result }
}

function resultOf(before: Case<'withdrawal'> | undefined, version: number): CloseResult {
  if (before === undefined) return 'not_found'
  if (before.state === 'done') return 'done'
  return before.version === version ? 'closed' : 'changed'
}

/** An admin has dealt with it. Fails with `withdrawal_not_found`. */
export async function closeWithdrawal(
  { cases, now }: Pick<WithdrawalPorts, 'cases' | 'now'>,
  { userId: by }: { readonly userId: string },
  id: string,
  note: string | undefined,
): Promise<Case<'withdrawal'>> {
  const at = now().toISOString()
  const stored = await changeCase(cases, 'withdrawal', id, at, (before) =>
    before === undefined || before.state === 'done' ? undefined : closed(before, { by, at, note }),
  )
  if (stored === undefined)
    throw new DomainError('withdrawal_not_found', 'There is no withdrawal with this id.')
  return stored
}
