/**
 * One round of the settler: claims the orders that are due, settles them, and postpones those it could not settle.
 *
 * Invariant 5: after the last fault has ended an order waits at most SETTLE_AFTER_MS (the process of its request stopped),
 * LEASE_MS (the settler that claimed it stopped) or twice BACKOFF.maxMs (it failed before), plus one round and the
 * pause between two rounds.
 * A claim is one conditional write, so two replicas never work on one order during a lease. A settler that outlives its
 * lease has an old fence, and its write is refused.
 * Times are wall clock times, because replicas share them. An order that a fast clock scheduled waits for at most
 * DUE_AHEAD_MAX_MS and the time until a settler corrects it (correctClockSkew, settler.ts).
 */

import type { CircuitState } from './circuit_state.ts'
import { OutcomeUnknown } from './errors.ts'
import { PAYABLE_MS } from './payment_steps.ts'
import type { Ports, Timers } from './ports.ts'
import { claimOf, isUnsettled, type Queue, type UnsettledOrder } from './schedule.ts'
import type { Settle } from './settle_order.ts'

/** Longer than settling one order can take: the deadline of the product client and two of the store. */
export const LEASE_MS = 15_000
/** Also the most orders in one call to the product service, so a claim is one call. */
export const CLAIMS_MAX = 128
const CLAIMS: Readonly<Record<CircuitState, number>> = { closed: CLAIMS_MAX, half_open: 1, open: 0 }
/** Orders claimed and not settled yet, per replica: orders that are never answered leave room for others. */
export const IN_FLIGHT_MAX = 4 * CLAIMS_MAX
/** The longest wait before claiming more. Settling takes less, unless a call hangs. */
export const NEXT_CLAIM_AFTER_MS = 100
/** Short at first, for a lost answer; long later, so an order that always fails costs little. */
export const BACKOFF = { firstMs: 250, maxMs: 5_000 }
/** Longer than any lease or pause, plus the difference between clocks of replicas; and than a buyer may take to pay. */
export const DUE_AHEAD_MAX_MS: Readonly<Record<Queue, number>> = {
  stock: 2 * LEASE_MS,
  payments: PAYABLE_MS + 2 * LEASE_MS,
}

type Postponed = { readonly stored: UnsettledOrder; readonly fault?: unknown }

export type Round = { readonly settled: number; readonly failed: number }

export type SettleDuePorts = Pick<Ports, 'orders' | 'reservations' | 'payments' | 'now' | 'report'> &
  Timers & {
    /** By default `stock`. */
    readonly queue?: Queue
    /** The pause after so many attempts (BACKOFF). */
    readonly pauseMs: (attempts: number) => number
  }

/**
 * Settles or postpones the orders that were due when it began. Stops early when IN_FLIGHT_MAX orders in a row could not be
 * settled.
 * - It claims more as soon as half of the last claim is done, or after NEXT_CLAIM_AFTER_MS: slow orders delay no others.
 * - While the circuit is open it claims nothing; while it is half open, one order, which is the trial call.
 */
export async function settleDue(
  ports: SettleDuePorts,
  settle: Settle,
  shouldContinue: () => boolean = () => true,
): Promise<Round> {
  const { queue = 'stock' } = ports
  const asked = queue === 'stock' ? ports.reservations : ports.payments
  const begun = ports.now().toISOString()
  const round = { settled: 0, failed: 0 }
  const unsettled: Postponed[] = []
  let inFlight = 0
  let oneDone = Promise.withResolvers<void>()

  const settleOne = async (stored: UnsettledOrder) => {
    inFlight++
    const [outcome] = await Promise.allSettled([settle(stored)])
    inFlight--
    if (outcome.status === 'rejected') unsettled.push({ stored, fault: outcome.reason })
    else if (isUnsettled(outcome.value) && !hasMoved(outcome.value, stored)) unsettled.push({ stored })
    else round.settled++
    oneDone.resolve()
  }

  const waitForInFlight = async (most: number, timeoutMs?: number) => {
    let timedOut = false
    const giveUp = () => {
      timedOut = true
      oneDone.resolve()
    }
    const cancel = timeoutMs === undefined ? undefined : ports.after(timeoutMs, giveUp)
    while (inFlight > most && !timedOut) {
      await oneDone.promise
      oneDone = Promise.withResolvers()
      // Orders answered by one call are done in one turn of the event loop: count them together.
      await nextTurn(ports)
    }
    cancel?.()
    const failed = unsettled.splice(0)
    round.failed += failed.length
    for (const { stored, fault } of failed) if (fault !== undefined) ports.report(fault, stored.order.id)
    await postpone(ports, failed)
  }

  try {
    for (let fruitless = 0; shouldContinue() && fruitless < IN_FLIGHT_MAX; ) {
      const circuit = asked.circuit()
      const limit = CLAIMS[circuit]
      if (limit === 0) break
      const claimed = await ports.orders.claimDue(begun, isoAfter(ports.now(), LEASE_MS), limit, queue)
      if (claimed.length === 0) break
      const before = { inFlight, settled: round.settled }
      for (const stored of claimed) void settleOne(stored)
      if (circuit === 'half_open') await waitForInFlight(0)
      else {
        await waitForInFlight(before.inFlight + Math.floor(claimed.length / 2), NEXT_CLAIM_AFTER_MS)
        await waitForInFlight(IN_FLIGHT_MAX - CLAIMS_MAX)
      }
      fruitless =
        round.settled > before.settled
          ? 0
          : circuit === 'half_open'
            ? IN_FLIGHT_MAX
            : fruitless + claimed.length
    }
  } finally {
    await waitForInFlight(0)
  }
  return round
}

/** It made a step, and has its own time for the next one; or it waits, for its buyer or its money, until the time that was stored. */
const hasMoved = (now: UnsettledOrder, claimed: UnsettledOrder): boolean =>
  now.order.version !== claimed.order.version || now.schedule.dueAt !== claimed.schedule.dueAt

async function postpone({ orders, now, pauseMs }: SettleDuePorts, left: readonly Postponed[]): Promise<void> {
  if (left.length === 0) return
  const at = now()
  await orders.reschedule(
    left.map(({ stored, fault }) => ({
      ...claimOf(stored),
      // At least 1 ms, so that it is not due in this round. An order that failed in a shared call gets the first pause.
      dueAt: isoAfter(
        at,
        Math.max(1, pauseMs(fault instanceof OutcomeUnknown && !fault.alone ? 1 : stored.schedule.attempts)),
      ),
    })),
  )
}

/**
 * Makes orders due now that are scheduled further ahead than any lease or pause (DUE_AHEAD_MAX_MS): the clock that scheduled
 * them was fast, and they would wait as long as it was ahead. If this breaks a lease, the fence protects the order.
 */
export async function correctClockSkew({
  orders,
  now,
  defer,
  queue = 'stock',
}: Pick<SettleDuePorts, 'orders' | 'now' | 'defer' | 'queue'>): Promise<void> {
  for (let after: string | undefined; ; ) {
    const page = await orders.listUnsettled({ limit: CLAIMS_MAX, after, queue })
    // After the page was read: by an older time, leases and pauses given meanwhile would be too far ahead.
    const at = now()
    const tooFar = page.filter(({ schedule }) => schedule.dueAt > isoAfter(at, DUE_AHEAD_MAX_MS[queue]))
    if (tooFar.length > 0) {
      const dueAt = at.toISOString()
      await orders.reschedule(tooFar.map((stored) => ({ ...claimOf(stored), dueAt })))
    }
    if (page.length < CLAIMS_MAX) return
    // SQLite answers without waiting, and there may be thousands of pages.
    await nextTurn({ defer })
    after = page.at(-1)?.order.id
  }
}

/** Lets other work that is ready run first. */
const nextTurn = ({ defer }: Pick<Timers, 'defer'>) => new Promise<void>((turn) => defer(turn))

const isoAfter = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString()
