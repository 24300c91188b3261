/** Whether this process can take requests. All listeners of a process share one. */
import type { FastifyBaseLogger } from 'fastify'
import { KIT_PROBLEMS } from './problems.ts'

/** Checks, by the name of the part. A check rejects if its part cannot be used. */
export type Readiness = Readonly<Record<string, () => Promise<void>>>

export const SHUTTING_DOWN = 'The service is shutting down.'

export type ReadinessCheck = {
  /** From now on the process is not ready. */
  drain(): void
  isDraining(): boolean
  /** Why the process is not ready, or undefined. Never rejects. */
  whyNot(log: FastifyBaseLogger): Promise<string | undefined>
}

export function createReadinessCheck(readiness: Readiness): ReadinessCheck {
  let isDraining = false
  /** Probes come every second, and only a change is logged. */
  let logged: string | undefined
  return {
    drain() {
      isDraining = true
    },
    isDraining: () => isDraining,
    async whyNot(log) {
      if (isDraining) return SHUTTING_DOWN
      for (const [part, check] of Object.entries(readiness)) {
        try {
          await check()
        } catch (cause) {
          const why = `${part}: ${(cause as Error).message}`
          if (why !== logged) log.warn({ err: cause, part }, KIT_PROBLEMS.not_ready.title)
          logged = why
          return why
        }
      }
      if (logged !== undefined) log.info('The service is ready again')
      logged = undefined
      return undefined
    },
  }
}
