/**
 * `npm test`: runs every node:test suite of the repository in one run, the files of a folder in one process
 * (test/groups.ts), and prints the results for each of the ten promises at the end.
 *
 *   npm test -- order_service/test/settling.test.ts     one file
 *   npm test -- sqlite orders        only files whose path contains one of the words
 *   npm test -- --test-name-pattern='one key'    options are passed to node's test runner
 */
import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { refuse } from './arguments.ts'
import { buildIfOld } from './build/parts.ts'
import { ROOT } from './root.ts'
import { groupsOf, writeGroups } from './test/groups.ts'

const SUITES = ['*/test/**/*.test.ts', 'tests/**/*.test.ts']
/** One more than cores, for some always wait. They start processes of their own: more would only wait for each other. */
const PROCESSES_AT_ONCE = Math.min(availableParallelism() + 1, 4)
/** A file that hangs fails; the others run on. */
const FILE_MS_MAX = 10 * 60_000
/** A process that hangs, for something still runs in it, is stopped and reported. */
const PROCESS_MS_MAX = 15 * 60_000

const USAGE = `npm test -- [options] [word ...]

Runs all tests, or the files whose path contains one of the words.

  --test-name-pattern=<pattern>  Only tests with such a name, and files with such a path; this and all other options go to
                                 \`node --test\`.
  --help                         Show this help.
`

const given = process.argv.slice(2)
if (given.includes('--help') || given.includes('-h')) {
  process.stdout.write(USAGE)
  process.exit(0)
}
const passedOn = given.filter((argument) => argument.startsWith('-'))
const words = given.filter((argument) => !argument.startsWith('-')).map(asInRepository)

const all = globSync(SUITES, { cwd: ROOT, exclude: (name) => name === 'node_modules' }).sort()
const chosen = words.length === 0 ? all : all.filter((file) => words.some((word) => file.includes(word)))
const unknown = words.filter((word) => !all.some((file) => file.includes(word)))
if (unknown.length > 0) refuse(`No test file has "${unknown.join('" or "')}" in its path.`)

// Otherwise the first files would wait for it, each in its own time.
if (words.length === 0) await buildIfOld()

const folder = mkdtempSync(join(tmpdir(), 'shop-'))
/** Printed after the summary of node. */
const promises = join(folder, 'promises')

const runner = spawn(
  process.execPath,
  [
    '--test',
    `--test-concurrency=${PROCESSES_AT_ONCE}`,
    `--test-timeout=${PROCESS_MS_MAX}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${join(import.meta.dirname, 'test', 'promises_reporter.ts')}`,
    `--test-reporter-destination=${promises}`,
    ...passedOn,
    ...writeGroups(groupsOf(chosen), { root: ROOT, folder, fileMs: FILE_MS_MAX }),
  ],
  { cwd: ROOT, stdio: 'inherit' },
)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => runner.kill(signal))
runner.once('exit', (code) => {
  if (existsSync(promises)) process.stdout.write(`\n${readFileSync(promises, 'utf8')}`)
  rmSync(folder, { recursive: true })
  process.exitCode = code ?? 1
})

/** An existing path, relative to the root; any other word unchanged. */
function asInRepository(word: string): string {
  const path = resolve(word)
  return existsSync(path) ? relative(ROOT, path) : word
}
