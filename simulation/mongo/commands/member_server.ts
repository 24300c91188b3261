/**
 * How a member answers commands.
 *
 * Invariants
 *  1. A command of a primary is answered only while its term lasts. What waits for a majority when the term ends is answered as
 *     not known to be on a majority.
 *  2. An error in a transaction aborts it.
 */
import type { Fields } from '../documents/values.ts'
import { interrupted, NotModelled, noSuchTransaction, notPrimary, ServerFault } from '../errors.ts'
import { type ModelPort, step } from '../port.ts'
import { ReignEnded } from '../replication/reign.ts'
import type { Member, ReplicaSet } from '../replication/replica_set.ts'
import { helloOf } from './hello.ts'
import { aggregate, distinct, find, getMore, killCursors } from './reads.ts'
import { type PrimaryRequest, type Request, requireKnown, sessionOf } from './request.ts'
import { createIndexes, dropDatabase, dropIndexes, listCollections, listIndexes } from './schema.ts'
import { commitWrite, recordedAt, recordOf } from './session_records.ts'
import { insert, remove, update } from './writes.ts'

type Handler<R> = (request: R, pause: () => Promise<void>) => Fields | Promise<Fields>

const OF_ANY_MEMBER: Readonly<Record<string, Handler<Request>>> = {
  ping: () => ({}),
  buildInfo: () => ({ version: '8.0.0' }),
  endSessions: () => ({}),
  killCursors,
}
const READS: Readonly<Record<string, Handler<Request>>> = {
  find,
  aggregate,
  distinct,
  listIndexes,
  listCollections,
}
const WRITES: Readonly<Record<string, Handler<PrimaryRequest>>> = {
  insert,
  update,
  delete: remove,
  createIndexes,
  dropIndexes,
  dropDatabase,
}
/** Errors after which the driver may repeat a write, or a whole transaction. */
const OF_ELECTIONS = new Set([189, 10107, 11600, 11602, 13435, 13436])

/** Rejects with ReignEnded if the member stops meanwhile: then there is no answer. */
export type MemberServer = (member: Member, name: string, body: Fields) => Promise<Fields>

export function createMemberServer(set: ReplicaSet, port: ModelPort): MemberServer {
  const pause = () => step(port)

  const handle = async (member: Member, name: string, body: Fields): Promise<Fields> => {
    if (name === 'hello') return helloOf(set, member)
    const reign = member.reign()
    const base = {
      ...{ body, member, reign, session: sessionOf(body), transaction: undefined },
      database: String(body.$db),
      namespace: `${body.$db}.${name === 'getMore' ? body.collection : body[name]}`,
    }
    const ofAny = OF_ANY_MEMBER[name]
    if (ofAny) return ofAny(base, pause)
    const read = READS[name]
    if (!reign) {
      if (read && body.$readPreference) return read(base, pause)
      throw notPrimary()
    }
    const request = { ...base, reign }
    if (name === 'commitTransaction') return commit(request)
    if (name === 'abortTransaction') return abort(request)
    if (body.autocommit === false) return inTransaction(request, name)
    if (name === 'getMore') return getMore(request)
    if (read) return read(request, pause)
    const write = WRITES[name]
    if (!write) throw new NotModelled(`the command ${name}`)
    const answer = await write(request, async () => {
      await reign.during(pause())
    })
    return { ...answer, ...(await unlessMajority(request, writtenBy(request))) }
  }

  const inTransaction = async (request: PrimaryRequest, name: string): Promise<Fields> => {
    const { body, reign, session } = request
    const number = Number(body.txnNumber)
    const { transactions } = reign
    const transaction = body.startTransaction
      ? transactions.begin(session, number)
      : transactions.find(session, number)
    const handler = (READS[name] ?? WRITES[name]) as Handler<PrimaryRequest> | undefined
    if (name !== 'getMore' && (!handler || !IN_TRANSACTIONS.includes(name)))
      throw new NotModelled(`the command ${name} in a transaction`)
    try {
      const answer = await (handler ?? getMore)({ ...request, transaction }, pause)
      if (answer.writeErrors) transactions.remove(transaction)
      return answer
    } catch (error) {
      transactions.remove(transaction)
      throw error
    }
  }

  const commit = async (request: PrimaryRequest): Promise<Fields> => {
    requireKnown(request.body, ['commitTransaction'])
    const { reign, session, body } = request
    if (!recordOf(request)?.committed) {
      const transaction = reign.transactions.find(session, Number(body.txnNumber))
      reign.append([...transaction.list(), commitWrite(request)])
      reign.transactions.remove(transaction)
    }
    return unlessMajority(request, recordedAt(request))
  }

  const abort = ({ body, reign, session }: PrimaryRequest): Fields => {
    requireKnown(body, ['abortTransaction'])
    const transaction = reign.transactions.find(session, Number(body.txnNumber))
    if (!transaction) throw noSuchTransaction()
    reign.transactions.remove(transaction)
    return {}
  }

  return async (member, name, body) => {
    try {
      return { ...(await handle(member, name, body)), ok: 1 }
    } catch (error) {
      if (error instanceof ReignEnded && error.ending === 'stepped down')
        return refusal(interrupted(), name, body)
      if (error instanceof ServerFault) return refusal(error, name, body)
      throw error
    }
  }
}

const IN_TRANSACTIONS = ['find', 'aggregate', 'distinct', 'insert', 'update', 'delete']

/** Everything that is there when the command was applied: also a write that had no effect waits for what it saw. */
const writtenBy = ({ reign }: PrimaryRequest): number => reign.branch.last()

/** Waits as the write concern asks; the error of the write concern if there is one. */
async function unlessMajority({ reign, body }: PrimaryRequest, number: number): Promise<Fields> {
  const { w = 'majority', wtimeout, j: _, ...others } = (body.writeConcern ?? {}) as Fields
  for (const name in others) throw new NotModelled(`the field ${name} of a write concern`)
  if (w === 1) return {}
  if (w !== 'majority') throw new NotModelled(`the write concern ${w}`)
  const timeoutMs = Math.min(
    Number(wtimeout || Number.POSITIVE_INFINITY),
    Number(body.maxTimeMS ?? Number.POSITIVE_INFINITY),
  )
  try {
    const inTime = await reign.majorityHas(number, Number.isFinite(timeoutMs) ? timeoutMs : undefined)
    if (inTime) return {}
  } catch (error) {
    if (!(error instanceof ReignEnded) || error.ending !== 'stepped down') throw error
    const errmsg = 'Primary stepped down while waiting for replication'
    const writeConcernError = { code: 189, codeName: 'PrimarySteppedDown', errmsg }
    return { writeConcernError, ...(isRetryable(body) ? { errorLabels: ['RetryableWriteError'] } : {}) }
  }
  if (Number(wtimeout || Number.POSITIVE_INFINITY) > timeoutMs)
    return {
      writeConcernError: { code: 50, codeName: 'MaxTimeMSExpired', errmsg: 'operation exceeded time limit' },
    }
  const errmsg = 'waiting for replication timed out'
  return {
    writeConcernError: { code: 64, codeName: 'WriteConcernTimeout', errmsg, errInfo: { wtimeout: true } },
  }
}

const isRetryable = (body: Fields): boolean =>
  body.txnNumber !== undefined && (body.autocommit !== false || isEnd(body))
const isEnd = (body: Fields): boolean => 'commitTransaction' in body || 'abortTransaction' in body

function refusal({ code, codeName, message, labels, more }: ServerFault, name: string, body: Fields): Fields {
  const errorLabels = [...labels]
  if (OF_ELECTIONS.has(code)) {
    if (isRetryable(body)) errorLabels.push('RetryableWriteError')
    else if (body.autocommit === false) errorLabels.push('TransientTransactionError')
  }
  // An aborted transaction cannot be committed; that it is not there says so.
  const said = name === 'abortTransaction' ? [] : errorLabels
  return {
    ok: 0,
    code,
    codeName,
    errmsg: message,
    ...more,
    ...(said.length > 0 ? { errorLabels: said } : {}),
  }
}
