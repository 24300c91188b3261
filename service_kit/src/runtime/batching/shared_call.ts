/** A call that several items share (isolating_batcher.ts), and how each of them ends. */

export type Outcome<Answer> =
  | { readonly ok: true; readonly value: Answer }
  | { readonly ok: false; readonly error: unknown }

/** A call failed, and an item of it may be the reason. Any other failure of a call is nobody's fault. */
export class CallFailed extends Error {
  /** Whether the other side answered at all. */
  readonly answered: boolean

  constructor(cause: unknown, { answered }: { answered: boolean }) {
    super((cause as Error).message, { cause })
    this.name = 'CallFailed'
    this.answered = answered
  }
}

export type Call = {
  /** Its only item failed alone before: how this call ends says nothing about the other side. */
  readonly suspect: boolean
  /** Nobody needs its answer any more, or it has hung for long enough. */
  readonly signal: AbortSignal
}
