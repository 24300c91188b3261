/**
 * `npm test`: every node:test suite of the repository, in one run with one summary, and what it says of the ten
 * promises at the end.
 *
 *   npm test -- order_service/test/settling.test.ts     one file
 *   npm test -- sqlite orders        only files whose path contains one of the words
 *   npm test -- --test-name-pattern='one key'    anything node's own test runner understands is handed on
 */
import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { refuse } from './arguments.ts'
import { ROOT } from './root.ts'

const SUITES = ['*/test/**/*.test.ts', 'tests/**/*.test.ts']
/** Suites start processes of their own, so more files at once than this only makes them wait for each other. */
const FILES_AT_ONCE_MAX = 4
/** A suite that hangs is stopped and reported, rather than the whole run. */
const FILE_MS_MAX = 5 * 60_000

const USAGE = `npm test -- [options] [word ...]

Runs every test, or the files that have one of the words in their path.

  --test-name-pattern=<pattern>  Only tests of such a name; this and all else of \`node --test\` is handed on.
  --help                         Show this.
`

const given = process.argv.slice(2)
if (given.includes('--help') || given.includes('-h')) {
  process.stdout.write(USAGE)
  process.exit(0)
}
const handedOn = given.filter((argument) => argument.startsWith('-'))
const words = given.filter((argument) => !argument.startsWith('-')).map(asInRepository)

const all = globSync(SUITES, { cwd: ROOT, exclude: (name) => name === 'node_modules' }).sort()
const chosen = words.length === 0 ? all : all.filter((file) => words.some((word) => file.includes(word)))
const unknown = words.filter((word) => !all.some((file) => file.includes(word)))
if (unknown.length > 0) refuse(`No test file has "${unknown.join('" or "')}" in its path.`)

const folder = mkdtempSync(join(tmpdir(), 'shop-'))
/** Kept back until node's own summary is out. */
const promises = join(folder, 'promises')

const runner = spawn(
  process.execPath,
  [
    '--test',
    `--test-concurrency=${Math.min(availableParallelism(), FILES_AT_ONCE_MAX)}`,
    `--test-timeout=${FILE_MS_MAX}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${join(import.meta.dirname, 'test', 'promises_reporter.ts')}`,
    `--test-reporter-destination=${promises}`,
    ...handedOn,
    ...chosen,
  ],
  { cwd: ROOT, stdio: 'inherit' },
)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => runner.kill(signal))
runner.once('exit', (code) => {
  if (existsSync(promises)) process.stdout.write(`\n${readFileSync(promises, 'utf8')}`)
  rmSync(folder, { recursive: true })
  process.exitCode = code ?? 1
})

/** A path, however it was written, as the tests' own paths begin; any other word as it is. */
function asInRepository(word: string): string {
  const path = resolve(word)
  return existsSync(path) ? relative(ROOT, path) : word
}
