/**
 * Whether this process can take requests. All listeners of a process share one.
 *
 * Temporary trouble of a store (an election) has all replicas at the same time. If they all were not ready, a balancer would
 * answer in their place, without our problem and its Retry-After, and no order would be accepted. So:
 *
 *  1. A replica that was ready stays so through temporary trouble, for READY_THROUGH_TROUBLE_MS.
 *  2. It is not ready at once: before it was ready for the first time, while it drains, and after any other failure.
 *  3. A check that takes long counts as temporary trouble after PROBE_WAIT_MS, because balancers do not wait long either.
 */
import type { FastifyBaseLogger } from 'fastify'
import { inTime, type Runtime } from '../runtime/runtime.ts'
import { TemporaryTrouble } from '../runtime/temporary_trouble.ts'
import { KIT_PROBLEMS } from './problems.ts'

export const READY_THROUGH_TROUBLE_MS = 30_000
export const PROBE_WAIT_MS = 250

/** Checks, by the name of the part. A check rejects if its part cannot be used. */
export type Readiness = Readonly<Record<string, () => Promise<void>>>

export const SHUTTING_DOWN = 'The service is shutting down.'

/** `why`: why it is not ready, or what is wrong although it is. */
export type ReadyState = { readonly ready: boolean; readonly why?: string }

export type ReadinessCheck = {
  /** From now on the process is not ready. */
  drain(): void
  isDraining(): boolean
  /** Never rejects. */
  state(log: FastifyBaseLogger): Promise<ReadyState>
}

type Clock = Pick<Runtime, 'monotonic' | 'after'>

export function createReadinessCheck(readiness: Readiness, clock: Clock): ReadinessCheck {
  let isDraining = false
  /** Probes come every second, and only a change is logged. */
  let logged: ReadyState = { ready: true }
  const parts = Object.entries(readiness).map(([name, check]) => createPart(name, check, clock))

  const logChange = (log: FastifyBaseLogger, state: ReadyState, err: unknown) => {
    if (state.ready !== logged.ready || state.why !== logged.why) {
      if (!state.ready) log.warn({ err }, KIT_PROBLEMS.not_ready.title)
      else if (state.why !== undefined) log.warn({ err }, 'The service stays ready through temporary trouble')
      else log.info(logged.ready ? 'The trouble is over' : 'The service is ready again')
    }
    logged = state
    return state
  }

  return {
    drain() {
      isDraining = true
    },
    isDraining: () => isDraining,
    async state(log) {
      if (isDraining) return { ready: false, why: SHUTTING_DOWN }
      let trouble: { state: ReadyState; error: Error } | undefined
      for (const { name, failure, isTolerated } of parts) {
        const error = await failure()
        if (error === undefined) continue
        const found = { state: { ready: isTolerated(error), why: `${name}: ${error.message}` }, error }
        if (!found.state.ready) return logChange(log, found.state, error)
        trouble ??= found
      }
      return logChange(log, trouble?.state ?? { ready: true }, trouble?.error)
    },
  }
}

function createPart(name: string, check: () => Promise<void>, runtime: Clock) {
  let wasReady = false
  /** When the trouble began, and the last known reason. */
  let trouble: { readonly since: number; readonly error: Error } | undefined
  /** The check under way, which all probes share. */
  let checking: Promise<Error | undefined> | undefined

  const checkOnce = async () => {
    const since = trouble?.since ?? runtime.monotonic()
    try {
      await check()
      wasReady = true
      trouble = undefined
    } catch (error) {
      trouble = { since, error: error as Error }
    } finally {
      checking = undefined
    }
    return trouble?.error
  }

  return {
    name,
    async failure(): Promise<Error | undefined> {
      const begun = runtime.monotonic()
      checking ??= checkOnce()
      if (!wasReady) return checking
      return inTime(runtime, PROBE_WAIT_MS, checking, () => {
        trouble ??= { since: begun, error: new TemporaryTrouble('It does not answer.') }
        return trouble.error
      })
    },
    isTolerated: (error: Error): boolean =>
      wasReady &&
      error instanceof TemporaryTrouble &&
      trouble !== undefined &&
      runtime.monotonic() - trouble.since < READY_THROUGH_TROUBLE_MS,
  }
}
