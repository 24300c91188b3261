/**
 * Many items in one call, none of which fails because of another.
 *
 * All are processed in one write. If that fails because of an item, each is processed alone (the stores still share
 * commits), and then only some items fail. The whole call fails if the store cannot be used, or if every item fails.
 */
import { type Outcome, outcomeOf, succeeded } from '@shop/service_kit/runtime/batching/outcome'

/** These do not depend on the items: each would fail alone too. */
const OF_THE_STORE: readonly unknown[] = ['store_unavailable', 'overloaded']

export async function answerEach<Item, Answer>(
  items: readonly Item[],
  work: (items: readonly Item[]) => Promise<readonly Answer[]>,
  /** Called with each item that failed. */
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
