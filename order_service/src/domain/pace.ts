/** For how long a step of settling is awaited, and by whom the next one is made. */
import type { Queue, StoredOrder } from './schedule.ts'

/** When a step is followed by one of the other queue, or payment_service is asked. By default it is made and awaited. */
export type Pace = {
  /** The settler of that queue makes it: its own never waits for another service. */
  readonly ownQueueOnly?: true
  /** People are answered with what is stored meanwhile, after this; the step goes on. */
  readonly payment?: (step: Promise<StoredOrder>, late: () => StoredOrder) => Promise<StoredOrder>
}

/** The outcome of a step of `queue`, or of a slow one what is stored meanwhile. */
export const atPace = ({ payment }: Pace, queue: Queue, step: Promise<StoredOrder>, stored: StoredOrder) =>
  queue === 'payments' && payment ? payment(step, () => stored) : step
