/** Work for a visitor stops when the visitor disconnects before the answer is complete. */
import type { FastifyReply } from 'fastify'

/** Aborts when the connection closes before the answer is complete. */
export function disconnectSignal({ raw }: FastifyReply): AbortSignal {
  const disconnecting = new AbortController()
  const closed = () => {
    if (!raw.writableFinished) disconnecting.abort()
  }
  if (raw.closed) closed()
  else raw.once('close', closed)
  return disconnecting.signal
}
