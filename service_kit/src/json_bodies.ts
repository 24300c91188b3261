/**
 * Bodies as bytes. What two readers could read differently is refused: bytes that are no UTF-8, another charset, a
 * compressed body, a field named twice, `__proto__`. An empty body is none: only a route that wants one refuses it.
 */
import { isUtf8 } from 'node:buffer'
import type { FastifyBodyParser, FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from './problem.ts'

const CHARSETS = /;\s*charset\s*=\s*"?([^\s";]*)/gi

export const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

/** JSON, in every scope of `app`; whatever a scope parses by itself keeps the rules of the headers. */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, jsonParser(app))
  app.addHook('preParsing', (request, _reply, _payload, next) =>
    next(hasBody(request) ? foreign(request) : undefined),
  )
}

/** Before a body is read: is it in a form that is read here at all? */
function foreign({ headers }: FastifyRequest): Problem | undefined {
  if (headers['content-encoding'] !== undefined) {
    return new Problem('unsupported_media_type', 'Send the body as it is, without Content-Encoding.')
  }
  const charsets = [...(headers['content-type'] ?? '').matchAll(CHARSETS)]
  if (charsets.some(([, charset = '']) => !/^utf-?8$/i.test(charset))) {
    return new Problem('unsupported_media_type', 'Send the body in UTF-8, the only charset of JSON.')
  }
  return undefined
}

/** For other types that are JSON too, such as a merge patch. */
export function jsonParser(app: Pick<FastifyInstance, 'getDefaultJsonParser'>): FastifyBodyParser<Buffer> {
  const parse = app.getDefaultJsonParser('error', 'error')
  return (request, body, done) => {
    if (body.length === 0) {
      const wanted = (request.routeOptions.schema as { body?: unknown } | undefined)?.body !== undefined
      return done(wanted ? malformed('The body is empty.') : null, undefined)
    }
    if (!isUtf8(body)) return done(malformed('The body is not UTF-8 text.'))
    const text = body.toString()
    // Its promise is never made: it calls back.
    void parse(request, text, (error, value) => {
      if (error) return done(malformed('The body is not JSON, or names a field such as "__proto__".'))
      if (keysIn(text) !== keysOf(value)) {
        return done(malformed('An object in the body names a field twice.'))
      }
      done(null, value)
    })
  }
}

const malformed = (detail: string) => new Problem('malformed_body', detail)

const QUOTE = 34
const BACKSLASH = 92
const COLON = 58

/** Fields written in a text that is JSON. */
function keysIn(text: string): number {
  let keys = 0
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i)
    if (character === COLON) keys++
    else if (character === QUOTE) i = endOfString(text, i)
  }
  return keys
}

function endOfString(text: string, start: number): number {
  let i = start + 1
  for (let character = text.charCodeAt(i); character !== QUOTE; character = text.charCodeAt(i)) {
    i += character === BACKSLASH ? 2 : 1
  }
  return i
}

/** Fields a parsed value has; of a field written twice one is left. */
function keysOf(value: unknown): number {
  let keys = 0
  const waiting = [value]
  while (waiting.length > 0) {
    const each = waiting.pop()
    if (typeof each !== 'object' || each === null) continue
    const inside = Object.values(each)
    if (!Array.isArray(each)) keys += inside.length
    for (const one of inside) if (typeof one === 'object') waiting.push(one)
  }
  return keys
}
