/**
 * `node bench/history.ts [operations]` writes a history of a million operations (or as many as named) into a temporary file, and
 * measures how long `npm run check-history` takes for it.
 */
import { spawnSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ROOT } from '../scripts/root.ts'
import { generateHistory } from '../tests/history/generate.ts'

const OPERATIONS = Number(process.argv[2] ?? 1_000_000)
const MEGABYTE = 1_000_000

const folder = mkdtempSync(join(tmpdir(), 'shop-history-'))
try {
  const file = join(folder, 'history.ndjson')
  const options = { operations: OPERATIONS, products: 1_000, stock: 200, overlap: 50, lost: 5 }
  function* text() {
    for (const line of generateHistory({ seed: 1, ...options })) yield `${JSON.stringify(line)}\n`
  }
  await pipeline(Readable.from(text()), createWriteStream(file))
  const startedAt = performance.now()
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'scripts', 'check_history.ts'), file],
    { encoding: 'utf8' },
  )
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  process.stdout.write(stdout + stderr)
  console.log(`${(statSync(file).size / MEGABYTE).toFixed(0)} MB, ${seconds} s, exit code ${status}`)
} finally {
  rmSync(folder, { recursive: true })
}
