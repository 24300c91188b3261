/**
 * `npm run simulate`: plays histories of the whole shop, each from a seed, and says what was broken.
 *
 * Without options it is the suite of CI: the regressions, some thousand histories of each level, every situation reached, and
 * every planted bug found within its seeds.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jobsOption, numberOption, readArguments, refuse, wholeNumber } from '../scripts/arguments.ts'
import { ROOT } from '../scripts/root.ts'
import { findBugs } from './bugs.ts'
import { oneWord } from './core/faults.ts'
import { LEVELS, SUITE } from './levels.ts'
import { optionsOf, planOf, readRegressions, unknownFaults } from './plans.ts'
import { playAll } from './pool.ts'
import { createProgress } from './progress.ts'
import { CLIENTS_MAX, STEPS_MAX, shrink } from './shrink.ts'
import { createSummary } from './summary.ts'
import { tasksOf } from './tasks.ts'
import { timelineOf } from './timeline.ts'
import { DIFFERS, type Failure, type Task } from './worker.ts'

const REGRESSIONS = join(import.meta.dirname, 'regressions.txt')
const TIMELINES = join(ROOT, 'tests', 'output', 'simulation')
const SEEDS_MAX = 10_000_000
const MINUTES_MAX = 24 * 60
/** Failures that are made small and written; the others are only counted. */
const SHRUNK_MAX = 3

const { values } = readArguments(
  {
    name: 'npm run simulate',
    summary:
      'Plays histories of the whole shop under faults, each from a seed, and checks that no promise is broken.',
    options: {
      seeds: { type: 'string', help: 'So many histories of each level.' },
      minutes: { type: 'string', help: 'As many histories as that time allows.' },
      level: { type: 'string', help: `Only this level: ${Object.keys(LEVELS).join(', ')}.` },
      from: { type: 'string', help: 'The first seed (default 1).' },
      seed: { type: 'string', help: 'Only this history, of the given level.' },
      trace: { type: 'boolean', help: 'With --seed: print what happened, one lane per process.' },
      off: { type: 'string', help: 'With --seed: kinds of faults that are left out, separated by commas.' },
      clients: { type: 'string', help: 'With --seed: only these clients, by number.' },
      steps: { type: 'string', help: 'With --seed: each client ends after so many steps.' },
      bugs: { type: 'boolean', help: 'Only the planted bugs: each must be found.' },
      bug: { type: 'string', help: 'Only the planted bugs with this word in their name.' },
      jobs: { type: 'string', help: 'Processes at once (default: one per core).' },
    },
    notes:
      'A failure is made small and written to tests/output/simulation, with the command that repeats it.',
  },
  process.argv.slice(2),
)

const jobs = jobsOption(values)
const from = numberOption(values, 'from', 1, 1, SEEDS_MAX)
if (values.level !== undefined && !Object.hasOwn(LEVELS, values.level))
  refuse(`There is no level "${values.level}". The levels are: ${Object.keys(LEVELS).join(', ')}.`)

const [other] = (['trace', 'off', 'clients', 'steps'] as const).filter((name) => values[name] !== undefined)
if (values.seed === undefined && other) refuse(`--${other} needs --seed.`)
if (values.seeds !== undefined && values.minutes !== undefined)
  refuse('--seeds and --minutes: give one of the two.')

if (values.seed !== undefined) process.exit(await playOne())
if (values.bugs || values.bug !== undefined)
  process.exit((await findBugs(jobs, values.bug ?? '', values.level)) ? 0 : 1)
process.exit(await playMany())

/** One history in this process. */
async function playOne(): Promise<number> {
  const name = values.level ?? refuse('--seed needs --level.')
  for (const client of values.clients?.split(',') ?? []) wholeNumber('--clients', client, 0, CLIENTS_MAX)
  numberOption(values, 'steps', undefined, 0, STEPS_MAX)
  const plan = planOf({
    seed: wholeNumber('--seed', values.seed!, 0, SEEDS_MAX),
    off: values.off,
    clients: values.clients,
    steps: values.steps,
  })
  const level = await LEVELS[name]!()
  const unknown = unknownFaults(level, plan)
  if (unknown.length > 0)
    refuse(
      `${unknown.join(', ')}: no fault of this level. They are: ${level.faults.map(oneWord).join(', ')}.`,
    )
  await level.run({ seed: 0, off: [] }, false)
  const outcome = await level.run(plan, true)
  const again = await level.run(plan, false)
  if (values.trace) process.stdout.write(`${timelineOf(outcome.entries)}\n\n`)
  const counts = (of: Readonly<Record<string, number>>) =>
    Object.entries(of)
      .map(([what, count]) => `${what} ${count}`)
      .join(', ') || 'none'
  process.stdout.write(
    [
      `${optionsOf(name, plan)}: ${outcome.events} events, trace ${outcome.hash}`,
      `faults: ${counts(outcome.faults)}`,
      outcome.violation === undefined ? 'Nothing was broken.' : `BROKEN: ${outcome.violation}`,
      ...(again.hash === outcome.hash ? [] : [`BROKEN: ${DIFFERS}`]),
      '',
    ].join('\n'),
  )
  return outcome.violation === undefined && again.hash === outcome.hash ? 0 : 1
}

/** Seeds of each level, or as many as the time allows, or the suite. */
async function playMany(): Promise<number> {
  const isSuite = values.seeds === undefined && values.minutes === undefined
  const names = values.level === undefined ? Object.keys(LEVELS) : [values.level]
  const minutes = numberOption(values, 'minutes', undefined, 1, MINUTES_MAX)
  const seeds = numberOption(values, 'seeds', undefined, 1, SEEDS_MAX)
  const end = minutes ? performance.now() + minutes * 60_000 : Number.POSITIVE_INFINITY
  const countOf = (name: string) => (minutes ? SEEDS_MAX : seeds || SUITE[name]!)

  const known = readRegressions(readFileSync(REGRESSIONS, 'utf8'))
  const strange = known.find(({ level }) => !LEVELS[level])
  if (strange) refuse(`simulation/regressions.txt has a line of "${strange.level}", which is no level.`)
  const regressions = known.filter(({ level }) => names.includes(level))
  const tasks = tasksOf(names, from, regressions, countOf)
  const planned = minutes ? undefined : names.reduce((sum, name) => sum + countOf(name), regressions.length)
  const progress = createProgress(planned, end)
  const summary = createSummary()
  let echo: { task: Task; hash: string } | undefined
  const next = () => (performance.now() < end ? tasks.next().value : undefined)
  await playAll(jobs, next as () => Task | undefined, (batch, task) => {
    summary.add(task.level, batch)
    if (!echo && task.plans.length > 1) echo = { task, hash: batch.firstHash }
    progress.show(summary.histories(), summary.failures().length)
  })
  // Once more in another process.
  if (echo) {
    const { task, hash } = echo
    await playAll(1, once({ ...task, plans: task.plans.slice(0, 1) }), (batch) => {
      if (batch.firstHash === hash) return
      summary.fail({ level: task.level, plan: task.plans[0]!, violation: `in another process: ${DIFFERS}` })
    })
  }
  progress.end()
  const failures = summary.failures()
  process.stdout.write(await summary.text(names))
  await explain(failures)
  const unreached = isSuite && values.level === undefined ? await summary.unreached(names) : []
  if (unreached.length > 0)
    process.stdout.write(`NEVER REACHED:\n${unreached.map((each) => `  ${each}\n`).join('')}`)
  const found = !isSuite || (await findBugs(jobs, '', values.level))
  return failures.length === 0 && unreached.length === 0 && found ? 0 : 1
}

function once<T>(value: T): () => T | undefined {
  let given = false
  return () => {
    if (given) return undefined
    given = true
    return value
  }
}

/** Prints and writes the first failures in their smallest form. */
async function explain(failures: readonly Failure[]) {
  for (const { level: name, plan, violation } of failures.slice(0, SHRUNK_MAX)) {
    process.stdout.write(`\nBROKEN: ${violation}\n  npm run simulate -- ${optionsOf(name, plan)} --trace\n`)
    if (violation.endsWith(DIFFERS)) continue
    const level = await LEVELS[name]!()
    await level.run({ seed: 0, off: [] }, false)
    const small = await shrink(level, plan)
    if (small.outcome.violation === undefined) {
      process.stdout.write('  In a process of its own it is not broken: something is not under the seed.\n')
      continue
    }
    mkdirSync(TIMELINES, { recursive: true })
    const file = join(TIMELINES, `${name}-${plan.seed}.txt`)
    const options = optionsOf(name, small.plan)
    writeFileSync(
      file,
      `${small.outcome.violation}\nnpm run simulate -- ${options} --trace\n\n${timelineOf(small.outcome.entries)}\n`,
    )
    process.stdout.write(
      [
        `In its smallest form, after ${small.tried} attempts: ${small.outcome.violation}`,
        `  npm run simulate -- ${options} --trace`,
        `  timeline: ${file}`,
        '  Add this line to simulation/regressions.txt, below one that says what it found:',
        `  ${options}`,
        '',
      ].join('\n'),
    )
  }
  if (failures.length > SHRUNK_MAX) process.stdout.write(`and ${failures.length - SHRUNK_MAX} more.\n`)
}
