/**
 * The term of one primary: what it has in memory, and which of its writes are on a majority.
 *
 * Invariants
 *  1. A write is acknowledged as of a majority only when a majority of the members has it, and the same history before it.
 *  2. Writes of earlier terms count as on a majority only with the first write of this term, because a member that copies gets
 *     that, too. Until then majority reads may be older than what was acknowledged.
 *  3. When the term ends, everything that waited in it fails.
 */
import type { Cancel, Runtime } from '@shop/service_kit/runtime/runtime'
import type { Fields } from '../documents/values.ts'
import type { Branch, Write } from './branch.ts'
import { createTransactions, type Transactions } from './transactions.ts'

export type Cursor = { readonly namespace: string; readonly rest: Fields[] }

/** Why it ended: the member does not run any more, or is no longer primary. */
export type Ending = 'died' | 'stepped down'

export class ReignEnded extends Error {
  readonly ending: Ending
  constructor(ending: Ending) {
    super(`The primary ${ending}.`)
    this.ending = ending
  }
}

export type Reign = {
  readonly term: number
  readonly member: string
  readonly branch: Branch
  readonly transactions: Transactions
  readonly cursors: Map<number, Cursor>
  newCursorId(): number
  ended(): boolean
  /** Throws ReignEnded if it ended. */
  requireRunning(): void
  /** The number up to which this primary knows that a majority has all writes. */
  majority(): number
  append(writes: readonly Write[]): number
  /** A member copied everything up to this number. */
  acknowledge(member: string, number: number): void
  /** Resolves whether a majority had it in time. Rejects with ReignEnded. */
  majorityHas(number: number, timeoutMs: number | undefined): Promise<boolean>
  /** As `work`, or rejects with ReignEnded. */
  during<T>(work: Promise<T>): Promise<T>
  end(ending: Ending): void
}

type Options = {
  readonly term: number
  readonly member: string
  readonly members: number
  readonly branch: Branch
  /** What the member knew as on a majority before. */
  readonly known: number
  readonly transactionLifetimeMs: number
  readonly runtime: Pick<Runtime, 'after'>
  /** Called after each write. */
  onAppend(): void
}

type Waiter = { readonly number: number; readonly settle: () => void }

export function createReign({
  term,
  member,
  members,
  branch,
  known,
  runtime,
  transactionLifetimeMs,
  onAppend,
}: Options): Reign {
  const copied = new Map<string, number>()
  let waiters: Waiter[] = []
  let majority = known
  let cursors = 0
  let ending: Ending | undefined
  const end = Promise.withResolvers<never>()
  end.promise.catch(() => {})

  const advance = () => {
    const have = [...copied.values(), branch.last()].sort((a, b) => b - a)
    const reached = have[Math.floor(members / 2)] ?? 0
    if (reached <= majority) return
    majority = reached
    const ready = waiters.filter(({ number }) => number <= majority)
    waiters = waiters.filter(({ number }) => number > majority)
    for (const { settle } of ready) settle()
  }

  const during = <T>(work: Promise<T>): Promise<T> => Promise.race([work, end.promise])
  const requireRunning = () => {
    if (ending) throw new ReignEnded(ending)
  }

  const reign: Reign = {
    term,
    member,
    branch,
    transactions: createTransactions(branch, runtime, transactionLifetimeMs),
    cursors: new Map(),
    newCursorId: () => ++cursors,
    ended: () => ending !== undefined,
    requireRunning,
    majority: () => majority,
    append(writes) {
      const number = branch.append(writes)
      advance()
      onAppend()
      return number
    },
    acknowledge(from, number) {
      copied.set(from, number)
      advance()
    },
    majorityHas(number, timeoutMs) {
      if (number <= majority) return Promise.resolve(true)
      return during(
        new Promise((resolve) => {
          let cancel: Cancel = () => {}
          const waiter = {
            number,
            settle() {
              cancel()
              resolve(true)
            },
          }
          waiters.push(waiter)
          if (timeoutMs === undefined) return
          cancel = runtime.after(timeoutMs, () => {
            waiters = waiters.filter((each) => each !== waiter)
            resolve(false)
          })
        }),
      )
    },
    during,
    end(how) {
      if (ending) return
      ending = how
      reign.transactions.end()
      end.reject(new ReignEnded(how))
    },
  }
  return reign
}
