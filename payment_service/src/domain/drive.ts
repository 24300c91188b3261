/**
 * Driving: reading a payment at its provider, storing what that says, and asking for what is wished, until there is only to wait.
 *
 * Every step may be repeated, by any replica, at any time. A step that is durable comes before the call that it is about: the
 * payment before its page, the refund before it is made. What the provider answers to a call is not believed, but read.
 *
 * If the process stops
 *  - after a call and before its answer was stored: the payment is due, and the next reading shows what was done.
 *  - a refund that was made is found by our id in its metadata, however old it is. So it is never made twice.
 */
import { applySnapshot } from './apply_snapshot.ts'
import { changed, sessionEnd } from './changes.ts'
import { DomainError, OutcomeUnknown, Refused } from './errors.ts'
import { type NextStep, nextStep } from './next_step.ts'
import { type Payment, type Refund, SYSTEM } from './payment.ts'
import type { PaymentProvider, Ports } from './ports.ts'
import { claimOf, type Stored, scheduleChanged, scheduleDriven } from './schedule.ts'

/** Attempts of one request, while others drive the same payment. */
const ATTEMPTS_MAX = 5
/** Readings of one drive: opening, cancelling and giving back take fewer. */
const READINGS_MAX = 8

/** Resolves the payment as it is afterwards. Fails if it must be tried again. */
export type Drive = (stored: Stored) => Promise<Stored>

/** Concurrent calls in one process for one payment, revision and fence share one drive. */
export function createDrive(ports: Ports): Drive {
  const underWay = new Map<string, Promise<Stored>>()
  return (stored) => {
    const { orderId, revision, fence } = claimOf(stored)
    const key = `${orderId} ${revision} ${fence}`
    const known = underWay.get(key)
    if (known) return known
    const answer = drive(ports, stored).finally(() => underWay.delete(key))
    underWay.set(key, answer)
    return answer
  }
}

async function drive(ports: Ports, first: Stored): Promise<Stored> {
  const provider = ports.providerOf(first.payment)
  if (!provider) throw new OutcomeUnknown('There is no provider for this payment now.')
  let stored = first
  for (let reading = 1; reading <= READINGS_MAX; reading++) {
    const seen = await provider.read(stored.payment, ports.now())
    const now = ports.now()
    const read = applySnapshot(stored.payment, seen, now)
    const step = nextStep(read, now)
    if (step === undefined) return await finish(ports, stored, read)
    stored = read === stored.payment ? stored : await save(ports, stored, scheduleChanged(stored, read, now))
    stored = await perform(ports, provider, stored, step, `${reading}`)
  }
  throw new OutcomeUnknown('The payment is not where it should be yet.')
}

async function finish(ports: Ports, stored: Stored, payment: Payment): Promise<Stored> {
  const done = scheduleDriven(stored, payment, ports.now())
  if (payment !== stored.payment) return save(ports, stored, done)
  const { dueAt } = done.schedule
  await ports.payments.reschedule([{ ...claimOf(stored), dueAt, done: true }])
  return done
}

async function perform(
  ports: Ports,
  provider: PaymentProvider,
  stored: Stored,
  step: NextStep,
  reading: string,
): Promise<Stored> {
  const { payment, schedule } = stored
  const attempt = `${schedule.revision}.${schedule.fence}.${schedule.attempts}.${reading}`
  const now = ports.now()
  switch (step.kind) {
    case 'open':
      return open(ports, provider, stored)
    case 'cancel':
      await provider.cancel(payment, attempt)
      ports.reached('provider_answered')
      return stored
    case 'capture':
      await provider.capture(payment, step.amountMinor, attempt)
      ports.reached('provider_answered')
      return stored
    case 'give_back': {
      const { amountMinor } = step
      const id = ports.newId()
      const reason = 'The order was cancelled.'
      const refund: Refund = {
        ...{ id, amountMinor, reason, state: 'requested', providerId: undefined },
        ...{ key: id, by: SYSTEM, at: now.toISOString(), parts: undefined, paidAt: undefined },
      }
      const refunds = [...payment.refunds, refund]
      const next = changed(payment, now, { refunds }, { type: 'refund_requested', amountMinor })
      return save(ports, stored, scheduleChanged(stored, next, now))
    }
    case 'refund':
      return refundOne(ports, provider, stored, step.refund)
  }
}

async function open(ports: Ports, provider: PaymentProvider, stored: Stored): Promise<Stored> {
  const { payment } = stored
  try {
    const { sessionId, checkoutUrl } = await provider.open(payment)
    ports.reached('page_opened')
    return await save(
      ports,
      stored,
      scheduleChanged(stored, { ...payment, sessionId, checkoutUrl, phase: 'open' }, ports.now()),
    )
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault
    const now = ports.now()
    if (fault.code !== 'reopen') {
      // What the provider refuses for good was not opened: nothing is to be cancelled, and nothing can be paid.
      if (payment.wish.kind !== 'cancel') throw fault
      return await save(ports, stored, scheduleChanged(stored, { ...payment, phase: 'ended' }, now))
    }
    const again = {
      ...payment,
      opening: payment.opening + 1,
      sessionExpiresAt: sessionEnd(payment.expiresAt, now),
    }
    ports.report(fault, payment.orderId)
    // The next reading opens it under the new key.
    return await save(ports, stored, scheduleChanged(stored, again, now))
  }
}

/** One that the provider refuses for good has failed; the reading before has shown that it was not made. */
async function refundOne(
  ports: Ports,
  provider: PaymentProvider,
  stored: Stored,
  refund: Refund,
): Promise<Stored> {
  try {
    await provider.refund(stored.payment, refund)
    ports.reached('provider_answered')
    return stored
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault
    ports.report(fault, stored.payment.orderId)
    const now = ports.now()
    const refunds = stored.payment.refunds.map((each) =>
      each.id === refund.id ? { ...each, state: 'failed' as const } : each,
    )
    const { amountMinor } = refund
    const failed = changed(stored.payment, now, { refunds }, { type: 'refund_failed', amountMinor })
    return save(ports, stored, scheduleChanged(stored, failed, now))
  }
}

const save = (ports: Ports, before: Stored, next: Stored) => ports.payments.save(claimOf(before), next)

/**
 * Drives a payment that this request has just changed. Where that fails, the poller tries again when it is due. An event of the
 * provider may make a poller claim it meanwhile: then this request goes on from there, in this process together with the poller.
 * Resolves the payment as it is; never fails.
 */
export async function tryDrive(ports: Ports, drive: Drive, first: Stored): Promise<Stored> {
  const { orderId } = first.payment
  let stored = first
  for (let attempt = 1; ; attempt++) {
    try {
      return await drive(stored)
    } catch (fault) {
      const isRaced = fault instanceof DomainError && fault.code === 'version_conflict'
      if (!isRaced) ports.report(fault, orderId)
      stored = (await ports.payments.find(orderId).catch(() => undefined)) ?? stored
      if (!isRaced || attempt === ATTEMPTS_MAX) return stored
    }
  }
}
