/**
 * Long JSON answers, lists above all, on their way to visitors who take gzip.
 *
 * Left as they are: short answers, which gain nothing; those with a strong ETag, which names these very bytes and
 * comes back in If-Match; and those of auth_service, whose secrets must not shine through the length of an answer.
 */
import { pipeline, type Readable } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import type { FastifyReply } from 'fastify'

/** About what one packet carries. */
export const COMPRESSED_FROM_BYTES = 1_400
const JSON_TYPE = /^application\/(problem\+)?json\b/

/** What to send instead of `stream`; the headers of `reply`, which are those of the service, are set to fit. */
export function compressed(reply: FastifyReply, stream: Readable): Readable {
  const isJson = JSON_TYPE.test(String(reply.getHeader('content-type')))
  const namesBytes = /^"/.test(String(reply.getHeader('etag')))
  const varies = () =>
    reply.header('vary', [reply.getHeader('vary') ?? [], 'accept-encoding'].flat().join(', '))
  // It has neither type nor length, and renews what a cache keeps of a 200, which varied (RFC 9110, 15.4.5).
  if (reply.statusCode === 304 && !namesBytes) varies()
  if (!isJson || namesBytes || reply.hasHeader('content-encoding')) return stream
  if (Number(reply.getHeader('content-length') ?? 0) < COMPRESSED_FROM_BYTES) return stream
  varies()
  const { method, headers } = reply.request
  if (method === 'HEAD' || !takesGzip(headers['accept-encoding'])) return stream
  reply.removeHeader('content-length').header('content-encoding', 'gzip')
  // An error ends both; who sends the answer sees it.
  return pipeline(stream, createGzip({ level: constants.Z_BEST_SPEED }), () => {})
}

/** gzip named with any weight but 0 (RFC 9110, 12.5.3). */
const takesGzip = (accepted: string | string[] = '') =>
  String(accepted)
    .split(',')
    .some((part) => /^\s*gzip\s*(;\s*q=(1|0\.\d*[1-9])|$)/i.test(part))
