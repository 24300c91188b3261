/**
 * The batcher (batcher.ts) with the limits of MongoDB: pieces of work share a call of `run`, such as a transaction, and
 * each has its own outcome.
 */
import { type Batcher, createBatcher } from '../runtime/batching/batcher.ts'
import type { Outcome } from '../runtime/batching/outcome.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { unavailable } from './errors.ts'
import { DEADLINE_MS } from './options.ts'

export const QUEUE_MAX = 20_000
/** Pieces in one group at most. */
export const GROUP_MAX = 256

export type Sharing<Piece, Answer> = {
  readonly runtime: Runtime
  /** One outcome for each piece, in their order. */
  run(pieces: readonly Piece[]): Promise<readonly Outcome<Answer>[]>
  /** Concurrent calls of `run`. */
  readonly inFlightMax: number
  /** Pieces in one group at most; GROUP_MAX unless given. */
  readonly groupMax?: number
  /** How much a piece counts towards GROUP_MAX; 1 unless given. */
  weight?(piece: Piece): number
  /** Whether one piece may be to blame for a failure of `run`: then they are tried in smaller groups. No, unless given. */
  mayBeOnePiece?(error: unknown): boolean
}

export function shareWork<Piece, Answer>({
  runtime,
  run,
  inFlightMax,
  groupMax = GROUP_MAX,
  weight = () => 1,
  mayBeOnePiece = () => false,
}: Sharing<Piece, Answer>): Batcher<Piece, Answer> {
  return createBatcher({
    runtime,
    itemsMax: groupMax,
    weightMax: GROUP_MAX,
    waitingMax: QUEUE_MAX,
    callsMax: inFlightMax,
    waitMs: DEADLINE_MS,
    expired: () => unavailable(new Error('It waited too long and was not begun.')),
    weight,
    send: run,
    mayBeOneItem: mayBeOnePiece,
  })
}
