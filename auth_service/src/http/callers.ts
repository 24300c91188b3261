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
  const disconnected = new AbortController()
  const onClose = () => {
    if (!reply.raw.writableEnded) disconnected.abort()
  }
  if (reply.raw.destroyed) onClose()
  else reply.raw.once('close', onClose)
  try {
    return await work({ address: addressPrefix(request.ip), signal: disconnected.signal })
  } catch (error) {
    if (!disconnected.signal.aborted) throw error
    reply.hijack()
    return undefined
  }
}
