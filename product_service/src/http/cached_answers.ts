/** Public answers as JSON text, cached until the store changes (response_cache.ts), with ETag and 304. */
import { empty } from '@shop/service_kit/http/empty'
import { etagOfText, hasTag } from '@shop/service_kit/http/etags'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type CacheableResponse, createResponseCache } from './response_cache.ts'

export type Answer = CacheableResponse & { readonly etag: string }

/**
 * Responses are the same for everyone, so any cache on the way may answer. Price and stock are checked again when an order
 * is placed. The web pages ask the browser for fresh data.
 */
const CACHE_CONTROL = 'public, max-age=5, stale-while-revalidate=30'
const JSON_TYPE = 'application/json; charset=utf-8'

export const withEtag = (text: string, transient = false): Answer => ({
  text,
  etag: etagOfText(text),
  transient,
})

export function send(request: FastifyRequest, reply: FastifyReply, { text, etag }: Answer): never {
  reply.header('etag', etag).header('cache-control', CACHE_CONTROL)
  if (hasTag(request.headers['if-none-match'], etag)) return empty(reply, 304)
  return reply.type(JSON_TYPE).send(text) as never
}

/** Sends the answer of `key`, made by `make` if it is not cached. */
export function cachedAnswers(revision: () => number | undefined) {
  const cache = createResponseCache<Answer>(revision)
  return (request: FastifyRequest, reply: FastifyReply, key: string, make: () => Promise<Answer>): never => {
    const answer = cache.getOrCreate(key, make)
    // A cached response is sent without a promise, which would cost more than the response.
    if (answer instanceof Promise) return answer.then((made) => send(request, reply, made)) as never
    return send(request, reply, answer)
  }
}
