/** Visitors who leave before they are answered: what is done for them alone is given up. */
import type { FastifyReply } from 'fastify'

/** Ends when the visitor's connection does before the answer is complete. */
export function disconnectSignal({ raw }: FastifyReply): AbortSignal {
  const leaving = new AbortController()
  const left = () => {
    if (!raw.writableFinished) leaving.abort()
  }
  if (raw.closed) left()
  else raw.once('close', left)
  return leaving.signal
}
