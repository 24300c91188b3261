/** The caller of a request: its address, and whether it is still connected. */
import { addressPrefix } from '@shop/service_kit/http/addresses'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../domain/accounts.ts'
import { clientName } from '../domain/client_names.ts'

/**
 * Runs queued work with a signal that is aborted when the client disconnects. Fastify's `request.signal` does not help: it
 * is aborted when the body was read. A failure after the client disconnected is neither answered nor logged.
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
    return await work({
      address: addressPrefix(request.ip),
      signal: disconnected.signal,
      client: clientName(request.headers['user-agent']),
      language: firstLanguage(request.headers['accept-language']),
    })
  } catch (error) {
    if (!disconnected.signal.aborted) throw error
    reply.hijack()
    return undefined
  }
}

/** `de` of `de-AT,de;q=0.9`. */
const firstLanguage = (accepted: string | undefined): string | undefined =>
  /^\s*([a-z]{2})(?:[-,;\s]|$)/i.exec(accepted ?? '')?.[1]?.toLowerCase()
