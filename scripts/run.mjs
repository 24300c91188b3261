/**
 * Every npm script begins here, in plain JavaScript for any Node >= 20: it installs the packages that are missing, among
 * them the Node of this project, and then runs the script on that Node.
 *
 *   node scripts/run.mjs scripts/start.ts [arguments]     a file of ours
 *   node scripts/run.mjs --dev scripts/test.ts            a file that needs the development tools
 *   node scripts/run.mjs --dev --bin biome check .        the command of a package
 *
 * Without --dev only the packages that run the shop and build its pages are installed, about half; with tracing all of
 * them. Installed packages are never removed, because a running shop may use them.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const PARENT_CHECK_MS = 500
/** Workspaces that are not needed to run the shop. */
const TOOLS = ['client_types', 'tracing']
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error']
const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const modules = join(root, 'node_modules')
const bin = join(modules, '.bin')
const stamp = join(modules, '.installed-lock')
/** The compile cache of Node: a process starts with a third less work. */
const compiled = join(modules, '.cache', 'node')

const text = (...path) => readFileSync(join(root, ...path), 'utf8')
const shopWorkspaces = () =>
  JSON.parse(text('package.json')).workspaces.filter((name) => !TOOLS.includes(name))
const lockNow = () => createHash('sha256').update(text('package-lock.json')).digest('hex')

/** What is installed of this lock file: 'everything', 'shop' or 'nothing'. */
function installedPart(lock) {
  if (!existsSync(join(bin, 'node'))) return 'nothing'
  const [installed, what = 'everything'] = existsSync(stamp) ? readFileSync(stamp, 'utf8').split(' ') : []
  if (installed === lock) return what
  return isComplete() ? 'everything' : 'nothing'
}

/** If npm was run directly, its own list says what is installed. */
function isComplete() {
  const list = join(modules, '.package-lock.json')
  if (!existsSync(list)) return false
  const there = JSON.parse(readFileSync(list, 'utf8')).packages
  return Object.entries(JSON.parse(text('package-lock.json')).packages).every(
    ([path, { version, link, optional }]) =>
      !path.includes('node_modules/') || link || optional || there[path]?.version === version,
  )
}

function installMissing(wanted) {
  const lock = lockNow()
  const there = installedPart(lock)
  if (there === 'everything' || there === wanted) return
  const [command, ...which] =
    wanted === 'shop'
      ? ['ci', ...shopWorkspaces().map((name) => `--workspace=${name}`)]
      : there === 'shop'
        ? ['install', '--no-save']
        : ['ci']
  process.stderr.write(`Installing missing packages (npm ${command}) …\n`)
  const { status } = spawnSync('npm', [command, ...which, ...QUIET], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) {
    process.stderr.write(`npm ${command} failed; its messages are above. Is the npm registry reachable?\n`)
    process.exit(1)
  }
  removeHeaders()
  writeFileSync(stamp, `${lock} ${wanted}`)
}

/** Removes the C headers, a third of the package of Node: nothing here compiles against them. */
function removeHeaders() {
  const packages = join(modules, 'node', 'node_modules')
  if (!existsSync(packages)) return
  for (const entry of readdirSync(packages, { withFileTypes: true })) {
    if (entry.isDirectory()) rmSync(join(packages, entry.name, 'include'), { recursive: true, force: true })
  }
}

/**
 * The processes that started us: the parent and, if that is the shell of npm, npm. Most shells replace themselves by the
 * command, so npm is the parent. The `sh` of Debian does not; there, /proc gives its parent. The process that started
 * npm does not count: `nohup npm start` outlives its terminal.
 */
function parentIds() {
  const shell = process.ppid
  try {
    const [, option] = readFileSync(`/proc/${shell}/cmdline`, 'utf8').split('\0')
    if (option !== '-c') return [shell]
    // The field before it, the name in brackets, may contain anything.
    const [, npm] = readFileSync(`/proc/${shell}/stat`, 'utf8').split(') ').at(-1).split(' ')
    return [shell, npm]
  } catch {
    return [shell]
  }
}

// Before the installation, which takes a while.
const parents = parentIds()
const given = process.argv.slice(2)
const forDevelopment = given[0] === '--dev'
const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT } = process.env
const recordsSpans = Boolean(OTEL_EXPORTER_OTLP_ENDPOINT || OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)
installMissing(forDevelopment || recordsSpans ? 'everything' : 'shop')
const [first, ...rest] = forDevelopment ? given.slice(1) : given
const [command, args] =
  first === '--bin' ? [join(bin, rest[0]), rest.slice(1)] : [join(bin, 'node'), [join(root, first), ...rest]]
// The IPC channel closes when we exit in any way, so the script notices.
const child = spawn(command, args, {
  cwd: root,
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { NODE_COMPILE_CACHE: compiled, ...process.env, PATH: bin + delimiter + process.env.PATH },
})
// Ctrl-C in a terminal reaches the child directly; other signals are passed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  })
}
// npm starts us through a shell. That does not pass signals on, and does not exit when npm is killed; in both cases we
// and the child would continue.
if (process.env.npm_lifecycle_event) {
  const watch = setInterval(() => {
    if (parentIds().join() === parents.join()) return
    clearInterval(watch)
    child.kill('SIGTERM')
  }, PARENT_CHECK_MS).unref()
}
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
