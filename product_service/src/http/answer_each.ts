/**
 * Many items asked for in one call, of which none fails for its neighbours.
 *
 * They are done together, in one write. Where that fails for a reason of an item, they are done each on its own (the
 * stores still share commits), and what then fails is one item's failure. A store that cannot be used, and a failure
 * of every single one, are the failure of the call.
 */
import { type Outcome, outcomeOf, succeeded } from '@shop/service_kit/runtime/batching/outcome'

/** Nothing of the items: neither alone would they be done. */
const OF_THE_STORE: readonly unknown[] = ['store_unavailable', 'overloaded']

export async function answerEach<Item, Answer>(
  items: readonly Item[],
  work: (items: readonly Item[]) => Promise<readonly Answer[]>,
  /** Hears why an item was not answered. */
  report: (error: unknown, item: Item) => void,
): Promise<readonly Outcome<Answer>[]> {
  try {
    return (await work(items)).map(succeeded)
  } catch (error) {
    if (items.length === 1 || isOfTheStore(error)) throw error
  }
  const outcomes = await Promise.all(items.map((item) => outcomeOf(work([item]).then(([answer]) => answer!))))
  const errors = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]))
  if (errors.some(isOfTheStore)) throw errors.find(isOfTheStore)
  if (errors.length === items.length) throw errors[0]
  outcomes.forEach((outcome, i) => {
    if (!outcome.ok) report(outcome.error, items[i]!)
  })
  return outcomes
}

const isOfTheStore = (error: unknown) => OF_THE_STORE.includes((error as { code?: unknown }).code)
