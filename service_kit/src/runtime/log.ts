/** Logging: JSON lines on standard output; what could be a secret is redacted, and no text is repeated. */
import { destination, type Logger, pino, type SerializedError, stdSerializers } from 'pino'

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

export function createLogger(service: string, level: string): Logger {
  return pino(
    {
      name: service,
      level,
      redact: { paths: REDACTED, censor: '[redacted]' },
      base: { service, pid: process.pid },
      serializers: { err: describeError },
    },
    destination({ sync: true }),
  )
}

/** Deeper causes do not help. */
const CAUSES_MAX = 5

/** Describes an error with its causes. A wrapping error often repeats the text of its cause, and pino would write both. */
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
