/** Which headers the gateway forwards, and which it sets itself, in both directions. */
import type { FastifyRequest } from 'fastify'

/** For one connection only (RFC 9110, 7.6.1). */
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
/** Our own request has its own. */
const OWN = ['content-length', 'host', 'x-request-ids']
const NOT_PASSED_ON = new Set([...HOP_BY_HOP, ...OWN, 'cookie', 'forwarded', 'expect', 'http2-settings'])

type Headers = Record<string, string | string[] | undefined>

/** Headers of the request to a service. */
export function requestHeaders(request: FastifyRequest, headers: Headers): Headers {
  const passed: Headers = {}
  const named = namedByConnection(headers)
  for (const [name, value] of Object.entries(headers)) {
    const dropped = NOT_PASSED_ON.has(name) || named.includes(name) || name.startsWith('x-forwarded-')
    if (!dropped) passed[name] = value
  }
  passed['x-forwarded-for'] = request.ip
  passed['x-forwarded-proto'] = request.protocol
  passed['x-request-id'] = request.id
  delete passed.traceparent
  if (request.traceparent !== undefined) passed.traceparent = request.traceparent
  return passed
}

/** Headers of the answer to the visitor. */
export function responseHeaders(headers: Headers, strip: string): Headers {
  const passed: Headers = { 'cache-control': 'private, no-cache' }
  for (const [name, value] of Object.entries(headers)) {
    if (!HOP_BY_HOP.includes(name) && name !== 'x-request-id') passed[name] = value
  }
  const { location } = headers
  if (typeof location === 'string' && location.startsWith('/')) passed.location = strip + location
  return passed
}

/** Headers that `Connection` names: they are for this connection only. */
const namedByConnection = ({ connection = '' }: Headers) =>
  String(connection)
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
