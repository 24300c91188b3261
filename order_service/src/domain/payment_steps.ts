/**
 * What an order does when payment_service has answered (M2, M3, M6). Every step may be repeated: a payment is keyed by the id of
 * its order. Each fails with OutcomeUnknown while there is no answer to go on with.
 */
import { OutcomeUnknown } from './errors.ts'
import {
  type AwaitingPayment,
  type Cancelling,
  type Capturing,
  type Confirmed,
  type Shipped,
  SYSTEM,
} from './order.ts'
import type { Ports } from './ports.ts'
import { captured, confirmPayment, requestCancel } from './transitions.ts'

/** How long a buyer may pay: the shortest life of a page of Stripe. */
export const PAYABLE_MS = 30 * 60_000
/** Between two questions while the provider has not decided yet. */
const ASK_AGAIN_MS = 2_000
/** Between two questions whether the money was given back. */
export const GIVING_BACK_MS = 60_000

/** M6: when its time is over the provider decides: it was paid after all, or it cannot be paid any more. A time: to ask again then. */
export async function askForPayment(
  ports: Ports,
  order: AwaitingPayment,
): Promise<Confirmed | Cancelling | Date> {
  const until = payableUntil(order)
  const state =
    ports.now() < until
      ? await ports.payments.open(order, until.toISOString())
      : await ports.payments.cancel(order, 'time_over')
  ports.reached('payment_asked')
  const now = ports.now()
  switch (state) {
    case 'authorised':
    case 'captured':
      return confirmPayment(order, now)
    case 'giving_back':
    case 'cancelled':
    case 'failed':
      return requestCancel(order, SYSTEM, now)
    case 'open':
    case 'cancelling':
      return now < until ? until : later(now, ASK_AGAIN_MS)
  }
}

/** M2: it is shipped once its money was captured. What cannot be captured any more is confirmed again, for people to decide. */
export async function capturePayment(ports: Ports, order: Capturing): Promise<Shipped | Confirmed> {
  const state = await ports.payments.capture(order)
  ports.reached('captured')
  // An invoice stays authorised: it is paid later.
  const isDone =
    state === 'captured' || (state === 'authorised' && order.checkout?.payment?.method !== 'card')
  if (isDone) return captured(order, ports.now())
  if (state !== 'cancelled' && state !== 'failed' && state !== 'giving_back') throw notYet(state)
  ports.report(new Error(`Order ${order.id} cannot be shipped: its payment is ${state}.`), order.id)
  return confirmPayment(order, ports.now())
}

/**
 * M3: nothing is authorised any more, and what was captured is refunded. A time: nothing can be taken any more, so the order needs no
 * stock; but its money is not given back, which may take days. To ask again then.
 */
export async function endPayment(ports: Ports, order: Cancelling): Promise<Date | undefined> {
  const state = await ports.payments.cancel(order, 'requested')
  if (state === 'giving_back') return later(ports.now(), GIVING_BACK_MS)
  if (state !== 'cancelled' && state !== 'failed') throw notYet(state)
  ports.reached('payment_ended')
  return undefined
}

const notYet = (state: string) => new OutcomeUnknown(`the payment is ${state}`, { alone: true })

export function payableUntil({ history }: AwaitingPayment): Date {
  const since = history.find(({ status }) => status === 'awaiting_payment')!.at
  return later(new Date(since), PAYABLE_MS)
}

const later = (at: Date, ms: number) => new Date(at.getTime() + ms)
