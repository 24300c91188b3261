/**
 * Logging: JSON lines on standard output; what could be a secret is redacted, and no text is repeated. Each line names the
 * request and the trace for which the running code works (request_context.ts).
 */
import { destination, type Logger, pino, type SerializedError, stdSerializers } from 'pino'
import { currentContext, type RequestContext, traceIdOf } from './request_context.ts'

const REDACTED = [
  'password',
  'token',
  'access_token',
  'refresh_token',
  'authorization',
  'cookie',
  '*.password',
  '*.token',
  '*.access_token',
  '*.refresh_token',
  '*.authorization',
  '*.cookie',
  'req.headers.authorization',
  'req.headers.cookie',
]

/** Of many requests or orders, a line names so many. */
export const IDS_LOGGED_MAX = 20

/** A list of ids as a line shows it. */
export const firstIds = (ids: readonly string[]): readonly string[] => ids.slice(0, IDS_LOGGED_MAX)

const BOUND = Symbol('names its request')

type Bindable = { child(names: object): unknown }
type Lazy = { readonly [CONTEXT]: RequestContext; [CHILD]?: Record<string, (...line: unknown[]) => unknown> }

const CONTEXT = Symbol('the request that it will name')
const CHILD = Symbol('made with the first line')
const METHODS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'child']
const lazyKinds = new WeakMap<Bindable, object>()

/**
 * A logger whose lines name this request, in whatever context they are written. Its child of `logger` is made with the first
 * line: most requests have none.
 */
export function boundTo<L extends Bindable>(logger: L, context: RequestContext): L {
  let kind = lazyKinds.get(logger)
  if (kind === undefined) {
    kind = lazyKindOf(logger)
    lazyKinds.set(logger, kind)
  }
  const lazy = Object.create(kind)
  lazy[CONTEXT] = context
  return lazy
}

function lazyKindOf(logger: Bindable): object {
  const method = (name: string) =>
    function (this: Lazy, ...line: unknown[]) {
      // Its own: `logger` may be lazy itself, and have one.
      if (!Object.hasOwn(this, CHILD))
        this[CHILD] = Object.assign(logger.child(namesOf(this[CONTEXT])) as object, {
          [BOUND]: true,
        }) as never
      return this[CHILD]![name]!(...line)
    }
  return Object.assign(Object.create(logger), Object.fromEntries(METHODS.map((name) => [name, method(name)])))
}

function namesOf({ requestIds, traceparent }: RequestContext) {
  const [reqId] = requestIds
  const traceId = traceIdOf(traceparent)
  return {
    ...(reqId === undefined ? {} : { reqId }),
    ...(requestIds.length > 1 ? { reqIds: firstIds(requestIds) } : {}),
    ...(traceId === undefined ? {} : { trace_id: traceId }),
  }
}

export function createLogger(service: string, level: string): Logger {
  return pino(
    {
      name: service,
      level,
      redact: { paths: REDACTED, censor: '[redacted]' },
      base: { service, pid: process.pid },
      serializers: { err: describeError },
      mixin: (_line, _level, logger) => (BOUND in logger ? {} : namesOf(currentContext())),
    },
    destination({ sync: true }),
  )
}

/** Deeper causes do not help. */
const CAUSES_MAX = 5

/**
 * Describes an error with its causes. A wrapping error often repeats the text of its cause, and pino would write both. Objects
 * on it are left out: errors of a database contain the documents that it refused, with hashes of passwords for example.
 */
export function describeError(error: Error): SerializedError {
  const described = stdSerializers.err(error)
  if (!(error instanceof Error)) return described
  const chain = chainOf(error)
  const [first, ...causes] = chain
  let message = first!.message
  let stack = first!.stack ?? ''
  for (const cause of causes) {
    const known = message.includes(cause.message)
    if (!known) message += `: ${cause.message}`
    const frames = /\n {4}at [\s\S]*$/.exec(cause.stack ?? '')?.[0] ?? ''
    stack += `\ncaused by: ${cause.name}${known ? '' : `: ${cause.message}`}${frames}`
  }
  for (const [name, value] of Object.entries(described)) {
    if (typeof value === 'object' && name !== 'aggregateErrors') delete described[name]
  }
  return Object.assign(described, { message, stack })
}

function chainOf(error: Error): Error[] {
  const chain: Error[] = []
  for (let next: unknown = error; next instanceof Error && chain.length <= CAUSES_MAX; next = next.cause) {
    if (chain.includes(next)) break
    chain.push(next)
  }
  return chain
}
