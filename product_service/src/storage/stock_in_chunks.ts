/**
 * Splits the reservations, releases and shipments of a call into several writes. SQLite writes run on the thread that
 * serves all requests, and a call may have thousands of lines, so a write has at most a few dozen. Writes that wait at the
 * same time still share a commit (the kit's sqlite/commits.ts).
 *
 * Each order is still in one write, and orders are decided in their order. If one write fails, the whole call may be
 * repeated: a repeated order gets the same answer.
 */
import { countTogether } from '@shop/service_kit/runtime/batching/queue'
import type { Stock } from '../domain/ports.ts'
import { LINES_MAX } from '../domain/reservation.ts'

/** Lines in one write, unless a single order has more. */
export const CHUNK_LINES_MAX = LINES_MAX
/** Orders in one write if the number of their lines is not known. */
export const CHUNK_ORDERS_MAX = 2

export function inChunks(stock: Stock): Stock {
  return {
    ...stock,
    reserve: (requests, at) =>
      runAll(
        chunks(requests, CHUNK_LINES_MAX, ({ lines }) => lines.length),
        (chunk) => stock.reserve(chunk, at),
      ),
    restock: (requests, at) =>
      runAll(
        chunks(requests, CHUNK_LINES_MAX, ({ lines }) => lines.length),
        (chunk) => stock.restock(chunk, at),
      ),
    release: (orderIds, at) =>
      runAll(chunks(orderIds, CHUNK_ORDERS_MAX), (chunk) => stock.release(chunk, at)),
    ship: (orderIds, at) => runAll(chunks(orderIds, CHUNK_ORDERS_MAX), (chunk) => stock.ship(chunk, at)),
  }
}

function chunks<Item>(
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

/** Starts all chunks at once, so they share commits. If any fails, rejects with the first failure after all have ended. */
async function runAll<Item, Answer>(
  all: readonly Item[][],
  work: (chunk: readonly Item[]) => Promise<readonly Answer[]>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  for (const result of await Promise.allSettled(all.map(work))) {
    if (result.status === 'rejected') throw result.reason
    answers.push(...result.value)
  }
  return answers
}
