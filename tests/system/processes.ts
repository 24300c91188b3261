/**
 * One service as a real process that can be stopped, killed and started again on the same port.
 *
 * Promises
 *  1. Only the process started here is ever signalled, through its own handle.
 *  2. Every wait has a deadline; after it the wait fails with the last output of the process.
 *  3. When this process exits, every child is killed, also if the test file is interrupted.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { COMPILE_CACHE } from '@shop/service_kit/test_support/compile_cache'
import { BUNDLES, type Bundled } from '../../scripts/build/bundles.ts'
import { within } from './until.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** Generous: other tests on the same machine must not make ours fail. */
const START_MS = 120_000
const STOP_MS = 60_000
const WORDS_MAX = 8_000

export type ServiceName = Exclude<Bundled, 'storefront' | 'payment_simulator' | 'mailbox'>
export type Environment = Readonly<Record<string, string>>
export type End = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

export type ServiceProcess<Name extends Bundled = ServiceName> = {
  readonly service: Name
  readonly url: string
  /** The operations port. */
  readonly operationsUrl: string
  readonly running: () => boolean
  /** Resolves once it listens. `extra` and `main`, the file that Node runs, are for this run only. */
  start(extra?: Environment, main?: string): Promise<void>
  /** SIGTERM; fails unless it drains and exits with code 0. */
  stop(): Promise<void>
  /** SIGKILL; resolves when it is gone. Nothing happens when it is not running. */
  kill(): Promise<void>
  /** SIGSTOP: the kernel accepts connections, but nothing answers. `resume` continues it. */
  standStill(): void
  resume(): void
  /** Waits until it exits by itself. */
  ended(): Promise<End>
  /** The end of its output. */
  lastWords(): string
}

type Run = { readonly child: ChildProcess; readonly ended: Promise<End> }

/** Sources do not change while tests run, so they are compared with the bundles once. */
let bundled: Promise<boolean> | undefined

const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

export function createServiceProcess<Name extends Bundled>(
  service: Name,
  port: number,
  environment: Environment,
  from: 'bundle' | 'sources' = 'bundle',
): ServiceProcess<Name> {
  const file = from === 'bundle' ? BUNDLES.pathOf(service) : BUNDLES.sourceOf(service)
  let run: Run | undefined
  let words = ''
  const collect = (text: string) => {
    words = (words + text).slice(-WORDS_MAX)
  }
  const waitFor = <T>(what: string, deadlineMs: number, work: Promise<T>) =>
    within(`${service} ${what}`, deadlineMs, work).catch((error: Error) => {
      error.message += `\nIts last words:\n${words}`
      throw error
    })

  const signal = (name: NodeJS.Signals) => {
    if (!run) throw notRunning(service)
    run.child.kill(name)
  }

  return {
    service,
    url: `http://127.0.0.1:${port}`,
    operationsUrl: `http://127.0.0.1:${port + BLOCK_SIZE}`,
    running: () => run !== undefined,
    async start(extra = {}, main = file) {
      if (run) throw new Error(`${service} is already running`)
      if (main === file) {
        bundled ??= BUNDLES.buildIfOld()
        await bundled
      }
      const child = spawn(process.execPath, [main], {
        cwd: ROOT,
        env: {
          ...COMPILE_CACHE,
          PORT: String(port),
          OPS_PORT: String(port + BLOCK_SIZE),
          ...environment,
          ...extra,
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      })
      children.add(child)
      child.stdout!.setEncoding('utf8').on('data', collect)
      child.stderr!.setEncoding('utf8').on('data', collect)
      const ended = once(child, 'exit').then(([code, signal]): End => {
        children.delete(child)
        if (run?.child === child) run = undefined
        return { code, signal }
      })
      run = { child, ended }
      const listening = once(child, 'message')
      const tooEarly = ended.then(({ code, signal }) => {
        throw new Error(`${service} ended (${code ?? signal}) before it listened`)
      })
      await waitFor('listens', START_MS, Promise.race([listening, tooEarly]))
    },
    async stop() {
      if (!run) throw new Error(`${service} is not running`)
      const { child, ended } = run
      child.kill('SIGTERM')
      const { code, signal } = await waitFor('drains and leaves', STOP_MS, ended)
      if (code !== 0) throw new Error(`${service} left with ${code ?? signal}\nIts last words:\n${words}`)
    },
    async kill() {
      if (!run) return
      const { child, ended } = run
      child.kill('SIGKILL')
      await waitFor('is gone', STOP_MS, ended)
    },
    standStill: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    ended: () => (run ? waitFor('ends by itself', STOP_MS, run.ended) : Promise.reject(notRunning(service))),
    lastWords: () => words,
  }
}

const notRunning = (service: string) => new Error(`${service} is not running`)

/**
 * Below the range of outgoing ports, so a port stays free while its service is down; and in a block that belongs to this
 * process, because it listens on the first port of the block: test files and test runs at the same time do not take
 * each other's ports. No port is given twice.
 */
const PORT_MIN = 20_000
const BLOCKS = 100
const BLOCK_SIZE = 60
let claimed: Promise<number> | undefined
let taken = 0

export async function freePort(): Promise<number> {
  for (;;) {
    if (claimed === undefined || taken === BLOCK_SIZE - 1) {
      claimed = claimBlock()
      taken = 0
    }
    const offset = ++taken
    const port = (await claimed) + offset
    const server = await listen(port)
    if (!server) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}

async function claimBlock(): Promise<number> {
  for (let i = 0; i < BLOCKS; i++) {
    // The second half is for operations ports, each at the same distance from its public port.
    const block = PORT_MIN + ((process.pid + i) % BLOCKS) * 2 * BLOCK_SIZE
    const guard = await listen(block)
    if (!guard) continue
    guard.unref()
    return block
  }
  throw new Error(`All ${BLOCKS} blocks of ports are taken`)
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
