/**
 * Named places between two durable steps. In tests (NODE_ENV=test) the process that reaches the place named by
 * CRASH_POINT kills itself there, as a power cut would; otherwise reaching one does nothing at all.
 */
export type Reached = (place: string) => void

export function crashPoints(env: NodeJS.ProcessEnv): Reached {
  if (env.NODE_ENV !== 'test' || !env.CRASH_POINT) return () => {}
  return (place) => {
    if (place === env.CRASH_POINT) process.kill(process.pid, 'SIGKILL')
  }
}
