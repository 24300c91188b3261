/** What goes wrong, as chances from 0 to 1 for each request or event. By default nothing does. */

export type Knobs = {
  /** An answer takes up to this long, half of it before the request is applied. */
  readonly latency_ms: number
  /** 500 before anything is done. */
  readonly errors: number
  /** 500 after it was done; an idempotency key repeats that answer, as the real one does. */
  readonly errors_after: number
  /** It was done, and the connection breaks without an answer. */
  readonly lost_answers: number
  /** 429 before anything is done. */
  readonly too_many: number
  readonly webhooks_lost: number
  readonly webhooks_doubled: number
  /** Sent up to 30 seconds late, so after those of later events. */
  readonly webhooks_reordered: number
  /** Refunds that are pending for a while. */
  readonly refunds_pending: number
  /** Refunds that are pending, and then fail. */
  readonly refunds_failing: number
}

export const NO_FAULTS: Knobs = {
  latency_ms: 0,
  errors: 0,
  errors_after: 0,
  lost_answers: 0,
  too_many: 0,
  webhooks_lost: 0,
  webhooks_doubled: 0,
  webhooks_reordered: 0,
  refunds_pending: 0,
  refunds_failing: 0,
}

/** The knobs after a change. Throws for a name that is none, or a value that is no number. */
export function turned(knobs: Knobs, change: object): Knobs {
  for (const [name, value] of Object.entries(change)) {
    if (!(name in NO_FAULTS)) throw new RangeError(`There is no knob ${name}.`)
    if (!Number.isFinite(value) || value < 0) throw new RangeError(`${name} must be a number from 0 on.`)
  }
  return { ...knobs, ...change }
}
