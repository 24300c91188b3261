/**
 * Which trace the code that runs now belongs to, as a W3C `traceparent`. The edge sets it (http/tracing.ts); whoever calls
 * another service reads it. So nothing in between has to name it. Work that waits in a queue and is done later on behalf
 * of several callers keeps the value of the moment it was asked for, because it runs in the context of another caller.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

const context = new AsyncLocalStorage<string | undefined>({ name: 'traceparent' })

/** Undefined outside every trace. */
export const currentTraceparent = (): string | undefined => context.getStore()

/** Runs `work` and all it starts as part of that trace; of none if undefined. */
export const inTrace = <T>(traceparent: string | undefined, work: () => T): T =>
  traceparent === context.getStore() ? work() : context.run(traceparent, work)
