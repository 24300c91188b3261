/**
 * Deleted accounts: their orders are marked as ownerless, and erase_orders.ts does the rest.
 *
 * Invariants
 *  1. An erasure that was recorded is kept until every order of the account is marked, so it may end anywhere and begin again.
 *  2. An order that was placed, or added to the account, while the deletion went around is marked too: for a while after it tokens of the
 *     account may still be believed, so there is a second pass after LAST_PASS_MS.
 */
import type { Erasure, Erasures } from './erasure_ports.ts'
import type { OrderStore } from './ports.ts'

export const PASSES = 2
/** Longer than any access token is valid, and any request is on its way. */
export const LAST_PASS_MS = 25 * 60 * 60_000
/** Orders of one account that are read and marked at a time. */
export const MARKED_AT_ONCE = 50

export type ErasurePorts = {
  readonly erasures: Erasures
  readonly orders: Pick<OrderStore, 'listByUser'>
  readonly now: () => Date
}

/** A RetentionSource of the kit. */
export const createErasureMarks = (ports: ErasurePorts) => ({
  kind: 'erasure' as const,
  async due(_before: string, _after: string | undefined, limit: number) {
    const items = await ports.erasures.due(ports.now().toISOString(), limit)
    return { items, next: items.length < limit ? undefined : items.at(-1)!.dueAt }
  },
  async remove(items: readonly Erasure[]) {
    for (const each of items) await markOrders(ports, each)
    return items.length
  },
})

async function markOrders({ erasures, orders, now }: ErasurePorts, erasure: Erasure): Promise<void> {
  const { userId, passes } = erasure
  let before: string | undefined
  do {
    const page = await orders.listByUser(userId, { limit: MARKED_AT_ONCE, before })
    if (page.length > 0)
      await erasures.disown(
        userId,
        page.map(({ order }) => order),
      )
    before = page.length < MARKED_AT_ONCE ? undefined : page.at(-1)!.order.id
  } while (before !== undefined)
  const again = passes + 1 < PASSES
  const dueAt = new Date(now().getTime() + LAST_PASS_MS).toISOString()
  await erasures.finish(erasure, again ? dueAt : undefined)
}
