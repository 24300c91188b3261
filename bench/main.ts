/**
 * `npm run bench`: speed at several sizes and memory, compared with the floors of this machine in the same run. Wrong
 * results fail the run; slow ones are only reported.
 */
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { numberOption, readArguments, refuse } from '../scripts/arguments.ts'
import { openMongoServer } from './mongo.ts'
import { asMarkdown, asText, type Measured, type Results } from './report.ts'
import { ROWS } from './rows.ts'
import { type Settings, startAuth } from './shop.ts'
import type { World } from './world.ts'
import { requireWrk } from './wrk.ts'

const RESULTS = join(import.meta.dirname, 'results')
const TMPFS = 0x01021994

const { values } = readArguments(
  {
    name: 'npm run bench',
    summary: 'Measures the services as processes of their own, and the floors of this machine.',
    options: {
      only: {
        type: 'string',
        help: `Only these rows, separated by commas: ${Object.keys(ROWS).join(', ')}.`,
      },
      rounds: { type: 'string', help: 'Number of rounds (default 3).' },
      seconds: { type: 'string', help: 'Seconds of a round (default 3).' },
      connections: { type: 'string', help: 'Number of connections (default 64).' },
      quick: { type: 'boolean', help: '2 rounds of 1 second with smaller stores, to see whether it works.' },
      markdown: { type: 'boolean', help: 'Print the tables as Markdown.' },
      profile: { type: 'boolean', help: 'Write a CPU profile of every service to bench/results.' },
      mongo: {
        type: 'string',
        help: 'URL of a replica set: measures only the row orders, on it.',
      },
      keep: { type: 'boolean', help: 'Keep the data folder, and print its path.' },
    },
    notes: 'Raw figures are written to bench/results. Run it on a machine without other work.',
  },
  process.argv.slice(2),
)

const quick = values.quick === true
const chosen = values.mongo ? ['orders'] : (values.only?.split(',') ?? Object.keys(ROWS))
for (const name of chosen) {
  if (!Object.hasOwn(ROWS, name))
    refuse(`There is no row "${name}". The rows are ${Object.keys(ROWS).join(', ')}.`)
}
requireWrk()

const startedAt = new Date().toISOString()
const stamp = startedAt.replaceAll(/[:.]/g, '-')
mkdirSync(RESULTS, { recursive: true })
const settings: Settings = {
  rounds: numberOption(values, 'rounds', quick ? 2 : 3, 1, 100),
  seconds: numberOption(values, 'seconds', quick ? 1 : 3, 1, 600),
  connections: numberOption(values, 'connections', 64, 1, 4_096),
  folder: mkdtempSync(join(tmpdir(), 'shop-bench-')),
  profile: values.profile ? join(RESULTS, `${stamp}-profiles`) : undefined,
  mongo: values.mongo === undefined ? undefined : await openMongoServer(values.mongo),
  log: (what) => process.stderr.write(`${what}\n`),
}
process.on('exit', () => {
  if (values.keep) process.stderr.write(`The data is in ${settings.folder}\n`)
  else rmSync(settings.folder, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))
if (statfsSync(settings.folder).type === TMPFS) {
  settings.log(`${tmpdir()} is in memory: commits cost nothing there. Set TMPDIR to a folder on a disk.`)
}

const auth = await startAuth(settings, join(settings.folder, 'data', 'auth'))
const world: World = {
  settings,
  auth,
  sizes: quick
    ? { products: 10_000, orders: 20_000, buyers: 8, searched: 6_000 }
    : { products: 100_000, orders: 1_000_000, buyers: 32, searched: 60_000 },
  memory: [],
  checks: [],
  tables: [],
}
const measured: Measured[] = []
for (const name of chosen) measured.push(await ROWS[name]!(world))
await auth.stop()
await settings.mongo?.close()

const { rounds, seconds, connections } = settings
const results: Results = {
  startedAt,
  machine: {
    Node: process.version,
    CPUs: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  },
  settings: { rounds, seconds, connections },
  measured,
  memory: world.memory,
  checks: world.checks,
  tables: world.tables,
}
const file = join(RESULTS, `${stamp}.json`)
writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
process.stdout.write(`\n${values.markdown ? asMarkdown(results) : asText(results)}\n\n`)
settings.log(`Raw figures: ${file}`)
