/**
 * `npm run test:mutants`: makes small changes of the code, one at a time and in a copy, and runs the tests. A change that
 * no test notices shows that a test is missing. docs/mutation.md has the scores.
 *
 * Results are saved in tests/output/mutants. A run that was interrupted continues there. A mutant is tested again only if
 * its line has changed or, with --again, if it survived.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jobsOption, numberOption, readArguments, refuse } from '../../scripts/arguments.ts'
import { ROOT } from '../../scripts/root.ts'
import { type Coverage, isCurrent, measureCoverage, runsAt } from './coverage.ts'
import type { Mutant } from './mutant.ts'
import { mutantsOf, mutated } from './mutants.ts'
import { NAMED, testNamed } from './named.ts'
import { asMarkdown, type Fate, folderOf, lineOf, type Result, scoreOf } from './report.ts'
import { runProgram, runTest } from './run.ts'
import { copyTree } from './tree.ts'

const SOURCES = ['service_kit/src/*/*.ts', '*/src/domain/*.ts', '*/src/http/*.ts', '*/src/storage/*.ts']
const TESTS = ['*/test/**/*.test.ts', 'tests/{documents,mongo_indexes,schemas}.test.ts']
/** Files without decisions. */
const SKIPPED = /\/(crash_points|ports)\.ts$/
/** A mutant that no test of its own package notices is run with this many others. */
const OTHERS_MAX = 8
/** A test with the name of the source counts as if it had killed this many mutants of it. */
const OWN_KILLS = 5
/** A mutant is late if a test takes longer than its time without the mutant times SLOWER, plus SLOWER_MS. */
const SLOWER = 4
const SLOWER_MS = 20_000
const TYPES_MS_MAX = 600_000
const FOLDER = join(ROOT, 'tests', 'output', 'mutants')

const { values } = readArguments(
  {
    name: 'npm run test:mutants',
    summary: 'Makes small changes in a copy of the code, and lists those that no test notices.',
    options: {
      only: {
        type: 'string',
        help: 'Only sources with one of these words (separated by commas) in their path.',
      },
      sample: { type: 'string', help: 'Only so many mutants of each folder, chosen by --seed.' },
      seed: { type: 'string', help: 'A whole number (default 1).' },
      again: { type: 'boolean', help: 'Repeat known survivors, after tests were written.' },
      late: { type: 'boolean', help: 'Repeat mutants that hung, on a quiet machine.' },
      tests: { type: 'string', help: 'Run only test files with one of these words in their path.' },
      seconds: { type: 'string', help: 'Skip test files that take longer (default 60).' },
      named: {
        type: 'boolean',
        help: 'Only the mutants written by hand (named.ts), each with its own test file.',
      },
      list: { type: 'boolean', help: 'Only count the mutants.' },
      report: { type: 'boolean', help: 'Only print the saved results.' },
      jobs: { type: 'string', help: 'Mutants at once (default: one per core).' },
    },
    notes: 'Results are saved in tests/output/mutants; remove the folder to start over.',
  },
  process.argv.slice(2),
)
const seed = numberOption(values, 'seed', 1, 0, 2 ** 32 - 1)
const sample = numberOption(values, 'sample', 1_000_000, 1, 1_000_000)
const jobs = jobsOption(values)
const secondsMax = numberOption(values, 'seconds', 60, 1, 600)
const words = (values.only ?? '').split(',')
const testWords = (values.tests ?? '').split(',')

if (values.named) {
  const some = NAMED.filter(({ path }) => words.some((word) => path.includes(word)))
  process.exit((await testNamed(some, copyTree('named'))) ? 0 : 1)
}
const sources = globSync(SOURCES, { cwd: ROOT, exclude: (name) => name === 'node_modules' })
  .filter((path) => !SKIPPED.test(path) && words.some((word) => path.includes(word)))
  .sort()
if (sources.length === 0) refuse(`No source has "${values.only}" in its path.`)
const texts = new Map(sources.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]))
const chosen = [
  ...Map.groupBy(
    sources.flatMap((path) => mutantsOf(path, texts.get(path)!)),
    folder,
  ).values(),
].flatMap((some) => some.toSorted((a, b) => (chance(a) < chance(b) ? -1 : 1)).slice(0, sample))
mkdirSync(FOLDER, { recursive: true })
/** How many mutants of a source a test file killed; the key is both paths. */
const byTest = new Map<string, number>()
const known = readResults()
if (values.list) {
  for (const [name, some] of Map.groupBy(chosen, folder))
    console.log(`${String(some.length).padStart(6)}  ${name}`)
  process.exit(0)
}
if (!values.report) await testAll()
const results = chosen
  .flatMap((mutant) => ({ ...mutant, ...known.get(mutant.id) }) as Result)
  .filter(({ fate }) => fate)
const report = asMarkdown(results)
writeFileSync(join(FOLDER, 'report.md'), `${report}\n`)
console.log(report)
process.exit(0)

async function testAll(): Promise<void> {
  const asked = chosen.filter(({ id }) => {
    const fate = known.get(id)?.fate
    return (
      fate === undefined ||
      (values.again && (fate === 'survived' || fate === 'unseen')) ||
      (values.late && fate === 'late')
    )
  })
  console.log(`${chosen.length} mutants, ${asked.length} of them to be tested.`)
  if (asked.length === 0) return
  const trees = Array.from({ length: jobs }, (_, i) => copyTree(String(i)))
  const seen = await measureAll(trees)
  const compiling = await compiles(trees[0]!)
  if (!compiling)
    console.log(
      'The code does not compile without mutants, so mutants that do not compile count as survivors.',
    )
  let done = 0
  const next = asked.values()
  await Promise.all(
    trees.map(async (tree) => {
      for (const mutant of next) {
        const result = await testMutant(tree, mutant, seen, compiling)
        save(mutant, result)
        done++
        const some = asked.flatMap(({ id }) => known.get(id) ?? []) as Result[]
        console.log(
          `${done}/${asked.length} ${(scoreOf(some) * 100).toFixed(0)} % ${result.fate.padEnd(8)} ${lineOf({ ...mutant, ...result })}`,
        )
      }
    }),
  )
}

/** The coverage of each test file, saved from the last run unless the test or a source that it loads has changed. */
async function measureAll(trees: readonly string[]): Promise<Coverage[]> {
  const every = globSync(SOURCES, { cwd: ROOT, exclude: (name) => name === 'node_modules' }).sort()
  const tests = globSync(TESTS, { cwd: ROOT, exclude: (name) => name === 'node_modules' })
    .filter((test) => testWords.some((word) => test.includes(word)))
    .sort()
  const all: Coverage[] = []
  const next = tests.values()
  let done = 0
  await Promise.all(
    trees.map(async (tree) => {
      for (const test of next) {
        const file = join(FOLDER, `seen_${hash(test)}.json`)
        const last = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Coverage) : undefined
        const seen = last && isCurrent(tree, last) ? last : await measureCoverage(tree, test, every)
        done++
        if (seen) {
          writeFileSync(file, JSON.stringify(seen))
          all.push(seen)
        } else console.log(`${test} fails without a mutant, or is too slow; it is skipped.`)
        if (done % 20 === 0) console.log(`measured ${done} of ${tests.length} test files`)
      }
    }),
  )
  return all.filter(({ seconds }) => seconds <= secondsMax)
}

async function testMutant(
  tree: string,
  mutant: Mutant,
  seen: readonly Coverage[],
  compiling: boolean,
): Promise<Pick<Result, 'fate' | 'by'>> {
  const { path, start } = mutant
  const able = seen
    .filter((one) => runsAt(one, path, start))
    .toSorted((a, b) => secondsToKill(a, path) - secondsToKill(b, path))
  if (able.length === 0) return { fate: 'unseen' }
  let others = 0
  const shown = able.filter(({ test }) => packageOf(test) === packageOf(path) || ++others <= OTHERS_MAX)
  const text = texts.get(path)!
  writeFileSync(join(tree, path), mutated(text, mutant))
  try {
    for (const { test, seconds } of shown) {
      const ending = await runTest(tree, test, seconds * SLOWER * 1000 + SLOWER_MS)
      if (ending !== 'passed') return { fate: ending === 'late' ? 'late' : 'killed', by: test }
    }
    return { fate: compiling && !(await compiles(tree)) ? 'types' : 'survived' }
  } finally {
    writeFileSync(join(tree, path), text)
  }
}

async function compiles(tree: string): Promise<boolean> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  // An incremental build takes a quarter of the time.
  const args = [tsc, '--noEmit', '--incremental', '--tsBuildInfoFile', join(tree, 'types.tsbuildinfo')]
  return (await runProgram(tree, args, TYPES_MS_MAX)) === 'passed'
}

/** The seconds of this test file per mutant of the source that it kills, by the results so far. */
function secondsToKill({ test, seconds }: Coverage, path: string): number {
  const module = /([a-z0-9_]+)\.ts$/.exec(path)![1]!
  const kills = byTest.get(`${path} ${test}`) ?? 0
  return seconds / (kills + (test.includes(`/${module}.test`) ? OWN_KILLS : 1))
}

function save(mutant: Mutant, result: { fate: Fate; by?: string | undefined }): void {
  known.set(mutant.id, result)
  countKill(mutant.path, result.by)
  appendFileSync(join(FOLDER, 'results.jsonl'), `${JSON.stringify({ ...mutant, ...result })}\n`)
}

function readResults(): Map<string, Pick<Result, 'fate' | 'by'>> {
  const file = join(FOLDER, 'results.jsonl')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
  return new Map(
    lines.map((line) => {
      const { id, path, fate, by } = JSON.parse(line) as Result
      countKill(path, by)
      return [id, { fate, by }]
    }),
  )
}

function countKill(path: string, by: string | undefined): void {
  if (by) byTest.set(`${path} ${by}`, (byTest.get(`${path} ${by}`) ?? 0) + 1)
}

function packageOf(path: string): string {
  return path.slice(0, path.indexOf('/'))
}

function chance({ id }: Mutant): string {
  return hash(`${seed} ${id}`)
}

function folder({ path }: Mutant): string {
  return folderOf(path)
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
