/** A reporter for node's test runner: the results for each of the ten promises (promises.ts). */
import type { TestEvent } from 'node:test/reporters'
import { promisesReport, type Result } from './promises.ts'

export default async function* reportPromises(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const results: Result[] = []
  /** The tests that have begun and not ended, outermost first. The runner reports one process after the other. */
  let open: string[] = []
  for await (const { type, data } of events) {
    if (type === 'test:start') {
      open = [...open.slice(0, data.nesting), data.name]
    } else if (type === 'test:pass' || type === 'test:fail') {
      const path = open.slice(0, data.nesting + 1)
      const isSkipped = data.skip !== undefined && data.skip !== false
      // The tests of a suite are counted instead of the suite. A skipped suite has run no tests, so it counts itself.
      if (data.details.type === 'suite' && !isSkipped) continue
      const why = typeof data.skip === 'string' && data.skip !== '' ? { why: data.skip } : {}
      const outcome = isSkipped ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed'
      results.push({ path, outcome, ...why })
    }
  }
  yield promisesReport(results)
}
