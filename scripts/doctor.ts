/**
 * `npm run doctor`: is this shop well? Looks at configuration, ports, stores, the ledger, reservations and
 * orders; says what is wrong and how to remedy it; exit code 1 while anything is wrong. Changes nothing without
 * `--fix`, and tells everything it changes.
 */
import { readArguments } from './arguments.ts'
import { checkLedger, checkReservations, checkUnsettled } from './doctor/consistency.ts'
import { applyFixes, type Check, printReport } from './doctor/findings.ts'
import { checkConfiguration, checkPorts } from './doctor/machine.ts'
import { checkStores } from './doctor/stores.ts'
import { checkReadability } from './doctor/unreadable.ts'
import { PLACEHOLDER_SECRETS, planShop } from './plan.ts'
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

const plan = planShop(process.env, PLACEHOLDER_SECRETS)
const configuration = await checkConfiguration(plan)
const ports = await checkPorts(plan)
const stores = await checkStores(plan)
const { products, orders, ordersMadeAt } = stores.open
const checks: Check[] = [configuration, ports, stores]
try {
  const running = ports.running.length > 0
  const now = () => new Date()
  // Orders first: settling one may be all that its reservation needs.
  if (products && orders) checks.push(await checkUnsettled({ products, orders, running, now }))
  if (orders) checks.push(await checkReadability(orders, stores.open.unreadable))
  if (products) checks.push(await checkLedger(products, running))
  if (products && orders)
    checks.push(await checkReservations({ products, orders, ordersMadeAt, running, now }))
  const report = await applyFixes(checks, values.fix === true)
  process.stdout.write(
    values.json ? `${JSON.stringify(report, null, 2)}\n` : printReport(report, paintFor(process.stdout)),
  )
  process.exitCode = report.ok ? 0 : 1
} finally {
  await products?.close()
  await orders?.close()
}
