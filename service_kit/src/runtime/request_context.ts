/**
 * For which requests the running code works: their ids, their trace as a W3C `traceparent`, and their client. The app sets it; log
 * lines, calls to other services and queues read it, so no code in between passes it on. Work that waits in a queue has to save it, because it
 * runs later in the context of another caller.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

export type RequestContext = {
  readonly traceparent: string | undefined
  /** Several if work is shared; none outside of requests. In background work it is the id of what the work is for. */
  readonly requestIds: readonly string[]
  /** By which clients are counted (http/addresses.ts): the visitor's address. Undefined outside of requests, and of shared work. */
  readonly client?: string
}

export const REQUEST_ID = /^[\w.:-]{1,64}$/
/** Ids that one call names; as header 8.3 kB at most. */
export const REQUEST_IDS_MAX = 128

export const NO_REQUEST: RequestContext = { traceparent: undefined, requestIds: [] }

const context = new AsyncLocalStorage<RequestContext>({ name: 'request' })

export const currentContext = (): RequestContext => context.getStore() ?? NO_REQUEST

/** Undefined outside of traces. */
export const currentTraceparent = (): string | undefined => context.getStore()?.traceparent

/** Runs `work`, and all that it starts, in that context. */
export const inContext = <T>(its: RequestContext, work: () => T): T => context.run(its, work)

/** Runs `work`, and all that it starts, in that trace; in none if undefined. */
export const inTrace = <T>(traceparent: string | undefined, work: () => T): T =>
  traceparent === currentTraceparent() ? work() : context.run({ ...currentContext(), traceparent }, work)

/** Of work that is done for all of them: their ids, and the first trace. */
export function sharedContext(of: readonly RequestContext[]): RequestContext {
  if (of.length === 1) return of[0]!
  const ids = new Set(of.flatMap(({ requestIds }) => requestIds))
  return {
    traceparent: of.find(({ traceparent }) => traceparent !== undefined)?.traceparent,
    requestIds: [...ids].slice(0, REQUEST_IDS_MAX),
  }
}

/** Headers of a call to another service of ours. */
export function contextHeaders({ requestIds }: RequestContext): Record<string, string> {
  const [first] = requestIds
  if (first === undefined) return {}
  return { 'x-request-id': first, ...(requestIds.length > 1 ? { 'x-request-ids': requestIds.join() } : {}) }
}

/** The ids in the header `x-request-ids` of a service of ours; empty if it is not a list of ids. */
export function requestIdsIn(header: string | readonly string[] | undefined): readonly string[] {
  const ids = typeof header === 'string' ? header.split(',') : []
  return ids.length <= REQUEST_IDS_MAX && ids.every((id) => REQUEST_ID.test(id)) ? ids : []
}

const TRACE_ID = /^[\da-f]{2}-([\da-f]{32})-/
/** As in log lines. */
export const traceIdOf = (traceparent: string | undefined): string | undefined =>
  traceparent === undefined ? undefined : TRACE_ID.exec(traceparent)?.[1]
