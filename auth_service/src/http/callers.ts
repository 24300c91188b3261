/** Whoever sent a request: where from, and whether they still wait. */
import { addressPrefix } from '@shop/service_kit/http/addresses'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../domain/accounts.ts'

/**
 * Does work that stands in line, for its caller. Fastify's own `request.signal` is of no use for that: it fires as soon
 * as the body was read. Where the work fails and nobody waits any more, there is nobody to tell and nothing to log.
 */
export async function whileConnected<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (caller: Caller) => Promise<T>,
): Promise<T | undefined> {
  const leaving = new AbortController()
  const leave = () => {
    if (!reply.raw.writableEnded) leaving.abort()
  }
  if (reply.raw.destroyed) leave()
  else reply.raw.once('close', leave)
  try {
    return await work({ address: addressPrefix(request.ip), signal: leaving.signal })
  } catch (error) {
    if (!leaving.signal.aborted) throw error
    reply.hijack()
    return undefined
  }
}
