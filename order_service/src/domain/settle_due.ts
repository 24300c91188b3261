/**
 * The settler's round: take the orders that are due, settle them, and space out those that could not be.
 *
 * Invariant 5: the longest an order waits after the last fault ended is SETTLE_AFTER_MS (its maker died), or
 * LEASE_MS (a settler died holding it), or twice BACKOFF.maxMs (it failed before), plus the length of a round and the
 * time between two.
 * One whose request got no answer is due from then on (settle_order.ts). Times are those of the wall clock, since
 * replicas share them; what was written before a clock was set back is pulled in.
 * Claiming is one conditional write, so two replicas never work on the same order while a lease lasts; one that
 * outlives its lease finds its fence outdated and its write refused.
 */
import { OutcomeUnknown } from './errors.ts'
import type { CircuitState, Ports, Timers } from './ports.ts'
import { claimOf, isUnsettled, type UnsettledOrder } from './schedule.ts'
import type { Settle } from './settle_order.ts'

/** Longer than one settling can take: the product client's deadline and two waits for the store. */
export const LEASE_MS = 15_000
/** Also what one call to the product service takes at most, so a round is one call. */
export const CLAIMS_MAX = 128
const CLAIMS: Readonly<Record<CircuitState, number>> = { closed: CLAIMS_MAX, half_open: 1, open: 0 }
/** Claimed and not settled yet, of one replica: orders that are never answered leave room for the others. */
export const IN_FLIGHT_MAX = 4 * CLAIMS_MAX
/** Longer than settling takes where nothing hangs. */
export const NEXT_CLAIM_AFTER_MS = 100
/** With `firstMs` alone an order is tried again soon after a lost answer; with `maxMs` a bad one costs little. */
export const BACKOFF = { firstMs: 250, maxMs: 5_000 }
/** Beyond all leases and pauses, and what clocks of replicas may differ. */
const DUE_AHEAD_MAX_MS = 2 * LEASE_MS

type Left = { readonly stored: UnsettledOrder; readonly fault?: unknown }

export type Round = { readonly settled: number; readonly failed: number }

export type SettleDuePorts = Pick<Ports, 'orders' | 'reservations' | 'now' | 'report'> &
  Timers & {
    /** How long to wait after so many attempts (BACKOFF). */
    readonly pauseMs: (attempts: number) => number
  }

/**
 * Settles what was due when it began, and ends when all of that is settled or put off, or nothing of what it claimed
 * last could be. It claims on as soon as half of what it claimed is done, and after NEXT_CLAIM_AFTER_MS anyway: those that take
 * their time hold up nobody. While the product service is known to be down nothing is claimed but one order at each
 * trial, so an outage costs nothing and is noticed to be over.
 */
export async function settleDue(
  ports: SettleDuePorts,
  settle: Settle,
  shouldContinue: () => boolean = () => true,
): Promise<Round> {
  const begun = ports.now().toISOString()
  const round = { settled: 0, failed: 0 }
  const left: Left[] = []
  let inFlight = 0
  let ended = Promise.withResolvers<void>()

  const settleOne = async (stored: UnsettledOrder) => {
    inFlight++
    const [outcome] = await Promise.allSettled([settle(stored)])
    inFlight--
    if (outcome.status === 'rejected') left.push({ stored, fault: outcome.reason })
    else if (isUnsettled(outcome.value)) left.push({ stored })
    else round.settled++
    ended.resolve()
  }

  const waitForInFlight = async (many: number, patienceMs?: number) => {
    let over = false
    const giveUp = () => {
      over = true
      ended.resolve()
    }
    const cancel = patienceMs === undefined ? undefined : ports.after(patienceMs, giveUp)
    while (inFlight > many && !over) {
      await ended.promise
      ended = Promise.withResolvers()
      // Those answered by one call end in one turn of the event loop, and are counted together.
      await nextTurn(ports)
    }
    cancel?.()
    const put = left.splice(0)
    round.failed += put.length
    for (const { stored, fault } of put) if (fault !== undefined) ports.report(fault, stored.order.id)
    await postpone(ports, put)
  }

  try {
    for (let fruitless = 0; shouldContinue() && fruitless < IN_FLIGHT_MAX; ) {
      const circuit = ports.reservations.circuit()
      const limit = CLAIMS[circuit]
      if (limit === 0) break
      const claimed = await ports.orders.claimDue(begun, isoAfter(ports.now(), LEASE_MS), limit)
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

async function postpone({ orders, now, pauseMs }: SettleDuePorts, left: readonly Left[]): Promise<void> {
  if (left.length === 0) return
  const at = now()
  await orders.reschedule(
    left.map(({ stored, fault }) => ({
      ...claimOf(stored),
      // Not before the round is over. What failed in company is not made to wait for its neighbours' sake.
      dueAt: isoAfter(
        at,
        Math.max(1, pauseMs(fault instanceof OutcomeUnknown && !fault.alone ? 1 : stored.schedule.attempts)),
      ),
    })),
  )
}

/**
 * Orders put off further than any ever is: whoever did that had a clock that was ahead. They are due now; else they
 * would wait for as long as it was ahead. A lease lost by this is refused by the fence, like any other.
 */
export async function correctClockSkew({
  orders,
  now,
  defer,
}: Pick<SettleDuePorts, 'orders' | 'now' | 'defer'>): Promise<void> {
  const at = now()
  for (let after: string | undefined; ; ) {
    const page = await orders.listUnsettled({ limit: CLAIMS_MAX, after })
    const late = page.filter(({ schedule }) => schedule.dueAt > isoAfter(at, DUE_AHEAD_MAX_MS))
    if (late.length > 0) {
      const dueAt = at.toISOString()
      await orders.reschedule(late.map((stored) => ({ ...claimOf(stored), dueAt })))
    }
    if (page.length < CLAIMS_MAX) return
    // A store in this process answers without a pause, and there may be many thousands.
    await nextTurn({ defer })
    after = page.at(-1)?.order.id
  }
}

/** Everything else that is ready has its turn. */
const nextTurn = ({ defer }: Pick<Timers, 'defer'>) => new Promise<void>((turn) => defer(turn))

const isoAfter = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString()
