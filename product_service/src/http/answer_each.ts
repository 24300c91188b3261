/**
 * Many items asked for in one call, of which none fails for its neighbours.
 *
 * They are done together, in one write. Where that fails for a reason of an item, they are done each on its own (the
 * stores still share commits), and what then fails is one item's failure. A store that cannot be used, and a failure
 * of every single one, are the failure of the call.
 */
import type { Outcome } from '@shop/service_kit/runtime/batching/shared_call'

/** Nothing of the items: neither alone would they be done. */
const OF_THE_STORE: readonly unknown[] = ['store_unavailable', 'overloaded']

export async function answerEach<Item, Answer>(
  items: readonly Item[],
  work: (items: readonly Item[]) => Promise<readonly Answer[]>,
  /** Hears why an item was not answered. */
  report: (error: unknown, item: Item) => void,
): Promise<readonly Outcome<Answer>[]> {
  try {
    return (await work(items)).map((value) => ({ ok: true, value }))
  } catch (error) {
    if (items.length === 1 || isOfTheStore(error)) throw error
  }
  const ended = await Promise.allSettled(items.map((item) => work([item])))
  const failures = ended.filter((end) => end.status === 'rejected')
  const ofTheStore = failures.find(({ reason }) => isOfTheStore(reason))
  if (ofTheStore) throw ofTheStore.reason
  if (failures.length === items.length) throw failures[0]!.reason
  return ended.map((end, i) => {
    if (end.status === 'fulfilled') return { ok: true, value: end.value[0]! }
    report(end.reason, items[i]!)
    return { ok: false, error: end.reason }
  })
}

const isOfTheStore = (error: unknown) => OF_THE_STORE.includes((error as { code?: unknown }).code)
