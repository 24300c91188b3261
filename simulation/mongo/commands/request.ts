/** One command as a member sees it. */
import type { Fields } from '../documents/values.ts'
import { NotModelled } from '../errors.ts'
import type { View } from '../replication/branch.ts'
import type { Reign } from '../replication/reign.ts'
import type { Member } from '../replication/replica_set.ts'
import { sessionKey, type Transaction } from '../replication/transactions.ts'

export type Request = {
  readonly body: Fields
  readonly database: string
  readonly namespace: string
  /** Its session, if it names one. */
  readonly session: string
  readonly member: Member
  /** Of the member, if it is primary. */
  readonly reign: Reign | undefined
  readonly transaction: Transaction | undefined
}

/** A command of a primary. */
export type PrimaryRequest = Request & { readonly reign: Reign }

/** Fields that every command may have. */
const COMMON = [
  ...['$db', 'lsid', 'txnNumber', 'autocommit', 'startTransaction', 'readConcern', 'writeConcern'],
  ...['maxTimeMS', '$readPreference', 'comment'],
]

/** Throws for a field that the model would ignore. */
export function requireKnown(body: Fields, known: readonly string[]): void {
  for (const name in body)
    if (!known.includes(name) && !COMMON.includes(name))
      throw new NotModelled(`the field ${name} of a command`)
}

export function requireKnownIn(part: Fields, what: string, known: readonly string[]): void {
  for (const name in part) if (!known.includes(name)) throw new NotModelled(`the field ${name} of ${what}`)
}

export const sessionOf = ({ lsid }: Fields): string => (lsid === undefined ? '' : sessionKey(lsid))

/** The number up to which a command outside of a transaction reads. */
export function readNumber({ member, body }: Request): number {
  const { majority, applied } = member.state()
  const { level = 'local', atClusterTime, afterClusterTime, ...others } = (body.readConcern ?? {}) as Fields
  requireKnownIn(others, 'a read concern', [])
  if (afterClusterTime !== undefined) throw new NotModelled('afterClusterTime')
  if (level === 'local' || level === 'available') return applied
  if (level === 'majority') return majority
  if (level === 'snapshot') return atClusterTime === undefined ? majority : numberOfTime(atClusterTime)
  throw new NotModelled(`the read concern ${level}`)
}

export function viewOf(request: Request): View {
  if (request.transaction) return request.transaction.view
  return request.member.state().branch.at(readNumber(request))
}

/** A time of the cluster is the number of a write. */
const numberOfTime = (time: unknown): number => (time as { readonly high: number }).high
