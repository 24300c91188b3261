/**
 * The logger of one request, made when it first writes: naming a request in a pino child costs more than routing
 * it, and most requests write nothing.
 */
import type { FastifyBaseLogger } from 'fastify'

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

type Level = (typeof LEVELS)[number]
type Bindings = Parameters<FastifyBaseLogger['child']>[0]
type Lazy = { parent: FastifyBaseLogger; bindings: Bindings; own: FastifyBaseLogger | undefined }

const ownOf = (lazy: Lazy) => {
  lazy.own ??= lazy.parent.child(lazy.bindings)
  return lazy.own
}

/** Shared by all requests; a level that is off stays pino's own no-op. */
function prototypeOf(parent: FastifyBaseLogger): object {
  const on = (level: Level) =>
    (parent as { isLevelEnabled?: (level: Level) => boolean }).isLevelEnabled?.(level) ?? true
  const write = (level: Level) =>
    on(level)
      ? function (this: Lazy, ...message: unknown[]) {
          const own = ownOf(this)
          Reflect.apply(own[level], own, message)
        }
      : () => {}
  return {
    ...Object.fromEntries(LEVELS.map((level) => [level, write(level)])),
    level: parent.level,
    silent: () => {},
    child(this: Lazy, ...options: Parameters<FastifyBaseLogger['child']>) {
      return ownOf(this).child(...options)
    },
  }
}

/** For Fastify's `childLoggerFactory`. Levels are those of the moment the first request came. */
export function createRequestLogs() {
  let made: { parent: FastifyBaseLogger; prototype: object } | undefined
  return (parent: FastifyBaseLogger, bindings: Bindings): FastifyBaseLogger => {
    if (made?.parent !== parent) made = { parent, prototype: prototypeOf(parent) }
    return Object.assign(Object.create(made.prototype), { parent, bindings, own: undefined })
  }
}
