/** The moves people may ask for, the words for them, and many of one kind in a row. */
import type { Order, OrderStatus } from '../../api/types.ts'
import { STATUS } from '../../orders/status.ts'

export type Move = 'shipped' | 'delivered' | 'cancelled'

/** As the order service allows them; everything else is the system's own to do. */
const ALLOWED: Readonly<Record<OrderStatus, readonly Move[]>> = {
  pending: ['cancelled'],
  confirmed: ['shipped', 'cancelled'],
  shipped: ['delivered'],
  delivered: [],
  rejected: [],
  cancelling: [],
  cancelled: [],
}
export const movesOf = ({ status }: Pick<Order, 'status'>): readonly Move[] => ALLOWED[status]

export const MOVE_WORDS: Readonly<Record<Move, { ask: string; done: string }>> = {
  shipped: { ask: 'Ship', done: STATUS.shipped.words },
  delivered: { ask: 'Mark as delivered', done: STATUS.delivered.words },
  cancelled: { ask: 'Cancel', done: STATUS.cancelled.words },
}

export type Failure = { readonly id: string; readonly error: unknown }
export type Progress = {
  readonly total: number
  readonly done: number
  readonly failures: readonly Failure[]
}

/**
 * Runs `work` for each id, a few at a time. One failure stops no other; aborting begins no more.
 * Resolves how it ended: `done` counts what succeeded.
 */
export async function forEach(
  ids: readonly string[],
  work: (id: string) => Promise<unknown>,
  options: { atOnce: number; signal: AbortSignal; onProgress: (progress: Progress) => void },
): Promise<Progress> {
  let progress: Progress = { total: ids.length, done: 0, failures: [] }
  const waiting = [...ids]
  const worker = async () => {
    for (let id = waiting.shift(); id !== undefined && !options.signal.aborted; id = waiting.shift()) {
      const name = id
      progress = await work(id).then(
        () => ({ ...progress, done: progress.done + 1 }),
        (error: unknown) => ({ ...progress, failures: [...progress.failures, { id: name, error }] }),
      )
      options.onProgress(progress)
    }
  }
  await Promise.all(Array.from({ length: options.atOnce }, worker))
  return progress
}
