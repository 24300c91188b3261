/** A deadline for operations of the driver, which has none of its own. */
import { inTime, type Runtime } from '../runtime/runtime.ts'
import { OutcomeUnknown, unavailable } from './errors.ts'

/** The time is over. What was under way may still be applied. */
export class Expired extends OutcomeUnknown {}

/** The outcome of `work`, or `store_unavailable` at `deadline`. */
export const within = <T>(
  runtime: Pick<Runtime, 'after' | 'monotonic'>,
  deadline: number,
  work: Promise<T>,
): Promise<T> =>
  inTime(runtime, Math.max(0, deadline - runtime.monotonic()), work, () => {
    throw unavailable(new Expired())
  })
