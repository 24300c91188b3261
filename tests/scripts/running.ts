/** Runs our scripts as real processes, each with a new data folder and free ports. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../system/processes.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const DEADLINE_MS = 120_000

export type World = {
  readonly dataDir: string
  readonly ports: {
    readonly auth: number
    readonly product: number
    readonly order: number
    readonly notification: number
    readonly storefront: number
  }
  readonly env: NodeJS.ProcessEnv
}

/** Variables of the user's shell that a test must not inherit. */
const FOREIGN =
  /^(CI$|ADMIN_|SERVICE_SECRET|DATABASE_URL|HOST$|PORT$|.*_PORT$|.*_URL$|CURRENCY|OPS_|PAYMENT|STRIPE_|PUBLIC_|FORCE_COLOR|NODE_(?!COMPILE_CACHE$))/

export async function newWorld(t: TestContext, extra: NodeJS.ProcessEnv = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  const [
    auth = 0,
    product = 0,
    order = 0,
    notification = 0,
    storefront = 0,
    payment = 0,
    simulator = 0,
    mailbox = 0,
    smtp = 0,
    ...operations
  ] = await Promise.all(Array.from({ length: 15 }, freePort))
  const dataDir = join(folder, 'data')
  const inherited = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name))
  return {
    dataDir,
    ports: { auth, product, order, notification, storefront },
    env: {
      ...Object.fromEntries(inherited),
      DATA_DIR: dataDir,
      AUTH_PORT: String(auth),
      PRODUCT_PORT: String(product),
      ORDER_PORT: String(order),
      NOTIFICATION_PORT: String(notification),
      PAYMENT_PORT: String(payment),
      SIMULATOR_PORT: String(simulator),
      MAILBOX_PORT: String(mailbox),
      MAILBOX_SMTP_PORT: String(smtp),
      STOREFRONT_PORT: String(storefront),
      ...Object.fromEntries(
        ['AUTH', 'PRODUCT', 'ORDER', 'NOTIFICATION', 'STOREFRONT', 'PAYMENT'].map((name, i) => [
          `${name}_OPS_PORT`,
          String(operations[i]),
        ]),
      ),
      // Three processes less. Tests of payments and of mails have others.
      PAYMENTS: 'off',
      MAILBOX: 'off',
      NO_COLOR: '1',
      ...extra,
    },
  }
}

export const listen = (port: number): Promise<Server> =>
  new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', fail)
    server.listen(port, '127.0.0.1', () => done(server))
  })

export const portOf = (server: Server): number => (server.address() as { port: number }).port

export type Run = {
  readonly process: ChildProcess
  /** The standard output and error so far. */
  readonly output: () => string
  /** Resolves to the exit code (or the signal's name) once all its output has been read. */
  readonly ended: Promise<number | string>
  /** Resolves to the output up to and including the first match, which must come within DEADLINE_MS. */
  until(pattern: RegExp): Promise<RegExpExecArray>
}

const pathOf = (script: string) => join(ROOT, 'scripts', script)

/** Starts `node scripts/<script>`. */
export const runScript = (t: TestContext, script: string, world: World, ...args: string[]): Run =>
  run(t, world, process.execPath, pathOf(script), ...args)

/** Starts `npm start` itself. */
export const runNpmStart = (t: TestContext, world: World, ...args: string[]): Run =>
  run(t, world, 'npm', 'start', ...args)

/** Starts a script as npm does, through scripts/run.mjs. */
export const runMjs = (t: TestContext, world: World, ...args: string[]): Run =>
  run(t, world, process.execPath, pathOf('run.mjs'), ...args)

/** A command on a terminal; text written to the `stdin` of the process is typed there. */
export const runInTerminal = (t: TestContext, world: World, command: string): Run =>
  run(t, world, 'script', '-qec', command, '/dev/null')

export const startCommand = `exec ${process.execPath} ${join(ROOT, 'scripts', 'start.ts')}`

const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/healthz`).then(
    () => true,
    () => false,
  )
export const portsAnswering = async ({ ports }: World): Promise<number> =>
  (await Promise.all(Object.values(ports).map(answers))).filter(Boolean).length

/** Resolves when no port of the shop answers any more. */
export async function gone(world: World): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; (await portsAnswering(world)) > 0; await sleep(50)) {
    if (Date.now() > deadline) throw new Error('services are still answering')
  }
}

/** The process ends with the test, however the test ends. */
function run(t: TestContext, world: World, command: string, ...args: string[]): Run {
  let text = ''
  const child = spawn(command, args, { cwd: ROOT, env: world.env, stdio: ['pipe', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code ?? -1))
  })
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
  })
  return {
    process: child,
    output: () => text,
    ended,
    async until(pattern) {
      for (const deadline = Date.now() + DEADLINE_MS; ; await sleep(25)) {
        const match = pattern.exec(text)
        if (match) return match
        if (Date.now() > deadline || child.exitCode !== null) {
          throw new Error(`No ${pattern} in the output:\n${text}`)
        }
      }
    },
  }
}

/** Runs a script to its end. */
export async function finish(t: TestContext, script: string, world: World, ...args: string[]) {
  const run = runScript(t, script, world, ...args)
  const code = await run.ended
  return { code, output: run.output() }
}

export const READY = /The shop is ready/
