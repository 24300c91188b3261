/** A deadline for operations of the driver, which has none of its own. */
import type { Cancel, Runtime } from '../runtime/runtime.ts'
import { OutcomeUnknown, unavailable } from './errors.ts'

/** The time is over. What was under way may still be applied. */
export class Expired extends OutcomeUnknown {}

/** The outcome of `work`, or `store_unavailable` at `deadline`. */
export async function within<T>(
  { after, monotonic }: Pick<Runtime, 'after' | 'monotonic'>,
  deadline: number,
  work: Promise<T>,
): Promise<T> {
  let cancel: Cancel | undefined
  const expiry = new Promise<never>((_, reject) => {
    cancel = after(Math.max(0, deadline - monotonic()), () => reject(unavailable(new Expired())))
  })
  try {
    return await Promise.race([work, expiry])
  } finally {
    cancel?.()
  }
}
