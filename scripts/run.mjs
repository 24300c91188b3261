/**
 * The first thing every npm script runs, in plain JavaScript that any Node >= 20 understands: installs what
 * is missing (the packages and, among them, the Node of this project), then runs the script on that Node.
 *
 *   node scripts/run.mjs scripts/start.ts [arguments]     a file of ours
 *   node scripts/run.mjs --bin biome check .              a package's command
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const ORPHAN_CHECK_MS = 500
const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const bin = join(root, 'node_modules', '.bin')
const stamp = join(root, 'node_modules', '.installed-lock')

function installWhatIsMissing() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(join(bin, 'node')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  process.stderr.write('Installing what is missing (npm ci) …\n')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) {
    process.stderr.write('npm ci failed; its messages are above. Is the npm registry reachable?\n')
    process.exit(1)
  }
  writeFileSync(stamp, lock)
}

installWhatIsMissing()
const [first, ...rest] = process.argv.slice(2)
const [command, args] =
  first === '--bin' ? [join(bin, rest[0]), rest.slice(1)] : [join(bin, 'node'), [join(root, first), ...rest]]
// Over the channel a script learns that we are gone, however we ended.
const child = spawn(command, args, {
  cwd: root,
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, PATH: bin + delimiter + process.env.PATH },
})
// A terminal's Ctrl-C reaches the child by itself; everything else is handed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  })
}
// npm starts us through a shell, which dies of a signal without handing it on; then we and the child would stay.
if (process.env.npm_lifecycle_event) {
  const shell = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(watch)
    child.kill('SIGTERM')
  }, ORPHAN_CHECK_MS).unref()
}
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
