/** Finds what another release has written without a mark (domain/unpublished.ts): reads products in steps, the newest first. */

/** Products that one step reads. */
export const SWEEP_STEP = 500
/** Steps of a short pass: of the newest products. */
export const SHORT_PASS = 10
/** One pass of so many reads all products, the first one too. */
export const FULL_PASS_EVERY = 144

export type Swept<Position> = {
  readonly position: Position
  readonly number: number
  readonly published: number | null | undefined
  readonly isMarked: boolean
}

export type SweepOptions<Position> = {
  /** Comes after the positions of all products. */
  readonly last: Position
  read(before: Position, limit: number): Promise<readonly Swept<Position>[]>
  mark(positions: readonly Position[]): Promise<void>
}

/** One that was never published is not marked: nothing is known of it, or it is from before there were events. */
export function createSweep<Position>({ last, read, mark }: SweepOptions<Position>): () => Promise<boolean> {
  let passes = 0
  let steps = 0
  let before = last
  return async () => {
    const found = await read(before, SWEEP_STEP)
    const unmarked = found.filter(
      ({ number, published, isMarked }) => !isMarked && published != null && number > published,
    )
    if (unmarked.length > 0) await mark(unmarked.map(({ position }) => position))
    steps += 1
    const full = passes % FULL_PASS_EVERY === 0
    if (found.length === SWEEP_STEP && (full || steps < SHORT_PASS)) {
      before = found.at(-1)!.position
      return true
    }
    passes += 1
    steps = 0
    before = last
    return false
  }
}
