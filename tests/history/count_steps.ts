/**
 * `node --no-opt --no-maglev --no-sparkplug count_steps.ts OPERATIONS PRODUCTS` prints how often the functions and blocks of the
 * checker are executed for a history of that size: unlike time, that does not depend on the machine.
 */
import { Session } from 'node:inspector/promises'
import { checkHistory } from './check_history.ts'
import { generateHistory } from './generate.ts'

const OWN = /\/tests\/(history\/(?!generate)|system\/invariants)/

const [operations, products] = process.argv.slice(2).map(Number)
const options = { seed: 1, stock: 50, overlap: 30, lost: 10 }
const lines = [...generateHistory({ ...options, operations: operations!, products: products! })]
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
const { faults } = checkHistory(lines)
if (faults.length > 0) throw new Error(JSON.stringify(faults))
const { result } = await session.post('Profiler.takePreciseCoverage')
session.disconnect()
const steps = result
  .filter(({ url }) => OWN.test(url))
  .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
  .reduce((sum, { count }) => sum + count, 0)
process.stdout.write(String(steps))
