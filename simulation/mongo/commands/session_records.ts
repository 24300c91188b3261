/** What a session did last, stored with the writes themselves (as the server's config.transactions): lost with them, if they are. */
import type { Fields } from '../documents/values.ts'
import { ServerFault } from '../errors.ts'
import type { Write } from '../replication/branch.ts'
import type { PrimaryRequest } from './request.ts'

const NAMESPACE = 'config.transactions'

type SessionRecord = {
  readonly number: number
  /** Of a transaction. */
  readonly committed: boolean
  /** Of retryable writes, by the place of the statement. */
  readonly results: Readonly<Record<number, unknown>>
}

const numberOf = ({ body }: PrimaryRequest): number | undefined =>
  body.txnNumber === undefined ? undefined : Number(body.txnNumber)

/** The record of this transaction number; undefined if it did nothing yet. */
export function recordOf(request: PrimaryRequest): SessionRecord | undefined {
  const number = numberOf(request)
  if (number === undefined) return undefined
  const { branch } = request.reign
  const found = branch.at(branch.last()).get(NAMESPACE, request.session) as SessionRecord | undefined
  if (!found || found.number < number) return undefined
  if (found.number === number) return found
  throw new ServerFault(225, 'TransactionTooOld', `Retryable write with txnNumber ${number} is prohibited.`)
}

/** When the record was last written. */
export const recordedAt = ({ reign, session }: PrimaryRequest): number =>
  reign.branch.changedAt(NAMESPACE, session)

/** Undefined for a command that is not retryable. */
export function sessionWrite(request: PrimaryRequest, index: number, report: unknown): Write | undefined {
  const number = numberOf(request)
  if (number === undefined) return undefined
  const results = { ...recordOf(request)?.results, [index]: report }
  return recordWrite(request, { number, committed: false, results })
}

export const commitWrite = (request: PrimaryRequest): Write =>
  recordWrite(request, { number: numberOf(request)!, committed: true, results: {} })

const recordWrite = ({ session }: PrimaryRequest, record: SessionRecord): Write => ({
  namespace: NAMESPACE,
  id: session,
  document: record as unknown as Fields,
})
