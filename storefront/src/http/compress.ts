/**
 * Compresses long JSON answers, such as lists, and tables (CSV) with gzip. A table that breaks off is an error for its reader,
 * as any answer: the gzip and the body have an end.
 *
 * Not compressed: short answers, which gain nothing; answers with a strong ETag, which identifies these exact bytes; and
 * those of auth_service, because the length of a compressed answer can reveal secrets.
 */
import { pipeline, type Readable } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import type { FastifyReply } from 'fastify'

/** About the size of one packet. */
export const COMPRESSED_FROM_BYTES = 1_400
const JSON_TYPE = /^application\/(problem\+)?json\b/
const TABLE_TYPE = /^text\/csv\b/

/** The stream to send instead of `stream`. Changes the headers of `reply` to match; they are those of the service. */
export function compressed(reply: FastifyReply, stream: Readable): Readable {
  const type = String(reply.getHeader('content-type'))
  const isTable = TABLE_TYPE.test(type)
  const isText = isTable || JSON_TYPE.test(type)
  const hasStrongEtag = /^"/.test(String(reply.getHeader('etag')))
  const addVary = () =>
    reply.header('vary', [reply.getHeader('vary') ?? [], 'accept-encoding'].flat().join(', '))
  // A 304 updates the cached 200, so it needs the same `vary` (RFC 9110, 15.4.5).
  if (reply.statusCode === 304 && !hasStrongEtag) addVary()
  if (!isText || hasStrongEtag || reply.hasHeader('content-encoding')) return stream
  // The length of a table is not known.
  if (!isTable && Number(reply.getHeader('content-length') ?? 0) < COMPRESSED_FROM_BYTES) return stream
  addVary()
  const { method, headers } = reply.request
  if (method === 'HEAD' || !accepts(headers['accept-encoding'], 'gzip')) return stream
  reply.removeHeader('content-length').header('content-encoding', 'gzip')
  // An error destroys both streams, and Fastify reports it.
  return pipeline(stream, createGzip({ level: constants.Z_BEST_SPEED }), () => {})
}

/** Is it accepted with a weight above 0 (RFC 9110, 12.5.3)? */
export const accepts = (accepted: string | string[] = '', encoding: 'gzip' | 'br'): boolean =>
  String(accepted)
    .split(',')
    .some((part) => new RegExp(`^\\s*${encoding}\\s*(;\\s*q=(1|0\\.\\d*[1-9])|$)`, 'i').test(part))
