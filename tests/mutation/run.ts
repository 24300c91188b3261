/** Running one test file of a tree, to its end or to its deadline. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

export type Ending = 'passed' | 'failed' | 'late'

/** Ended with all that it started. Its output is for nobody: many of these are meant to fail. */
export function runTest(
  tree: string,
  file: string,
  deadlineMs: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Ending> {
  return runProgram(tree, [join(tree, file)], deadlineMs, env)
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
    env: { ...process.env, ...env },
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
