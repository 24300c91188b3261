/** Which headers pass through the gateway, and what it says itself: to services, and to visitors. */
import type { FastifyRequest } from 'fastify'

/** Meant for one connection only (RFC 9110, 7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
/** Length and host are those of our own request. */
const OWN = ['content-length', 'host']
const NOT_PASSED_ON = new Set([...HOP_BY_HOP, ...OWN, 'cookie', 'forwarded', 'expect', 'http2-settings'])

type Headers = Record<string, string | string[] | undefined>

/** What a service is told about the request, and by whom it was made. */
export function requestHeaders(request: FastifyRequest, headers: Headers): Headers {
  const passed: Headers = {}
  const named = namedByConnection(headers)
  for (const [name, value] of Object.entries(headers)) {
    const stays = NOT_PASSED_ON.has(name) || named.includes(name) || name.startsWith('x-forwarded-')
    if (!stays) passed[name] = value
  }
  passed['x-forwarded-for'] = request.ip
  passed['x-forwarded-proto'] = request.protocol
  passed['x-request-id'] = request.id
  delete passed.traceparent
  if (request.traceparent !== undefined) passed.traceparent = request.traceparent
  return passed
}

/** What a visitor is told of what a service said. */
export function responseHeaders(headers: Headers, strip: string): Headers {
  const passed: Headers = { 'cache-control': 'private, no-cache' }
  for (const [name, value] of Object.entries(headers)) {
    if (!HOP_BY_HOP.includes(name) && name !== 'x-request-id') passed[name] = value
  }
  const { location } = headers
  if (typeof location === 'string' && location.startsWith('/')) passed.location = strip + location
  return passed
}

/** Headers that a visitor meant for the connection to us alone. */
const namedByConnection = ({ connection = '' }: Headers) =>
  String(connection)
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
