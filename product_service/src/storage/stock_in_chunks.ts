/**
 * Reservations, releases and shipments of a call in several writes instead of one. A store in this process does each
 * write on the thread that serves everybody, and a call may name thousands of lines; so a write is no more than a few
 * dozen of them. Those that wait together share a commit all the same, for as long as a group may take (the kit's
 * sqlite/commits.ts).
 *
 * Each order is still whole or not at all, they are decided in their order, and asking again gives the same answer: who
 * gets a failure for one of the writes may ask for all again.
 */
import { countTogether } from '@shop/service_kit/runtime/batching/queue'
import type { Stock } from '../domain/ports.ts'
import { LINES_MAX } from '../domain/reservation.ts'

/** Of one write, unless one order has more. */
export const CHUNK_LINES_MAX = LINES_MAX
/** Of one write where nobody knows how many lines they have. */
export const CHUNK_ORDERS_MAX = 2

export function inChunks(stock: Stock): Stock {
  return {
    ...stock,
    reserve: (requests, at) =>
      each(
        steps(requests, CHUNK_LINES_MAX, ({ lines }) => lines.length),
        (step) => stock.reserve(step, at),
      ),
    release: (orderIds, at) => each(steps(orderIds, CHUNK_ORDERS_MAX), (step) => stock.release(step, at)),
    ship: (orderIds, at) => each(steps(orderIds, CHUNK_ORDERS_MAX), (step) => stock.ship(step, at)),
  }
}

function steps<Item>(
  items: readonly Item[],
  weightMax: number,
  weight: (item: Item) => number = () => 1,
): Item[][] {
  const weighed = items.map((item) => ({ weight: weight(item) }))
  const all: Item[][] = []
  for (let from = 0; from < items.length; from += all.at(-1)!.length) {
    const count = countTogether(weighed, { itemsMax: items.length, weightMax }, from)
    all.push(items.slice(from, from + count))
  }
  return all
}

/** All begin at once, so they share commits. Fails when all have ended, as the first that failed. */
async function each<Item, Answer>(
  all: readonly Item[][],
  work: (step: readonly Item[]) => Promise<readonly Answer[]>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  for (const end of await Promise.allSettled(all.map(work))) {
    if (end.status === 'rejected') throw end.reason
    answers.push(...end.value)
  }
  return answers
}
