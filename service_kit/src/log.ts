/** Logging: JSON lines on standard output; what could be a secret is never written. */
import { destination, type Logger, pino } from 'pino'

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
    },
    destination({ sync: true }),
  )
}
