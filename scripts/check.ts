/**
 * `npm run check`: everything a change must pass. A step that fails does not stop the others, so one run shows all
 * failures; the summary at the end repeats them.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { readArguments } from './arguments.ts'
import { ROOT } from './root.ts'
import { paintFor } from './start/log_lines.ts'

const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name)
const script = (file: string) => join(ROOT, 'scripts', file)

const STEPS: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', bin('tsc'), '--noEmit'],
  ['types of the pages', bin('tsc'), '-p', 'storefront/web'],
  ['format and lint', bin('biome'), 'check', '--error-on-warnings', '.'],
  ['manifests', bin('knip'), '--no-progress'],
  ['documents', process.execPath, script('docs.ts'), '--check'],
  ['tests', process.execPath, script('test.ts')],
  ['replicas', process.execPath, join(ROOT, 'tests', 'replicas', 'main.ts')],
  ['simulation', process.execPath, join(ROOT, 'simulation', 'main.ts')],
]

const { values } = readArguments(
  {
    name: 'npm run check',
    summary:
      'Checks types, format and lint, manifests, generated documents, tests, replicas and the simulation.',
    options: {
      'no-tests': { type: 'boolean', help: 'Skip the tests, if they have just run.' },
      'no-replicas': { type: 'boolean', help: 'Skip the replicas, if they run by themselves.' },
      'no-simulation': { type: 'boolean', help: 'Skip the simulation, if it runs by itself.' },
    },
  },
  process.argv.slice(2),
)

const skipped = new Set(
  (['tests', 'replicas', 'simulation'] as const).filter((name) => values[`no-${name}`]).map(String),
)
const paint = paintFor(process.stdout)
const results: { name: string; ok: boolean; seconds: number }[] = []
for (const [name, command, ...args] of STEPS) {
  if (skipped.has(name)) continue
  process.stdout.write(`${paint('bold', `— ${name}`)}\n`)
  const startedAt = performance.now()
  const ok = await succeeds(command, args)
  results.push({ name, ok, seconds: (performance.now() - startedAt) / 1000 })
}

process.stdout.write('\n')
for (const { name, ok, seconds } of results) {
  const verdict = ok ? paint('green', 'ok    ') : paint('red', 'FAILED')
  process.stdout.write(`${verdict}  ${name} (${seconds.toFixed(1)} s)\n`)
}
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1

function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit' })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}
