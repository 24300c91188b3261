/**
 * `npm run docs`: writes the documents that are generated from the code: docs/openapi/, docs/errors.md,
 * docs/configuration.md, the code in docs/anatomy.md, and src/generated of the typed client. With `--check` it writes
 * nothing, and fails if a document is out of date.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readArguments } from './arguments.ts'
import { generatedDocuments } from './docs/documents.ts'
import { ROOT } from './root.ts'

const { values } = readArguments(
  {
    name: 'npm run docs',
    summary:
      'Writes docs/openapi, docs/errors.md, docs/configuration.md, the code in docs/anatomy.md and client/src/generated.',
    options: {
      check: {
        type: 'boolean',
        help: 'Write nothing; fail if a document is out of date, and print what would change.',
      },
    },
  },
  process.argv.slice(2),
)

const files = await generatedDocuments()

const changed: string[] = []
for (const [path, text] of files) {
  const file = join(ROOT, path)
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (before === text) continue
  changed.push(`${path}: ${difference(before, text)}`)
  if (values.check) continue
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
for (const line of changed) {
  process.stdout.write(`${values.check ? 'would change' : 'wrote'} ${line}\n`)
}

const client = spawnSync(
  process.execPath,
  [join(ROOT, 'client/generate.ts'), ...(values.check ? ['--check'] : [])],
  { stdio: 'inherit' },
)
if (client.status !== 0 || (values.check && changed.length > 0)) {
  process.stdout.write('Documents are out of date: run `npm run docs` and commit what it writes.\n')
  process.exitCode = 1
} else {
  process.stdout.write(`The documents are up to date (${files.size} files and the client).\n`)
}

/** How many lines are added and removed, and the first of them. */
function difference(before: string, after: string): string {
  const old = new Set(before.split('\n'))
  const fresh = new Set(after.split('\n'))
  const added = [...fresh].filter((line) => !old.has(line))
  const removed = [...old].filter((line) => !fresh.has(line))
  const example = added[0] ?? removed[0] ?? 'only the order of lines differs'
  return `+${added.length} -${removed.length} lines, first: ${example.trim().slice(0, 100)}`
}
