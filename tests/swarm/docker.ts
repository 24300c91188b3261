/** The docker command, and an engine of our own if none runs. */
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until, within } from '../system/until.ts'

const run = promisify(execFile)
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024
const ENGINE_START_MS = 30_000
const ENGINE_STOP_MS = 30_000

/** The output of the command; fails with its error output. */
export async function docker(
  args: readonly string[],
  {
    env = {},
    input,
    cwd,
    deadlineMs = 60_000,
  }: { env?: NodeJS.ProcessEnv; input?: string; cwd?: string; deadlineMs?: number } = {},
): Promise<string> {
  const running = run('docker', [...args], {
    env: { ...process.env, ...env },
    timeout: deadlineMs,
    ...(cwd !== undefined && { cwd }),
    maxBuffer: OUTPUT_BYTES_MAX,
  })
  if (input !== undefined) running.child.stdin!.end(input)
  return (await running).stdout
}

export const lines = (text: string) => text.split('\n').filter((line) => line !== '')

export async function succeeds(command: string, ...args: readonly string[]): Promise<boolean> {
  return run(command, [...args], { timeout: 10_000 }).then(
    () => true,
    () => false,
  )
}

/** Uses the running engine, or starts one; resolves to the function that stops it. */
export async function requireEngine(): Promise<() => Promise<void>> {
  if (await succeeds('docker', 'info')) return async () => {}
  if (!(await succeeds('dockerd', '--version'))) {
    throw new Error(
      'No engine answers, and there is no dockerd to start one (Debian: apt-get install docker.io).',
    )
  }
  if (process.getuid?.() !== 0) throw new Error('No engine answers; starting one needs root.')
  const folder = mkdtempSync(join(tmpdir(), 'shop_engine_'))
  process.env.DOCKER_HOST = `unix://${folder}/sock`
  const engine = spawn(
    'dockerd',
    [
      ...['--data-root', join(folder, 'root'), '--exec-root', join(folder, 'exec')],
      ...['--pidfile', join(folder, 'pid'), '--host', process.env.DOCKER_HOST],
    ],
    { stdio: 'ignore' },
  )
  const ended = new Promise<void>((resolve) => engine.once('exit', () => resolve()))
  const stop = async () => {
    engine.kill('SIGTERM')
    await within('the engine stops', ENGINE_STOP_MS, ended)
    for (const mount of mountsBelow(folder)) await run('umount', ['--lazy', mount])
    rmSync(folder, { recursive: true, force: true })
  }
  await until('the engine answers', ENGINE_START_MS, () => succeeds('docker', 'info')).catch(
    async (error) => {
      await stop()
      throw error
    },
  )
  return stop
}

/** The mounts that the engine has left, innermost first. */
const mountsBelow = (folder: string): string[] =>
  lines(readFileSync('/proc/mounts', 'utf8'))
    .map((line) => line.split(' ')[1]!)
    .filter((path) => path.startsWith(`${folder}/`))
    .reverse()
