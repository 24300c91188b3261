/** Child processes on free ports. They report their addresses, and are killed when we exit. */
import { type ChildProcess, fork } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Running = {
  readonly name: string
  readonly origin: string
  /** The address of its operations port; floors have none. */
  readonly operations: string | undefined
  /** Its resident memory in MiB; undefined if the system does not say, like cpuSeconds. */
  residentMiB(): number | undefined
  /** The CPU time of all its threads, in user and kernel mode. */
  cpuSeconds(): number | undefined
  stop(): Promise<void>
}

const START_MS = 30_000
const STOP_MS = 20_000
const living = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})

type Announcement = { readonly listening?: number; readonly operationsPort?: number }

type Start = {
  readonly name: string
  readonly file: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** The folder of its log. */
  readonly folder: string
  /** The folder for a CPU profile, written when it stops. */
  readonly profile?: string | undefined
}

/** Resolves when the process listens. If the start fails, the error contains the end of its log. */
export async function start({ name, file, args = [], env = {}, folder, profile }: Start): Promise<Running> {
  const logFile = join(folder, `${name}.log`)
  const log = openSync(logFile, 'a')
  const child = fork(file, args, {
    env: { ...process.env, ...env },
    execArgv: profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile],
    stdio: ['ignore', log, log, 'ipc'],
  })
  living.add(child)
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      living.delete(child)
      resolve()
    })
  })
  const { listening, operationsPort } = await new Promise<Announcement>((resolve, reject) => {
    const fail = (what: string) =>
      reject(new Error(`${name} ${what}:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`))
    const timer = setTimeout(() => fail(`did not listen within ${START_MS} ms`), START_MS)
    child.on('message', (message: Announcement) => {
      if (message.listening === undefined) return
      clearTimeout(timer)
      resolve(message)
    })
    child.once('exit', () => {
      clearTimeout(timer)
      fail('exited during its start')
    })
  })
  return {
    name,
    origin: `http://127.0.0.1:${listening}`,
    operations: operationsPort === undefined ? undefined : `http://127.0.0.1:${operationsPort}`,
    residentMiB: () => residentMiB(child.pid!),
    cpuSeconds: () => cpuSeconds(child.pid!),
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      child.kill('SIGTERM')
      await exited
      clearTimeout(timer)
    },
  }
}

function residentMiB(pid: number): number | undefined {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kib === undefined ? undefined : Number(kib) / 1024
  } catch {
    return undefined
  }
}

/** Ticks of /proc are hundredths of a second wherever Node runs. */
const TICKS_PER_SECOND = 100

function cpuSeconds(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may contain spaces; the fields after it are numbered from 3.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[14 - 3]) + Number(fields[15 - 3])) / TICKS_PER_SECOND
  } catch {
    return undefined
  }
}
