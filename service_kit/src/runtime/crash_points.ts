/**
 * Named points between two durable steps. In tests (NODE_ENV=test) a process kills itself at the point in CRASH_POINT, as in a
 * power failure. Otherwise they do nothing.
 */
export type Reached = (point: string) => void

export function crashPoints(env: NodeJS.ProcessEnv): Reached {
  if (env.NODE_ENV !== 'test' || !env.CRASH_POINT) return () => {}
  return (point) => {
    if (point === env.CRASH_POINT) process.kill(process.pid, 'SIGKILL')
  }
}
