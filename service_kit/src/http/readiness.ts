/** Should work be sent to this process? Known to all its listeners alike. */
import type { FastifyBaseLogger } from 'fastify'
import { KIT_PROBLEMS } from './problems.ts'

/** Checks by the name of the part. One rejects when its part can't be used. */
export type Readiness = Readonly<Record<string, () => Promise<void>>>

export const LEAVING = 'The service is shutting down.'

export type ReadinessLook = {
  /** From now on the answer is that the service leaves. */
  drain(): void
  isDraining(): boolean
  /** Why no work should be sent, or undefined. Never rejects. */
  whyNot(log: FastifyBaseLogger): Promise<string | undefined>
}

export function createReadinessLook(readiness: Readiness): ReadinessLook {
  let draining = false
  /** Probes come every second: why not is said when it changes, not each time. */
  let told: string | undefined
  return {
    drain() {
      draining = true
    },
    isDraining: () => draining,
    async whyNot(log) {
      if (draining) return LEAVING
      for (const [part, check] of Object.entries(readiness)) {
        try {
          await check()
        } catch (cause) {
          const why = `${part}: ${(cause as Error).message}`
          if (why !== told) log.warn({ err: cause, part }, KIT_PROBLEMS.not_ready.title)
          told = why
          return why
        }
      }
      if (told !== undefined) log.info('The service is ready again')
      told = undefined
      return undefined
    },
  }
}
