/**
 * `npm run doctor`: is this shop well? Looks at configuration, ports, stores, the ledger, reservations and
 * orders; says what is wrong and how to mend it; exit code 1 while anything is wrong. Changes nothing without
 * `--fix`, and tells everything it changes.
 */
import { readArguments } from './arguments.ts'
import { examineLedger, examineReservations, examineUnsettled } from './doctor/consistency.ts'
import { type Examination, printReport, treat } from './doctor/findings.ts'
import { examineConfiguration, examinePorts } from './doctor/machine.ts'
import { examineStores } from './doctor/stores.ts'
import { examineReadability } from './doctor/unreadable.ts'
import { NOTHING_MADE, planShop } from './plan.ts'
import { paintFor } from './start/log_lines.ts'

const { values } = readArguments(
  {
    name: 'npm run doctor',
    summary:
      'Examines the shop on this machine, running or not. Exit code 0: all is well; 1: something is wrong.',
    options: {
      fix: {
        type: 'boolean',
        help: 'Repair what is safe: settle orders, release orphan reservations, close secret files.',
      },
      json: { type: 'boolean', help: 'Print the report as JSON.' },
    },
    notes: 'Give it the environment the shop runs with (DATA_DIR, DATABASE_URL, ports).',
  },
  process.argv.slice(2),
)

const plan = planShop(process.env, NOTHING_MADE)
const configuration = await examineConfiguration(plan)
const ports = await examinePorts(plan)
const stores = await examineStores(plan)
const { products, orders, ordersMadeAt } = stores.open
const examinations: Examination[] = [configuration, ports, stores]
try {
  const running = ports.running.length > 0
  const now = () => new Date()
  // Orders first: settling one may be all that its reservation needs.
  if (products && orders) examinations.push(await examineUnsettled({ products, orders, running, now }))
  if (orders) examinations.push(await examineReadability(orders, stores.open.unreadable))
  if (products) examinations.push(await examineLedger(products, running))
  if (products && orders)
    examinations.push(await examineReservations({ products, orders, ordersMadeAt, running, now }))
  const report = await treat(examinations, values.fix === true)
  process.stdout.write(
    values.json ? `${JSON.stringify(report, null, 2)}\n` : printReport(report, paintFor(process.stdout)),
  )
  process.exitCode = report.ok ? 0 : 1
} finally {
  await products?.close()
  await orders?.close()
}
