/**
 * The settler's round: take the orders that are due, settle them, and space out those that could not be.
 *
 * Invariant 5: the longest an order waits after the last fault ended is SETTLE_AFTER_MS (its maker died), or
 * LEASE_MS (a settler died holding it), or BACKOFF_MAX_MS (it failed before), plus the time between two rounds.
 * One whose request got no answer is due from then on (settle_order.ts). Times are those of the wall clock, since
 * replicas share them; what was written before a clock was set back is pulled in.
 * Claiming is one conditional write, so two replicas never work on the same order while a lease lasts; one that
 * outlives its lease finds its fence outdated and its write refused.
 */
import type { Order } from './order.ts'
import type { Outlook, Ports } from './ports.ts'
import type { Settle } from './settle_order.ts'

/** Longer than one settling can take: the product client's deadline and two waits for the store. */
export const LEASE_MS = 15_000
/** Also what one call to the product service takes at most, so a round is one call. */
export const CLAIMS_MAX = 128
const CLAIMS: Readonly<Record<Outlook, number>> = { up: CLAIMS_MAX, trial: 1, down: 0 }
export const BACKOFF_FIRST_MS = 250
export const BACKOFF_MAX_MS = 5_000
/** Beyond all leases and pauses, and what clocks of replicas may differ. */
const AHEAD_MAX_MS = 2 * LEASE_MS

export type Round = { readonly settled: number; readonly failed: number }

export type SettleDuePorts = Pick<Ports, 'orders' | 'reservations' | 'now' | 'report'> & {
  readonly random: () => number
}

/**
 * Settles what is due now, batch after batch, until nothing is or a batch made no progress. While the product
 * service is known to be down nothing is claimed but one order at each trial, so an outage costs nothing and is
 * noticed to be over.
 */
export async function settleDue(
  ports: SettleDuePorts,
  settle: Settle,
  mayGoOn: () => boolean = () => true,
): Promise<Round> {
  let settled = 0
  let failed = 0
  while (mayGoOn()) {
    const now = ports.now()
    const limit = CLAIMS[ports.reservations.outlook()]
    if (limit === 0) break
    const claimed = await ports.orders.claimDue(now.toISOString(), later(now, LEASE_MS), limit)
    if (claimed.length === 0) break
    const left = await settleAll(ports, settle, claimed)
    await postpone(ports, left)
    settled += claimed.length - left.length
    failed += left.length
    if (left.length === claimed.length) break
  }
  return { settled, failed }
}

/** Resolves those that still owe something under our lease. */
async function settleAll(ports: SettleDuePorts, settle: Settle, claimed: readonly Order[]): Promise<Order[]> {
  const outcomes = await Promise.allSettled(claimed.map((order) => settle(order)))
  return claimed.filter((order, i) => {
    const outcome = outcomes[i]!
    if (outcome.status === 'rejected') ports.report(outcome.reason, order.id)
    return outcome.status === 'rejected' || outcome.value.dueAt !== undefined
  })
}

async function postpone({ orders, now, random }: SettleDuePorts, left: readonly Order[]): Promise<void> {
  if (left.length === 0) return
  const at = now()
  await orders.reschedule(
    left.map(({ id, version, fence, attempts }) => ({
      id,
      version,
      fence,
      dueAt: later(at, backoffMs(attempts, random())),
    })),
  )
}

/**
 * Orders put off further than any ever is: whoever did that had a clock that was ahead. They are due now; else they
 * would wait for as long as it was ahead. A lease lost by this is refused by the fence, like any other.
 */
export async function pullIn({ orders, now }: Pick<Ports, 'orders' | 'now'>): Promise<void> {
  const at = now()
  for (let after: string | undefined; ; ) {
    const page = await orders.listUnsettled({ limit: CLAIMS_MAX, after })
    const late = page.filter(({ dueAt }) => dueAt! > later(at, AHEAD_MAX_MS))
    if (late.length > 0) {
      const dueAt = at.toISOString()
      await orders.reschedule(late.map(({ id, version, fence }) => ({ id, version, fence, dueAt })))
    }
    if (page.length < CLAIMS_MAX) return
    after = page.at(-1)!.id
  }
}

/** Doubles from BACKOFF_FIRST_MS to BACKOFF_MAX_MS; `chance` (0..1) takes up to half off, to spread the load. */
export function backoffMs(attempts: number, chance: number): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempts - 1, 16))
  return Math.round(full * (1 - chance / 2))
}

const later = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString()
