/** How a shared call ends, and how it ends for each of its items. */

export type Outcome<Answer> =
  | { readonly ok: true; readonly value: Answer }
  | { readonly ok: false; readonly error: unknown }

export const succeeded = <Answer>(value: Answer): Outcome<Answer> => ({ ok: true, value })
export const failed = (error: unknown): Outcome<never> => ({ ok: false, error })

/** The outcome of work on one item. Never rejects. */
export const outcomeOf = <Answer>(work: Promise<Answer>): Promise<Outcome<Answer>> =>
  work.then(succeeded, failed)

export type Call = {
  /** Its only item failed alone before, so the outcome says nothing about the state of the other side. */
  readonly failedBefore: boolean
  /** Aborted when too many calls are slow. */
  readonly signal: AbortSignal
}

/** A call failed, and one of its items may be the cause. Any other error is that of all its items. */
export class CallFailed extends Error {
  /** Whether the other side answered. */
  readonly answered: boolean

  constructor(cause: unknown, { answered }: { answered: boolean }) {
    super((cause as Error).message, { cause })
    this.name = 'CallFailed'
    this.answered = answered
  }
}

/** Splits `items` into parts of `size`, in their order; the last one may be shorter. */
export function inParts<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  )
}
