/**
 * `npm run test:mutants`: changes the code in small ways, one at a time and in a copy, and asks the tests whether they
 * notice. What they do not notice is a promise that nobody keeps watch over. docs/mutation.md has the scores.
 *
 * What is known is kept in tests/output/mutants: a run that was ended goes on where it was, and a mutant is asked about
 * again only when its line, or (with --again, for survivors) a test, is another.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { readArguments, refuse, wholeNumber } from '../../scripts/arguments.ts'
import { ROOT } from '../../scripts/root.ts'
import { isStill, runsAt, type Seen, see } from './coverage.ts'
import type { Mutant } from './mutant.ts'
import { mutantsOf, mutated } from './mutants.ts'
import { askNamed, NAMED } from './named.ts'
import { asMarkdown, type Fate, folderOf, lineOf, type Result, scoreOf } from './report.ts'
import { runProgram, runTest } from './run.ts'
import { copyTree } from './tree.ts'

const SOURCES = ['service_kit/src/*/*.ts', '*/src/domain/*.ts', '*/src/http/*.ts', '*/src/storage/*.ts']
const TESTS = ['*/test/**/*.test.ts', 'tests/{documents,mongo_indexes,schemas}.test.ts']
/** Processes, types and configuration: nothing in them decides. */
const LEFT_OUT = /\/(crash_points|ports)\.ts$/
/** A mutant that no test of its own package notices is shown to this many others. */
const OTHERS_MAX = 8
/** As if the file's own test had killed so many already. */
const OWN_KILLS = 5
/** A mutant may be this much slower than the code, and this much more, before it hangs. */
const SLOWER = 4
const SLOWER_MS = 20_000
const TYPES_MS_MAX = 600_000
const FOLDER = join(ROOT, 'tests', 'output', 'mutants')

const { values } = readArguments(
  {
    name: 'npm run test:mutants',
    summary: 'Changes the code in small ways, in a copy, and tells which changes no test notices.',
    options: {
      only: {
        type: 'string',
        help: 'Only sources that have one of these words (with commas) in their path.',
      },
      sample: { type: 'string', help: 'So many of each folder, chosen by --seed.' },
      seed: { type: 'string', help: 'A whole number (default 1).' },
      again: { type: 'boolean', help: 'Ask about known survivors again; for after writing tests.' },
      late: { type: 'boolean', help: 'Ask again about those that hung; for when the machine is quiet.' },
      tests: { type: 'string', help: 'Ask only test files that have one of these words in their path.' },
      seconds: { type: 'string', help: 'Ask no test file that takes longer (default 60).' },
      named: { type: 'boolean', help: 'Only those made by hand (named.ts), each against its own test file.' },
      list: { type: 'boolean', help: 'Only count the mutants.' },
      report: { type: 'boolean', help: 'Only print what is known.' },
      jobs: { type: 'string', help: 'At once (default: one for each core).' },
    },
    notes: 'Results are kept in tests/output/mutants; remove the folder to begin anew.',
  },
  process.argv.slice(2),
)
const seed = wholeNumber('--seed', values.seed ?? '1', 0, 2 ** 32 - 1)
const sample = wholeNumber('--sample', values.sample ?? '1000000', 1, 1_000_000)
const jobs = wholeNumber('--jobs', values.jobs ?? String(availableParallelism()), 1, 64)
const secondsMax = wholeNumber('--seconds', values.seconds ?? '60', 1, 600)
const words = (values.only ?? '').split(',')
const testWords = (values.tests ?? '').split(',')

if (values.named) {
  const some = NAMED.filter(({ path }) => words.some((word) => path.includes(word)))
  process.exit((await askNamed(some, copyTree('named'))) ? 0 : 1)
}
const sources = globSync(SOURCES, { cwd: ROOT, exclude: (name) => name === 'node_modules' })
  .filter((path) => !LEFT_OUT.test(path) && words.some((word) => path.includes(word)))
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
/** How many mutants of a file a test killed, by both. */
const byTest = new Map<string, number>()
const known = readKnown()
if (values.list) {
  for (const [name, some] of Map.groupBy(chosen, folder))
    console.log(`${String(some.length).padStart(6)}  ${name}`)
  process.exit(0)
}
if (!values.report) await askAll()
const results = chosen
  .flatMap((mutant) => ({ ...mutant, ...known.get(mutant.id) }) as Result)
  .filter(({ fate }) => fate)
const report = asMarkdown(results)
writeFileSync(join(FOLDER, 'report.md'), `${report}\n`)
console.log(report)
process.exit(0)

async function askAll(): Promise<void> {
  const asked = chosen.filter(({ id }) => {
    const fate = known.get(id)?.fate
    return (
      fate === undefined ||
      (values.again && (fate === 'survived' || fate === 'unseen')) ||
      (values.late && fate === 'late')
    )
  })
  console.log(`${chosen.length} mutants, ${asked.length} of them to be asked about.`)
  if (asked.length === 0) return
  const trees = Array.from({ length: jobs }, (_, i) => copyTree(String(i)))
  const seen = await seeAll(trees)
  const compiling = await compiles(trees[0]!)
  if (!compiling)
    console.log('The code as it is does not compile, so what does not is not told from survivors.')
  let done = 0
  const next = asked.values()
  await Promise.all(
    trees.map(async (tree) => {
      for (const mutant of next) {
        const result = await ask(tree, mutant, seen, compiling)
        keep(mutant, result)
        done++
        const some = asked.flatMap(({ id }) => known.get(id) ?? []) as Result[]
        console.log(
          `${done}/${asked.length} ${(scoreOf(some) * 100).toFixed(0)} % ${result.fate.padEnd(8)} ${lineOf({ ...mutant, ...result })}`,
        )
      }
    }),
  )
}

/** What each test runs, from the last time unless it or a source that it loads is another. */
async function seeAll(trees: readonly string[]): Promise<Seen[]> {
  const every = globSync(SOURCES, { cwd: ROOT, exclude: (name) => name === 'node_modules' }).sort()
  const tests = globSync(TESTS, { cwd: ROOT, exclude: (name) => name === 'node_modules' })
    .filter((test) => testWords.some((word) => test.includes(word)))
    .sort()
  const all: Seen[] = []
  const next = tests.values()
  let done = 0
  await Promise.all(
    trees.map(async (tree) => {
      for (const test of next) {
        const file = join(FOLDER, `seen_${hash(test)}.json`)
        const last = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Seen) : undefined
        const seen = last && isStill(tree, last) ? last : await see(tree, test, every)
        done++
        if (seen) {
          writeFileSync(file, JSON.stringify(seen))
          all.push(seen)
        } else console.log(`${test} fails on the code as it is, or is too slow; it is left out.`)
        if (done % 20 === 0) console.log(`looked at ${done} of ${tests.length} test files`)
      }
    }),
  )
  return all.filter(({ seconds }) => seconds <= secondsMax)
}

async function ask(
  tree: string,
  mutant: Mutant,
  seen: readonly Seen[],
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
  // Remembering what it looked at, it takes a quarter of the time.
  const args = [tsc, '--noEmit', '--incremental', '--tsBuildInfoFile', join(tree, 'types.tsbuildinfo')]
  return (await runProgram(tree, args, TYPES_MS_MAX)) === 'passed'
}

/** Of running this test, for each mutant of the file that it kills, as far as the last ones tell. */
function secondsToKill({ test, seconds }: Seen, path: string): number {
  const module = /([a-z0-9_]+)\.ts$/.exec(path)![1]!
  const kills = byTest.get(`${path} ${test}`) ?? 0
  return seconds / (kills + (test.includes(`/${module}.test`) ? OWN_KILLS : 1))
}

function keep(mutant: Mutant, result: { fate: Fate; by?: string | undefined }): void {
  known.set(mutant.id, result)
  countKill(mutant.path, result.by)
  appendFileSync(join(FOLDER, 'results.jsonl'), `${JSON.stringify({ ...mutant, ...result })}\n`)
}

function readKnown(): Map<string, Pick<Result, 'fate' | 'by'>> {
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
