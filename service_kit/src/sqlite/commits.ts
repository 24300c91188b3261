/**
 * Group commit: writes that wait together share one transaction and one COMMIT.
 *
 * Promises
 *  1. Every write taken is answered, once, and truthfully, whatever a call into the engine does: resolved means
 *     durable; rejected with what `work` threw means that nothing of it was kept; `store_unavailable` means that it
 *     was not kept either, unless the COMMIT itself failed: then it may have been.
 *  2. A write that throws does not disturb its neighbours.
 *  3. Nothing here throws, and nothing stops it: a failed group is refused, and the next one begins. A transaction
 *     that a failed ROLLBACK left open is ended first.
 *  4. A group is as long as its time, however many wait and however much each does: after GROUP_MS nothing of it is
 *     begun any more, and the rest is the next group's, when everything else had its turn.
 *
 * Which writes are the next group, and when it begins, is that of all batching here (runtime/batching/batcher.ts). What
 * is done with a group is said below: writes run in order inside one transaction. If one throws, what they did is undone
 * and they run again with a savepoint around each; that is cheaper than a savepoint around every write, because refusals
 * are rare. So `work` may run twice and must have no effect outside the database.
 */
import type { DatabaseSync } from 'node:sqlite'
import { createTurns } from '../runtime/batching/calls.ts'
import { failed, type Outcome, succeeded } from '../runtime/batching/outcome.ts'
import { acceptInto, createQueue, settle, type Waiting as WaitingFor } from '../runtime/batching/queue.ts'
import { Problem } from '../runtime/problem.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { isBusy, isStoreFault, unavailable } from './faults.ts'
import { countCommit } from './revision.ts'
import { prepareTransaction } from './transaction.ts'

/** Writes that share a commit at most. */
export const GROUP_MAX = 256
/** How long writes of one group may be begun: all of it holds the event loop. */
export const GROUP_MS = 3
/** Writes that may wait; one more is refused with `overloaded`. */
export const WRITE_QUEUE_MAX = 20_000
/** How long a write waits for another process's lock before it fails with `store_unavailable`. */
export const WRITE_WAIT_MS = 5_000
/** At most until it tries again; nobody tells when the lock is free. */
const LOCK_TRY_MS = 5
/** How often a transaction that cannot be rolled back is tried again while nobody writes: it holds the lock. */
const LEFT_OPEN_MS = 100

export type Commits = {
  write<T>(work: () => T): Promise<T>
  /** Why the store failed a write, until one succeeded again and there is room for more than that one. */
  lastFailure(): unknown
  /** Resolves when what was taken is answered; from now on nothing is taken. */
  finish(): Promise<void>
}

type Waiting = WaitingFor<() => unknown, unknown>

export type CommitOptions = {
  /** Throws when what is written would not be kept. */
  requireFile(): void
  /** Asked after a failure: on a full disk a small write may still fit where an order does not. */
  hasRoom(): boolean
  /** Hears of every commit. */
  onCommit?(): void
  readonly runtime: Runtime
}

export function createCommits(
  writer: DatabaseSync,
  { requireFile, hasRoom, onCommit, runtime }: CommitOptions,
): Commits {
  const { begin: beginImmediate, commit, rollback, savepoint, release, undo } = prepareTransaction(writer)
  const queue = createQueue<Waiting>({ itemsMax: GROUP_MAX })
  const accept = acceptInto(queue, { runtime, waitingMax: WRITE_QUEUE_MAX })
  const turns = createTurns(runtime, flush)
  let failure: unknown
  /** Of the lock of another process, since it was first asked for in vain. */
  let lockedSince: number | undefined
  let finished: (() => void) | undefined

  function flush() {
    if (queue.size() > 0) runNext()
    endLeftOpen()
    if (turns.isRequested()) return
    if (queue.size() > 0) turns.request()
    else if (writer.isTransaction) turns.requestIn(LEFT_OPEN_MS)
    else finished?.()
  }

  function runNext() {
    try {
      begin()
    } catch (error) {
      if (isBusy(error)) return waitForLock(error)
      return refuse(queue.next(), error)
    }
    runGroup(queue.next())
  }

  function begin() {
    requireFile()
    if (writer.isTransaction) rollback()
    beginImmediate()
    lockedSince = undefined
  }

  function waitForLock(error: unknown) {
    const now = runtime.monotonic()
    // Not the time that a write waited for its neighbours.
    lockedSince ??= now
    if (lockedSince <= now - WRITE_WAIT_MS) refuse(queue.takeUntil(now - WRITE_WAIT_MS), error)
    if (queue.size() > 0) turns.requestIn(1 + runtime.random() * LOCK_TRY_MS)
  }

  function runGroup(group: Waiting[]) {
    let outcomes: readonly Outcome<unknown>[]
    try {
      outcomes = runTogether(group) ?? runApart(group)
      commit()
      countCommit()
      onCommit?.()
      requireFile()
    } catch (error) {
      return refuse(group, error)
    }
    if (failure === undefined || hasRoom())
      failure = outcomes.find((outcome) => !outcome.ok && isUnavailable(outcome.error))
    for (let i = 0; i < group.length; i++) settle(group[i]!, outcomes[i]!)
  }

  /** What each did, not yet committed; undefined, and nothing done, when one of them threw. */
  function runTogether(group: Waiting[]): Outcome<unknown>[] | undefined {
    savepoint()
    try {
      return inTime(group, (work) => succeeded(work()))
    } catch {
      undo()
      release()
      return undefined
    }
  }

  function runApart(group: Waiting[]): Outcome<unknown>[] {
    return inTime(group, (work) => {
      savepoint()
      let value: unknown
      try {
        value = work()
      } catch (error) {
        undo()
        release()
        return failed(isStoreFault(error) ? unavailable(error) : error)
      }
      release()
      return succeeded(value)
    })
  }

  /** Runs as many as there is time for, one at least, and puts the rest of the group back where it was taken from. */
  function inTime(group: Waiting[], run: (work: () => unknown) => Outcome<unknown>): Outcome<unknown>[] {
    const end = runtime.monotonic() + GROUP_MS
    const outcomes: Outcome<unknown>[] = []
    for (const { item } of group) {
      outcomes.push(run(item))
      if (runtime.monotonic() >= end) break
    }
    queue.putBack(group.splice(outcomes.length))
    return outcomes
  }

  /** After each group, since it holds the lock. Never throws: what can't be ended now is met by the next flush. */
  function endLeftOpen() {
    try {
      if (writer.isTransaction) rollback()
    } catch (error) {
      failure = error
    }
  }

  function refuse(group: readonly Waiting[], error: unknown) {
    if (group.length === 0) return
    failure = error
    const problem = unavailable(error)
    for (const { reject } of group) reject(problem)
  }

  return {
    write<T>(work: () => T): Promise<T> {
      if (finished) return Promise.reject(new Problem('store_unavailable', 'The store is closing.'))
      const answer = accept(work)
      turns.request()
      return answer as Promise<T>
    },
    lastFailure: () => failure,
    finish: () =>
      new Promise<void>((resolve) => {
        finished = resolve
        turns.request()
      }),
  }
}

const isUnavailable = (error: unknown) => error instanceof Problem && error.code === 'store_unavailable'
