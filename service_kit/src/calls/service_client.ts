/**
 * Calls to another of our services: JSON over keep-alive connections, with a deadline, our service token, the current trace
 * and the ids of the requests for which it is made.
 *
 * A host name with several addresses has several replicas: each call goes to the one with the fewest calls in flight. One
 * address may be that of a balancer, so connections are replaced (connections.ts).
 * A `repeatable` call whose connection failed is sent once more (REPEAT), within the same deadline, to another replica if one
 * is known; another one may answer at the same address. All calls together are repeated at most RETRY_BUDGET.
 *
 * A call that was answered is never repeated here, with one exception: a 401, which changed nothing. It is sent once more
 * with each further one of `tokens`, because a replica that does not have the newest secret yet may have answered.
 */
import { retryAfterMs } from '@shop/retry/backoff'
import { createRetryBudget, retry } from '@shop/retry/retry'
import { contextHeaders, currentContext } from '../runtime/request_context.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { LookUp } from './addresses.ts'
import { CONNECTION_LIMITS, type ConnectionLimits } from './connections.ts'
import { createReplicas, type Network, type Replica, waitForAddresses } from './replicas.ts'

/** Calls in flight, each on a connection of its own. More than three kinds of batched calls make, so no kind waits for another. */
export const CALLS_MAX = 128
/** `connectMs` is enough within one network. A replica that could not be connected to is asked last for `cooldownMs`. */
const REPLICA_LIMITS = { connectMs: 1_000, cooldownMs: 5_000, addressesMs: 5_000 }
const ANSWER_BYTES_MAX = 4 * 1024 * 1024
const UNAUTHORIZED = 401
const REPEAT = { attempts: 2, firstMs: 50, maxMs: 50 }
const RETRY_BUDGET = { burst: 10, perSecond: 2 }
const NONE: ReadonlySet<Replica> = new Set()

/** The replicas that a call was sent to; and to which it is sent next, if that is decided. */
type Route = { readonly attempted: Set<Replica>; last?: Replica; next?: Replica }

/** The other service did not give a usable answer: the outcome of the call is unknown. */
export class ServiceUnreachable extends Error {
  /** HTTP status; undefined without an answer. */
  readonly status: number | undefined
  /** Of the problem that was answered. */
  readonly code: string | undefined
  /** From `Retry-After`. */
  readonly retryAfterMs: number | undefined

  constructor(
    message: string,
    options?: ErrorOptions & { status?: number; code?: string; retryAfterMs?: number },
  ) {
    super(message, options)
    this.name = 'ServiceUnreachable'
    this.status = options?.status
    this.code = options?.code
    this.retryAfterMs = options?.retryAfterMs
  }
}

type CallOptions = {
  readonly deadlineMs: number
  readonly repeatable?: boolean
  /** Aborts it before its deadline. */
  readonly signal?: AbortSignal
}

export type ServiceClient = {
  /** Resolves the JSON of a 2xx answer. Fails with ServiceUnreachable on any other answer and at the deadline. */
  post<T>(path: string, body: unknown, options: CallOptions): Promise<T>
  put<T>(path: string, body: unknown, options: CallOptions): Promise<T>
  close(): Promise<void>
}

type Method = 'POST' | 'PUT'

/** As of http/tracing.ts. */
type Traced = {
  call<T>(name: string, call: (traceparent: string | undefined) => Promise<T>): Promise<T>
}

export type ServiceClientOptions = {
  readonly url: string
  /** Signed with the current secret, and with the one before, if that is still valid. At least one. */
  readonly tokens: readonly (() => Promise<string>)[]
  readonly tracing: Traced
  readonly runtime: Pick<Runtime, 'now' | 'monotonic' | 'sleep' | 'after' | 'random'>
  /** Tests set smaller ones. */
  readonly limits?: Partial<ConnectionLimits & { readonly addressesMs: number }>
  readonly lookUp?: LookUp
  readonly network?: Network
}

export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  const { url, tokens, tracing, runtime, limits, lookUp, network } = options
  const { origin, pathname } = new URL(url)
  const base = pathname.replace(/\/$/, '')
  const replicas = createReplicas(
    [origin],
    runtime,
    { ...REPLICA_LIMITS, ...CONNECTION_LIMITS, ...limits },
    { find: lookUp, answerBytesMax: ANSWER_BYTES_MAX, network },
  )
  const budget = createRetryBudget(RETRY_BUDGET, runtime.monotonic)

  const send = async (
    method: Method,
    path: string,
    body: string,
    token: () => Promise<string>,
    signal: AbortSignal,
    traceparent: string | undefined,
    route: Route,
  ) => {
    await waitForAddresses(replicas.lookUp(), signal)
    const replica = route.next ?? replicas.choose('calls', route.attempted) ?? replicas.choose('calls', NONE)!
    delete route.next
    route.last = replica
    route.attempted.add(replica)
    return replica.request('calls', {
      method,
      path: base + path,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await token()}`,
        ...(traceparent === undefined ? {} : { traceparent }),
        ...contextHeaders(currentContext()),
      },
      body,
      signal,
    })
  }

  let calls = 0

  const call =
    (method: Method): ServiceClient['post'] =>
    (path, content, { deadlineMs, repeatable = false, signal }) =>
      tracing.call(`${method} ${path}`, async (traceparent) => {
        if (calls >= CALLS_MAX) throw new ServiceUnreachable(`${origin}${path}: ${calls} calls are waiting`)
        const controller = new AbortController()
        const abort = () => controller.abort(signal!.reason)
        const cancel = runtime.after(deadlineMs, () =>
          controller.abort(new Error(`no answer within ${deadlineMs} ms`)),
        )
        signal?.addEventListener('abort', abort, { once: true })
        if (signal?.aborted) abort()
        const text = JSON.stringify(content)
        const received: { status?: number; code?: string; retryAfterMs?: number } = {}
        calls += 1
        try {
          const route: Route = { attempted: new Set() }
          const sendWith = (token: () => Promise<string>) =>
            retry(() => send(method, path, text, token, controller.signal, traceparent, route), {
              ...REPEAT,
              budget,
              sleep: runtime.sleep,
              random: runtime.random,
              signal: controller.signal,
              repeatAfter: () => (repeatable ? 0 : undefined),
            })
          let answer = await sendWith(tokens[0]!)
          for (const token of tokens.slice(1)) {
            if (answer.statusCode !== UNAUTHORIZED) break
            await answer.body.dump()
            route.next = route.last!
            answer = await sendWith(token)
          }
          received.status = answer.statusCode
          const waitMs = retryAfterMs([answer.headers['retry-after']].flat()[0], runtime.now().getTime())
          if (waitMs !== undefined) received.retryAfterMs = waitMs
          const body = await answer.body.text()
          if (answer.statusCode >= 300) {
            const code = codeIn(body)
            if (code !== undefined) received.code = code
            throw new Error(`answered ${answer.statusCode}: ${body.slice(0, 200)}`)
          }
          return JSON.parse(body)
        } catch (error) {
          throw new ServiceUnreachable(`${origin}${path}: ${(error as Error).message}`, {
            cause: error,
            ...received,
          })
        } finally {
          cancel()
          signal?.removeEventListener('abort', abort)
          calls -= 1
        }
      })

  return { post: call('POST'), put: call('PUT'), close: replicas.close }
}

/** Of a problem (RFC 9457); undefined for any other answer. */
function codeIn(body: string): string | undefined {
  try {
    const { code } = JSON.parse(body) as { code?: unknown }
    return typeof code === 'string' ? code : undefined
  } catch {
    return undefined
  }
}
