/** A call that several items share, and how it ends for each of them. */

export type Outcome<Answer> =
  | { readonly ok: true; readonly value: Answer }
  | { readonly ok: false; readonly error: unknown }

export const succeeded = <Answer>(value: Answer): Outcome<Answer> => ({ ok: true, value })
export const failed = (error: unknown): Outcome<never> => ({ ok: false, error })

/** Of one item that is worked on alone. Never rejects. */
export const outcomeOf = <Answer>(work: Promise<Answer>): Promise<Outcome<Answer>> =>
  work.then(succeeded, failed)

export type Call = {
  /** Its only item failed alone before: how this call ends says nothing about the other side. */
  readonly failedBefore: boolean
  /** Aborted when too many calls are slow. */
  readonly signal: AbortSignal
}

/** A call failed, and an item of it may be the reason. Any other failure is that of all items. */
export class CallFailed extends Error {
  /** Whether the other side answered at all. */
  readonly answered: boolean

  constructor(cause: unknown, { answered }: { answered: boolean }) {
    super((cause as Error).message, { cause })
    this.name = 'CallFailed'
    this.answered = answered
  }
}

/** Parts of at most `size` items each, in their order. */
export function inParts<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  )
}
