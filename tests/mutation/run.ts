/** Runs one test file of a tree, until it ends or until a deadline. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Ending = 'passed' | 'failed' | 'late'

const FIRST_FAILURE = join(import.meta.dirname, 'first_failure.ts')

/** Stops at the first failure, and kills and removes everything that the test started and wrote. Its output is ignored. */
export async function runTest(
  tree: string,
  file: string,
  deadlineMs: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Ending> {
  const folder = mkdtempSync(join(tmpdir(), 'mutant_'))
  try {
    const args = [`--test-reporter=${FIRST_FAILURE}`, join(tree, file)]
    return await runProgram(tree, args, deadlineMs, { ...env, TMPDIR: folder })
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

export async function runProgram(
  tree: string,
  args: readonly string[],
  deadlineMs: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Ending> {
  const child = spawn(process.execPath, [...args], {
    cwd: tree,
    stdio: 'ignore',
    detached: true,
    // Cached code gives less coverage, and that of a mutant is never used again.
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1', ...env },
  })
  const stop = () => {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // The process group has exited.
    }
  }
  let late = false
  const timer = setTimeout(() => {
    late = true
    stop()
  }, deadlineMs)
  process.once('exit', stop)
  try {
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
    return late ? 'late' : code === 0 ? 'passed' : 'failed'
  } finally {
    clearTimeout(timer)
    process.off('exit', stop)
    stop()
  }
}
