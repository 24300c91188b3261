/**
 * The first thing every npm script runs, in plain JavaScript that any Node >= 20 understands: installs what
 * is missing (the packages and, among them, the Node of this project), then runs the script on that Node.
 *
 *   node scripts/run.mjs scripts/start.ts [arguments]     a file of ours
 *   node scripts/run.mjs --dev scripts/test.ts            one that needs the tools of development too
 *   node scripts/run.mjs --dev --bin biome check .        a package's command
 *
 * Without --dev only what runs the shop and builds its pages is installed, half of the whole; everything, too, where
 * spans are to be recorded. What is there is added to, never taken away: a shop may be running on it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const ORPHAN_CHECK_MS = 500
/** What the shop runs without comes with the root of the workspaces, and with these. */
const TOOLS = ['client_types', 'tracing']
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error']
const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const modules = join(root, 'node_modules')
const bin = join(modules, '.bin')
const stamp = join(modules, '.installed-lock')
/** Where Node keeps what it made of our files, by their content: a third less work for each process that starts. */
const compiled = join(modules, '.cache', 'node')

const text = (...path) => readFileSync(join(root, ...path), 'utf8')
const shopWorkspaces = () =>
  JSON.parse(text('package.json')).workspaces.filter((name) => !TOOLS.includes(name))
const lockNow = () => createHash('sha256').update(text('package-lock.json')).digest('hex')

/** Of the lock there is now: 'everything', 'shop' or 'nothing'. */
function whatIsInstalled(lock) {
  if (!existsSync(join(bin, 'node'))) return 'nothing'
  const [installed, what = 'everything'] = existsSync(stamp) ? readFileSync(stamp, 'utf8').split(' ') : []
  if (installed === lock) return what
  return allIsThere() ? 'everything' : 'nothing'
}

/** Somebody may have run npm by hand; it keeps its own list of what is there. */
function allIsThere() {
  const list = join(modules, '.package-lock.json')
  if (!existsSync(list)) return false
  const there = JSON.parse(readFileSync(list, 'utf8')).packages
  return Object.entries(JSON.parse(text('package-lock.json')).packages).every(
    ([path, { version, link, optional }]) =>
      !path.includes('node_modules/') || link || optional || there[path]?.version === version,
  )
}

function installWhatIsMissing(wanted) {
  const lock = lockNow()
  const there = whatIsInstalled(lock)
  if (there === 'everything' || there === wanted) return
  const [command, ...which] =
    wanted === 'shop'
      ? ['ci', ...shopWorkspaces().map((name) => `--workspace=${name}`)]
      : there === 'shop'
        ? ['install', '--no-save']
        : ['ci']
  process.stderr.write(`Installing what is missing (npm ${command}) …\n`)
  const { status } = spawnSync('npm', [command, ...which, ...QUIET], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) {
    process.stderr.write(`npm ${command} failed; its messages are above. Is the npm registry reachable?\n`)
    process.exit(1)
  }
  removeHeaders()
  writeFileSync(stamp, `${lock} ${wanted}`)
}

/** A third of the package of Node is for those who compile against it, which nobody here does. */
function removeHeaders() {
  const packages = join(modules, 'node', 'node_modules')
  if (!existsSync(packages)) return
  for (const entry of readdirSync(packages, { withFileTypes: true })) {
    if (entry.isDirectory()) rmSync(join(packages, entry.name, 'include'), { recursive: true, force: true })
  }
}

/**
 * The processes that brought us here: the parent and, where that is npm's shell, npm. Most shells make themselves what
 * they were told to run, and then npm is the parent; the `sh` of Debian stays, and there is a /proc to look beyond it.
 * Whoever started npm may go: `nohup npm start` outlives its terminal.
 */
function startedBy() {
  const shell = process.ppid
  try {
    const [, option] = readFileSync(`/proc/${shell}/cmdline`, 'utf8').split('\0')
    if (option !== '-c') return [shell]
    // The name before it, in brackets, may hold anything.
    const [, npm] = readFileSync(`/proc/${shell}/stat`, 'utf8').split(') ').at(-1).split(' ')
    return [shell, npm]
  } catch {
    return [shell]
  }
}

// Before installing, which takes its time.
const starters = startedBy()
const given = process.argv.slice(2)
const forDevelopment = given[0] === '--dev'
const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT } = process.env
const recordsSpans = Boolean(OTEL_EXPORTER_OTLP_ENDPOINT || OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)
installWhatIsMissing(forDevelopment || recordsSpans ? 'everything' : 'shop')
const [first, ...rest] = forDevelopment ? given.slice(1) : given
const [command, args] =
  first === '--bin' ? [join(bin, rest[0]), rest.slice(1)] : [join(bin, 'node'), [join(root, first), ...rest]]
// Over the channel a script learns that we are gone, however we ended.
const child = spawn(command, args, {
  cwd: root,
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { NODE_COMPILE_CACHE: compiled, ...process.env, PATH: bin + delimiter + process.env.PATH },
})
// A terminal's Ctrl-C reaches the child by itself; everything else is handed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  })
}
// npm starts us through a shell, which dies of a signal without handing it on, and lives on when npm is killed; in
// both cases we and the child would stay.
if (process.env.npm_lifecycle_event) {
  const watch = setInterval(() => {
    if (startedBy().join() === starters.join()) return
    clearInterval(watch)
    child.kill('SIGTERM')
  }, ORPHAN_CHECK_MS).unref()
}
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
