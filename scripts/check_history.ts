/**
 * `npm run check-history -- file.ndjson`: checks what clients were answered, and what the stores held, against one sequence of
 * everything that happened (tests/history).
 */
import { statSync } from 'node:fs'
import { createHistoryChecker } from '../tests/history/check_history.ts'
import { UncheckableHistory } from '../tests/history/layout.ts'
import { readHistory, UnreadableHistory } from '../tests/history/read_history.ts'
import { readArguments, refuse } from './arguments.ts'
import { createProgress } from './seed/progress.ts'

/** The exit code for a file that cannot be checked. */
const NOT_CHECKED = 2
/** A file of this size is read in a second or two. */
const PROGRESS_BYTES_MIN = 64_000_000
const MEGABYTE = 1_000_000

const { values, words } = readArguments(
  {
    name: 'npm run check-history',
    summary:
      'Checks a recorded history: every answer, and what the stores held, must fit into one sequence of changes, and no caller may have seen or done what is not theirs. Exit code 0: no fault was found; 1: there are faults; 2: the file cannot be checked.',
    options: { json: { type: 'boolean', help: 'Print the findings as JSON.' } },
    words: 'file.ndjson',
    notes:
      'Tests that race keep the history of a failing run in tests/output/histories. tests/history/format.ts describes the lines.',
  },
  process.argv.slice(2),
)
const [file, ...others] = words
if (file === undefined || others.length > 0) refuse('Name one history file. `--help` explains it.')

const startedAt = performance.now()
const checker = createHistoryChecker()
try {
  const { size } = statSync(file, { throwIfNoEntry: false }) ?? refuseFile('It does not exist.')
  const progress =
    size < PROGRESS_BYTES_MIN ? undefined : createProgress(process.stderr, Math.ceil(size / MEGABYTE), 'MB')
  await readHistory(file, (line, bytesRead) => {
    checker.add(line)
    progress?.at(Math.floor(bytesRead / MEGABYTE))
  })
  if (progress) process.stderr.write('Checking.\n')
  const { faults, counts, skipped, operations, versions } = checker.finish()
  if (values.json) {
    const report = { faults, counts: Object.fromEntries(counts), skipped: Object.fromEntries(skipped) }
    process.stdout.write(
      `${JSON.stringify({ ok: faults.length === 0, operations, versions, ...report }, null, 2)}\n`,
    )
  } else {
    for (const { sentence } of faults) process.stdout.write(`- ${sentence}\n`)
    for (const [kind, count] of counts) process.stdout.write(`${count} × ${kind.replaceAll('_', ' ')}\n`)
    for (const [what, count] of skipped) process.stdout.write(`Not checked, ${count} times: ${what}\n`)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    const verdict = faults.length === 0 ? 'No fault was found' : 'There are faults'
    process.stdout.write(`${verdict}: ${operations} operations, ${versions} versions, ${seconds} s.\n`)
  }
  process.exitCode = faults.length === 0 ? 0 : 1
} catch (error) {
  if (!(error instanceof UnreadableHistory || error instanceof UncheckableHistory)) throw error
  refuseFile(error.message)
}

function refuseFile(why: string): never {
  process.stderr.write(`${file}\n${why}\n`)
  process.exit(NOT_CHECKED)
}
