/**
 * Named points between two durable steps. In tests (NODE_ENV=test) a process kills itself at the point that CRASH_POINT
 * names, like a power cut. Otherwise nothing happens there.
 */
export type Reached = (point: string) => void

export function crashPoints(env: NodeJS.ProcessEnv): Reached {
  if (env.NODE_ENV !== 'test' || !env.CRASH_POINT) return () => {}
  return (point) => {
    if (point === env.CRASH_POINT) process.kill(process.pid, 'SIGKILL')
  }
}
