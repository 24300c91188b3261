/**
 * `npm run doctor`: checks configuration, ports, stores, the ledger, reservations and orders. Prints each fault and its
 * remedy; the exit code is 1 while there is a fault. It changes nothing without `--fix`, and prints every change.
 */
import { readArguments } from './arguments.ts'
import { examine } from './doctor/examination.ts'
import { printReport } from './doctor/findings.ts'
import { PLACEHOLDER_SECRETS, planShop } from './plan.ts'
import { paintFor } from './start/log_lines.ts'

const { values } = readArguments(
  {
    name: 'npm run doctor',
    summary:
      'Checks the shop of this environment, running or not. Exit code 0: no fault was found; 1: there are faults.',
    options: {
      fix: {
        type: 'boolean',
        help: 'Apply the safe fixes: settle orders, make orders and reservations agree, chmod secret files.',
      },
      json: { type: 'boolean', help: 'Print the report as JSON.' },
    },
    notes: 'Run it with the environment of the shop (DATA_DIR, DATABASE_URL, ports).',
  },
  process.argv.slice(2),
)

const plan = planShop(process.env, PLACEHOLDER_SECRETS)
const report = await examine(plan, { fix: values.fix === true })
process.stdout.write(
  values.json ? `${JSON.stringify(report, null, 2)}\n` : printReport(report, paintFor(process.stdout)),
)
process.exitCode = report.ok ? 0 : 1
