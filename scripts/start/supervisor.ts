/**
 * Runs the services as processes: starts them, restarts one that exits, and stops them.
 *
 * Promises
 *  1. `start` starts all at once, because each can run without the others, and resolves when all are ready. If one exits
 *     before that, the start fails; nothing is restarted.
 *  2. Later, a service that exits is restarted after a pause (backoff.ts) that grows with each exit, up to
 *     RESTART_BACKOFF.maxMs. A service that has run for STABLE_MS begins with the first pause again. `stop` ends a pause.
 *  3. `stop` stops them in reverse order, so that a caller drains before the services that it calls. A process that
 *     takes longer than STOP_DEADLINE_MS is killed, with a message.
 *  4. Each has a process group of its own, so that Ctrl-C in a terminal reaches only us, and an IPC channel, so that it
 *     shuts down when we have exited (lifecycle.ts of the kit).
 *  5. While a service runs, `<name>.pid` of the data folder has its process id, for `kill "$(cat …)"`.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import { sleep } from '@shop/retry/sleep'
import { linesOf } from '../lines.ts'
import type { Planned } from '../plan.ts'
import type { ProcessEntry } from '../services.ts'
import type { Output } from './log_lines.ts'
import { OWNER_ONLY } from './owner_only.ts'

const RESTART_BACKOFF: Backoff = { firstMs: 500, maxMs: 30_000 }
const STABLE_MS = 60_000
const READY_DEADLINE_MS = 60_000
const READY_POLL_MS = 50
const PROBE_MS = 2_000
/** A little more than a service takes for its shutdown. */
const STOP_DEADLINE_MS = 20_000

const exitCode = (code: number | null) => `exit code ${code}`
const CLEAN_EXIT = exitCode(0)

type Worker = {
  readonly service: Planned<ProcessEntry>
  process: ChildProcess | undefined
  exited: Promise<string>
  startedAt: number
  failures: number
}

export type Supervisor = {
  /** Resolves when all services are ready; rejects with a sentence if one exits, or after READY_DEADLINE_MS. */
  start(): Promise<void>
  stop(): Promise<void>
  /** The process id of a service, while it runs. */
  pidOf(name: ProcessEntry['name']): number | undefined
  /** Kills all services, even if requests are under way. */
  kill(): void
}

export function superviseServices(
  services: readonly Planned<ProcessEntry>[],
  node: string,
  output: Output,
): Supervisor {
  let phase: 'starting' | 'running' | 'stopping' = 'starting'
  const stopping = new AbortController()
  const workers = services.map(
    (service): Worker => ({
      service,
      process: undefined,
      exited: Promise.resolve(''),
      startedAt: 0,
      failures: 0,
    }),
  )

  function run(worker: Worker) {
    const { entry, env } = worker.service
    const child = spawn(node, [entry.main], {
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    writePid(worker.service, child.pid)
    const printed = [child.stdout, child.stderr].map((stream) => printLines(stream!, worker, output))
    worker.process = child
    worker.startedAt = performance.now()
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, signal) => resolve(signal ?? exitCode(code)))
    })
    worker.exited = exited.then(async (how) => {
      worker.process = undefined
      writePid(worker.service, undefined)
      await Promise.all(printed)
      return how
    })
    worker.exited.then((how) => {
      if (phase === 'running') restart(worker, how)
    })
  }

  async function restart(worker: Worker, how: string) {
    const wasStable = performance.now() - worker.startedAt > STABLE_MS
    worker.failures = wasStable ? 1 : worker.failures + 1
    const ms = pauseMs(RESTART_BACKOFF, worker.failures, Math.random())
    const { name } = worker.service.entry
    // A service exits with 0 only after a signal, and this one did not come from us.
    const what = how === CLEAN_EXIT ? 'was stopped by a signal' : `exited unexpectedly (${how})`
    output.log(`${name} ${what}; restarting it in ${(ms / 1000).toFixed(1)} s.`, 'warn')
    await sleep(ms, stopping.signal).catch(() => {})
    if (phase !== 'running') return
    run(worker)
    const started = worker.process
    await isReady(worker.service, () => worker.process !== started).catch(() => {})
    if (phase === 'running' && worker.process === started) output.log(`${name} is ready again.`)
  }

  async function stopOne(worker: Worker) {
    if (!worker.process) return
    worker.process.kill('SIGTERM')
    const late = setTimeout(() => {
      output.log(`${worker.service.entry.name} did not stop in time and was killed.`, 'warn')
      worker.process?.kill('SIGKILL')
    }, STOP_DEADLINE_MS)
    await worker.exited
    clearTimeout(late)
  }

  return {
    async start() {
      for (const worker of workers) run(worker)
      await Promise.race([...workers.map(rejectOnExit), allReady(services, () => phase !== 'starting')])
      if (phase === 'starting') phase = 'running'
    },
    async stop() {
      phase = 'stopping'
      stopping.abort()
      for (const worker of workers.toReversed()) await stopOne(worker)
    },
    pidOf: (name) => workers.find(({ service }) => service.entry.name === name)?.process?.pid,
    kill() {
      phase = 'stopping'
      stopping.abort()
      for (const { process } of workers) process?.kill('SIGKILL')
    },
  }
}

function rejectOnExit({ service, exited }: Worker): Promise<never> {
  const exit = exited.then((how) => {
    throw new Error(`${service.entry.name} did not start (${how}); see its messages above.`)
  })
  exit.catch(() => {})
  return exit
}

/** Resolves when the readiness probe answers 200. Rejects after READY_DEADLINE_MS, or if `isAborted`. */
async function isReady(
  { entry, operations }: Planned<ProcessEntry>,
  isAborted: () => boolean,
): Promise<void> {
  const deadline = performance.now() + READY_DEADLINE_MS
  for (let last = 'it does not answer'; ; await sleep(READY_POLL_MS)) {
    try {
      const answer = await fetch(`${operations.origin}/readyz`, { signal: AbortSignal.timeout(PROBE_MS) })
      if (answer.ok) return
      last = ((await answer.json()) as { detail: string }).detail
    } catch {}
    if (isAborted()) throw new Error('aborted')
    if (performance.now() > deadline) {
      throw new Error(`${entry.name} was not ready after ${READY_DEADLINE_MS / 1000} s: ${last}`)
    }
  }
}

/** Ready, and able to check tokens: a service without the keys of auth_service answers 503 to every token. */
async function allReady(services: readonly Planned<ProcessEntry>[], isAborted: () => boolean): Promise<void> {
  await Promise.all(services.map((service) => isReady(service, isAborted)))
  await Promise.all(services.map((service) => acceptsTokens(service, isAborted)))
}

async function acceptsTokens(
  { origin, entry }: Planned<ProcessEntry>,
  isAborted: () => boolean,
): Promise<void> {
  if (entry.authenticatedPath === undefined) return
  const headers = { authorization: 'Bearer none' }
  for (const deadline = performance.now() + READY_DEADLINE_MS; ; await sleep(READY_POLL_MS)) {
    const signal = AbortSignal.timeout(PROBE_MS)
    const answer = await fetch(origin + entry.authenticatedPath, { headers, signal }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer && answer.status !== 503) return
    if (isAborted()) throw new Error('aborted')
    if (performance.now() > deadline) {
      throw new Error(`${entry.name} could not fetch the keys of auth_service.`)
    }
  }
}

const pidFile = ({ env, entry }: Planned<ProcessEntry>) => join(env.DATA_DIR!, `${entry.name}.pid`)

/** Errors are ignored: a full disk must not prevent the start of a service. */
function writePid(service: Planned<ProcessEntry>, pid: number | undefined) {
  try {
    if (pid === undefined) rmSync(pidFile(service), { force: true })
    else writeFileSync(pidFile(service), `${pid}\n`, { mode: OWNER_ONLY })
  } catch {}
}

async function printLines(stream: Readable, { service }: Worker, output: Output): Promise<void> {
  for await (const line of linesOf(stream.setEncoding('utf8'))) {
    output.fromService(service.entry.label, service.entry.style, line)
  }
}
