/**
 * Group commit: writes that wait together share one transaction and one COMMIT.
 *
 * Invariants
 *  1. Every accepted write is answered once, whatever call into the engine fails. If it resolves, the write is durable. If it
 *     rejects with the error of `work`, nothing of it was stored. If it rejects with `store_unavailable`, nothing was stored
 *     either, unless the COMMIT itself failed: then it may have been.
 *  2. A write that throws does not affect other writes.
 *  3. No error stops the loop: a group that fails is refused, and the next one begins. A transaction that a failed ROLLBACK
 *     left open is ended first.
 *  4. A group has a time limit, whatever its writes do: after GROUP_MS none of them is started, and the rest joins the next
 *     group, after other work of the event loop.
 *
 * runtime/batching/batcher.ts explains which writes are the next group, and when it begins. The writes of a group run in order
 * in one transaction. If one throws, all are undone and run again, each with a savepoint. Because refusals are rare, that is
 * cheaper than always a savepoint for each. So `work` may run twice, and must have no effect outside the database.
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

/** Writes that share a commit. */
export const GROUP_MAX = 256
/** How long writes of a group may be started. A group blocks the event loop. */
export const GROUP_MS = 3
/** Writes that may wait; one more is refused with `overloaded`. */
export const WRITE_QUEUE_MAX = 20_000
/** How long a write waits for the lock of another process before it fails with `store_unavailable`. */
export const WRITE_WAIT_MS = 5_000
/** Random part of the pause between attempts to get the lock: SQLite does not notify when it is free. */
const LOCK_RETRY_MS = 5
/** Pause between attempts to roll back a transaction that was left open and holds the lock, while there are no writes. */
const LEFT_OPEN_MS = 100

export type Commits = {
  write<T>(work: () => T): Promise<T>
  /** The error of the last write that the store failed, until a write succeeds and the disk has room for more. */
  lastFailure(): unknown
  /** Refuses new writes. Resolves when all accepted ones are answered. */
  finish(): Promise<void>
}

type Waiting = WaitingFor<() => unknown, unknown>

export type CommitOptions = {
  /** Throws if the file is gone, so that a write would be lost. */
  requireFile(): void
  /** Called after a failure: a full disk may have room for a small write, but not for an order. */
  hasRoom(): boolean
  /** Called after every commit. */
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
  /** Since when another process holds the lock. */
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
    // The time that a write waited for other writes does not count.
    lockedSince ??= now
    if (lockedSince <= now - WRITE_WAIT_MS) refuse(queue.takeUntil(now - WRITE_WAIT_MS), error)
    if (queue.size() > 0) turns.requestIn(1 + runtime.random() * LOCK_RETRY_MS)
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

  /** The outcomes, not yet committed. If a write threw, all are undone, and the result is undefined. */
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

  /** Runs at least one write, and more until GROUP_MS have passed. Puts the rest of the group back into the queue. */
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

  /** Called after each group, because an open transaction holds the lock. Never throws; the next flush tries again. */
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
