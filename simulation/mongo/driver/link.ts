/**
 * The network between one process and the members.
 *
 * Invariants
 *  1. A command travels for at least one step, and so does its answer: others may come between.
 *  2. The command of a process that was killed still arrives; its answer does not.
 *  3. What is not answered because the member stopped, or cannot be reached any more, fails with a MongoNetworkError, as the
 *     driver's: then it may have been applied.
 */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { MongoNetworkError } from 'mongodb'
import type { MemberServer } from '../commands/member_server.ts'
import { copyOf, type Fields } from '../documents/values.ts'
import { NotModelled } from '../errors.ts'
import { type ModelPort, step } from '../port.ts'
import { ReignEnded } from '../replication/reign.ts'
import type { Member, ReplicaSet } from '../replication/replica_set.ts'
import type { Message } from './internals.ts'
import { createUnderWay } from './under_way.ts'

/** What a process has besides the driver. */
export type Process = {
  readonly name: string
  readonly runtime: Pick<Runtime, 'after' | 'defer' | 'monotonic' | 'random' | 'sleep'>
}

export type Link = {
  readonly process: Process
  readonly set: ReplicaSet
  /** Sends the command, and resolves the answer; rejects after `timeoutMs` without one. */
  send(address: string, message: Message, timeoutMs: number): Promise<Fields>
  member(address: string): Member | undefined
  canReach(member: Member): boolean
  /** Everything under way to this member fails, as with a connection that broke. */
  cut(address: string, error?: Error): void
}

export function createLink(set: ReplicaSet, server: MemberServer, port: ModelPort, process: Process): Link {
  const underWay = createUnderWay(process.runtime)
  const surface = port.unknown ?? ((error: Error) => void Promise.reject(error))
  const member = (address: string) => set.members.find((each) => each.address === address)
  const canReach = (of: Member) => of.isUp() && !of.isCutFromClients()

  const apply = async (address: string, name: string, body: Fields): Promise<Fields> => {
    const collection = name === 'getMore' ? body.collection : body[name]
    const fault = port.fault?.({
      client: process.name,
      member: address,
      name,
      database: String(body.$db),
      collection: typeof collection === 'string' ? collection : undefined,
      inTransaction: body.autocommit === false,
      body,
    })
    await step(port, fault?.requestMs)
    const target = member(address)
    if (!target?.isUp()) throw broken(address)
    // Nothing comes back, until the process notices.
    if (target.isCutFromClients()) return new Promise(() => {})
    if (fault?.before) return troubled(address, fault.before)
    const answer = await server(target, name, body).catch((error) => {
      throw error instanceof ReignEnded ? broken(address) : error
    })
    await step(process.runtime, fault?.answerMs)
    if (!target.isUp()) throw broken(address)
    if (target.isCutFromClients()) return new Promise(() => {})
    return fault?.after ? troubled(address, fault.after) : answer
  }

  return {
    process,
    set,
    member,
    canReach,
    send(address, { command, ignoreUndefined }, timeoutMs) {
      const name = Object.keys(command)[0]!
      const body = asSent(command, ignoreUndefined)
      return underWay.settle(address, timeoutMs, () =>
        apply(address, name, body).catch((error) => {
          if (error instanceof NotModelled) surface(error)
          throw error
        }),
      )
    },
    cut: (address, error = interrupted(address)) => underWay.fail(address, error),
  }
}

/** As the driver's monitor leaves it. */
function interrupted(address: string): MongoNetworkError {
  const error = new MongoNetworkError(`Connection to ${address} interrupted due to server monitor timeout`)
  error.addErrorLabel('RetryableWriteError')
  return error
}

const broken = (address: string) => new MongoNetworkError(`connection 1 to ${address} closed`)

function troubled(address: string, trouble: 'cut' | Fields): Fields {
  if (trouble === 'cut') throw broken(address)
  return trouble
}

/** As it would arrive: the driver has the documents of a large command in a sequence of their own. */
function asSent(command: Fields, ignoreUndefined: boolean): Fields {
  const body: Fields = {}
  for (const name in command) {
    const value = command[name]
    if (value === undefined) continue
    if (isSequence(value)) body[name] = copyOf(value.documents, ignoreUndefined)
    else if (name === 'readConcern' || name === 'writeConcern')
      body[name] = copyOf({ ...(value as object) }, ignoreUndefined)
    else if (name === 'sort') body[name] = value instanceof Map ? Object.fromEntries(value) : value
    else if (name === 'indexes') body[name] = (value as Fields[]).map((each) => withoutMaps(each))
    else body[name] = copyOf(value, ignoreUndefined)
  }
  return body
}

const isSequence = (value: unknown): value is { documents: Fields[] } =>
  (value as object | null)?.constructor?.name === 'DocumentSequence'

const withoutMaps = (index: Fields): Fields =>
  copyOf({ ...index, key: index.key instanceof Map ? Object.fromEntries(index.key) : index.key })
