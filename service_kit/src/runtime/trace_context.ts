/**
 * The trace of the running code, as a W3C `traceparent`. http/tracing.ts sets it, and calls to other services read it, so no code
 * in between passes it on. Work that waits in a queue has to save it, because it runs later in the context of another caller.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

const context = new AsyncLocalStorage<string | undefined>({ name: 'traceparent' })

/** Undefined outside of traces. */
export const currentTraceparent = (): string | undefined => context.getStore()

/** Runs `work`, and all that it starts, in that trace; in none if undefined. */
export const inTrace = <T>(traceparent: string | undefined, work: () => T): T =>
  traceparent === context.getStore() ? work() : context.run(traceparent, work)
