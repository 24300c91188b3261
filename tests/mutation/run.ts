/** Running one test file of a tree, to its end or to its deadline. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Ending = 'passed' | 'failed' | 'late'

const FIRST_FAILURE = join(import.meta.dirname, 'first_failure.ts')

/**
 * Ended at its first failure with all that it started and wrote. Its output is for nobody: many of these are meant to
 * fail.
 */
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
    // What Node keeps of a file tells less of what ran in it, and a mutant's is of no use again.
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1', ...env },
  })
  const stop = () => {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // It is gone, with all of its group.
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
