/**
 * `npm start`: runs the shop on this machine. It checks everything first (start/preflight.ts), creates the secrets and
 * the first admin once (start/first_run.ts), and runs the services (start/supervisor.ts).
 */
import { randomBytes, randomInt } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import { readArguments, refuse } from './arguments.ts'
import { buildIfOld } from './build/parts.ts'
import { plannedService, planShop } from './plan.ts'
import { digitsOf, firstProduct, loadDemo, type Shop, signIn } from './start/demo_catalogue.ts'
import { addCheckout } from './start/demo_checkout.ts'
import { addPictures } from './start/demo_media.ts'
import { AlreadyWritten } from './start/first_run.ts'
import { createOutput, paintFor } from './start/log_lines.ts'
import { restrictNewFiles } from './start/owner_only.ts'
import { faultsOfStart } from './start/preflight.ts'
import { superviseServices } from './start/supervisor.ts'
import { readyFields, welcome } from './start/welcome.ts'

/** A terminal, npm and a wrapper may each send us the same Ctrl-C. Signals within this time count as one. */
const SAME_SIGNAL_MS = 1_000
const SECRET_BYTES = 48
/** Letters and digits that do not look alike. */
const PASSWORD_LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'

const { values: asked } = readArguments(
  {
    name: 'npm start',
    summary: 'Runs the shop on this machine until Ctrl-C: the storefront and the services.',
    options: {
      demo: { type: 'boolean', help: 'Load a small sample catalogue, if there are no products yet.' },
      'no-demo': { type: 'boolean', help: 'Do not load the sample catalogue, and do not ask.' },
      json: { type: 'boolean', help: 'Print the log as JSON lines.' },
    },
    notes: [
      'Environment (defaults): STOREFRONT_PORT (8080), AUTH_PORT (5000), PRODUCT_PORT (5001), ORDER_PORT (5002),',
      'NOTIFICATION_PORT (5004), PAYMENT_PORT (5003), SIMULATOR_PORT (5005: payments with play money; PAYMENTS=off starts without both),',
      'MAILBOX_PORT (8025: mails, which are not sent without SMTP_URL; MAILBOX=off starts without it), MAILBOX_SMTP_PORT (2525),',
      'HOST (127.0.0.1), AUTH_OPS_PORT and so on (the port + 200: metrics, documentation, health), PUBLIC_DOCS,',
      'DATA_DIR (./data: the databases, secrets.json, admin.json), DATABASE_URL (SQLite files in DATA_DIR),',
      'ADMIN_USERNAME, ADMIN_PASSWORD, SERVICE_SECRET, LOG_LEVEL, CURRENCY, and all of docs/configuration.md.',
    ].join('\n'),
  },
  process.argv.slice(2),
)
if (asked.demo && asked['no-demo']) refuse('--demo and --no-demo exclude each other.')

const output = createOutput(process.stdout, asked.json === true, () => new Date())
const plan = planShop(process.env, { secret: newSecret, password: newPassword })
const { first, dataDir } = plan
const services = plan.processes
const faults = await faultsOfStart(plan)
if (faults.length > 0) refuse(...faults)

const wantsDemo = await demoWanted(first.fresh)
await build()
// Not earlier: if a start stops before this point, the next one is still the first start and shows the password.
restrictNewFiles()
try {
  first.write()
} catch (error) {
  refuse(
    error instanceof AlreadyWritten
      ? error.message
      : `${dataDir} cannot be written: ${(error as Error).message}`,
  )
}

const shop: Shop = {
  authUrl: plannedService(plan, 'auth_service').origin,
  productUrl: plannedService(plan, 'product_service').origin,
}
const startedAt = performance.now()
let stopping = false
const supervisor = superviseServices(services, process.execPath, output)
stopOnSignals()
try {
  await supervisor.start()
  await greet()
  if (wantsDemo) void addPicturesOfDemo()
} catch (error) {
  // After a signal during the start, `stopOnSignals` exits.
  if (!stopping) {
    output.log((error as Error).message, 'error')
    await supervisor.stop()
    process.exit(1)
  }
}

/** Takes a few seconds at the first start, and after a source has changed. */
async function build() {
  try {
    await buildIfOld((what) => output.log(`Building the ${what} …`))
  } catch (error) {
    refuse((error as Error).message)
  }
}

/** What it sells, and how it ships. */
async function loadDemoShop(): Promise<string> {
  const { username } = first.admin
  const loaded = await loadDemo(shop, username, first.adminPassword)
  const { origin } = plannedService(plan, 'order_service')
  try {
    await addCheckout(origin, await signIn(shop, username, first.adminPassword), await digitsOf(shop))
    return loaded
  } catch (error) {
    return `${loaded} Its taxes and ways of shipping were not: ${(error as Error).message}`
  }
}

async function greet() {
  const demo = wantsDemo
    ? await loadDemoShop()
    : (await firstProduct(shop))
      ? undefined
      : 'No sample catalogue was loaded: there are no products. `npm start -- --demo` loads some.'
  const ready = {
    services,
    admin: first.admin,
    showsPassword: !first.shown,
    pidOf: supervisor.pidOf,
    demo,
    product: await firstProduct(shop, '&in_stock=true'),
    currencyDigits: await digitsOf(shop),
    seconds: (performance.now() - startedAt) / 1000,
  }
  if (asked.json) return output.log('ready', 'info', readyFields(ready))
  output.log(welcome(ready, paintFor(process.stdout)))
  if (ready.showsPassword) first.markShown()
}

/** While the shop is open: drawing takes longer than the start. */
async function addPicturesOfDemo() {
  const added = await addPictures(shop, () => signIn(shop, first.admin.username, first.adminPassword))
  if (added !== undefined && !stopping) output.log(added)
}

async function demoWanted(fresh: boolean): Promise<boolean> {
  if (asked.demo) return true
  if (asked['no-demo'] || asked.json || !fresh || !process.stdin.isTTY || !process.stdout.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  // Ctrl-C or Ctrl-D instead of an answer: nothing has been done yet.
  const exit = () => process.exit(0)
  terminal.once('SIGINT', exit).once('close', exit)
  const answer = await terminal.question('This is a new data folder. Load a small sample catalogue? [Y/n] ')
  terminal.off('close', exit).close()
  return !/^\s*n/i.test(answer)
}

/**
 * Any number of signals makes one shutdown, which finishes the requests under way: npm, a wrapper and a closing terminal
 * send several. Only a second Ctrl-C stops at once.
 */
function stopOnSignals() {
  let interruptedAt: number | undefined
  const stop = async (why: string) => {
    if (stopping) return
    stopping = true
    output.log(`${why}: stopping after the requests under way. Ctrl-C again stops at once.`)
    await supervisor.stop()
    output.log('All services have stopped.')
    process.exit(0)
  }
  process.on('SIGINT', () => {
    const again = interruptedAt !== undefined
    if (again && performance.now() - interruptedAt! > SAME_SIGNAL_MS) {
      output.log('Stopping at once.', 'warn')
      supervisor.kill()
      process.exit(1)
    }
    interruptedAt ??= performance.now()
    stop('SIGINT')
  })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal))
  // If the parent was killed, it sent no signal.
  process.once('disconnect', () => stop('The parent process has exited'))
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/** Four groups of six: 118 bits, and a person can type it. */
function newPassword(): string {
  const letters = Array.from({ length: 24 }, () => PASSWORD_LETTERS[randomInt(PASSWORD_LETTERS.length)])
  return letters.join('').replace(/.{6}(?=.)/g, '$&-')
}
