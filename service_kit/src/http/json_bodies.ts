/**
 * Parses bodies. Refused is what two parsers could read differently: bytes that are not UTF-8, another charset, a compressed
 * body, a field named twice, `__proto__`. An empty body counts as none, which only a route that needs one refuses.
 *
 * No body within the limit of bytes takes more than some ms: tens of thousands of lists, nested or side by side, are
 * refused before they are parsed.
 */
import { isUtf8 } from 'node:buffer'
import type { FastifyBodyParser, FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../runtime/problem.ts'

/** Nested lists and objects. */
export const BODY_DEPTH_MAX = 32
/** Lists and objects in all: one for so many bytes of what the route takes at most; a line of an order has five times as many. */
export const BODY_BYTES_PER_CONTAINER = 13

const CHARSETS = /;\s*charset\s*=\s*"?([^\s";]*)/gi

export const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

/** Adds the parser of JSON to every scope of `app`. The rules of the headers hold for other parsers too. */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, jsonParser(app))
  app.addHook('preParsing', (request, _reply, _payload, next) =>
    next(hasBody(request) ? foreign(request) : undefined),
  )
}

/** Refuses encodings by the headers, before the body is read. */
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

/** For other media types that are JSON, such as a merge patch. */
export function jsonParser(app: Pick<FastifyInstance, 'getDefaultJsonParser'>): FastifyBodyParser<Buffer> {
  const parse = app.getDefaultJsonParser('error', 'error')
  return (request, body, done) => {
    if (body.length === 0) {
      const wanted = (request.routeOptions.schema as { body?: unknown } | undefined)?.body !== undefined
      return done(wanted ? malformed('The body is empty.') : null, undefined)
    }
    if (!isUtf8(body)) return done(malformed('The body is not UTF-8 text.'))
    const { fields, containers, depth } = structureOf(body)
    if (depth > BODY_DEPTH_MAX) {
      return done(malformed(`The body is nested more than ${BODY_DEPTH_MAX} levels deep.`))
    }
    const containersMax = Math.floor(request.routeOptions.bodyLimit / BODY_BYTES_PER_CONTAINER)
    if (containers > containersMax) {
      return done(malformed(`The body holds more than ${containersMax} lists and objects.`))
    }
    // It returns no promise, but calls back.
    void parse(request, body.toString(), (error, value) => {
      if (error) return done(malformed('The body is not JSON, or names a field such as "__proto__".'))
      if (fields !== fieldsOf(value)) {
        return done(malformed('An object in the body names a field twice.'))
      }
      done(null, value)
    })
  }
}

const malformed = (detail: string) => new Problem('malformed_body', detail)

const QUOTE = 34
const COLON = 58
const OPENING_BRACKET = 91
const BACKSLASH = 92
const CLOSING_BRACKET = 93
const OPENING_BRACE = 123
const CLOSING_BRACE = 125

/** Counts the fields, lists and objects of a JSON text, and their depth, by its punctuation. */
function structureOf(text: Uint8Array): { fields: number; containers: number; depth: number } {
  let [fields, containers, open, depth] = [0, 0, 0, 0]
  for (let i = 0; i < text.length; i++) {
    const byte = text[i]!
    if (byte === QUOTE) i = endOfString(text, i)
    else if (byte === COLON) fields++
    else if (byte === OPENING_BRACKET || byte === OPENING_BRACE) {
      containers++
      open++
      if (open > depth) depth = open
    } else if (byte === CLOSING_BRACKET || byte === CLOSING_BRACE) open--
  }
  return { fields, containers, depth }
}

/** Where the string that begins at `start` ends, or the text does. */
function endOfString(text: Uint8Array, start: number): number {
  let i = start + 1
  while (i < text.length && text[i] !== QUOTE) i += text[i] === BACKSLASH ? 2 : 1
  return i
}

/** Counts the fields of a parsed value. Of a field named twice, one is left. */
function fieldsOf(value: unknown): number {
  let fields = 0
  const waiting = [value]
  while (waiting.length > 0) {
    const each = waiting.pop()
    if (typeof each !== 'object' || each === null) continue
    const inside = Object.values(each)
    if (!Array.isArray(each)) fields += inside.length
    for (const one of inside) if (typeof one === 'object') waiting.push(one)
  }
  return fields
}
