/** A reporter for node:test that exits at the first failure: it is enough to kill a mutant. */
import type { TestEvent } from 'node:test/reporters'

type Completed = { details: { passed: boolean }; todo?: unknown; skip?: unknown }

// biome-ignore lint/correctness/useYield: it has nothing to print
export default async function* (events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type !== 'test:complete') continue
    const { details, todo, skip } = data as Completed
    if (!details.passed && todo === undefined && skip === undefined) process.exit(1)
  }
}
