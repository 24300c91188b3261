/**
 * Forwards event streams. They never end by themselves, so a gateway that shuts down ends them, and the pages reconnect
 * to another replica.
 */
import { PassThrough, type Readable } from 'node:stream'
import { bearerToken, type VerifyToken } from '@shop/service_kit/identity/access'
import type { FastifyRequest } from 'fastify'

/** The user of the token, or undefined when the token is not valid: the service then answers with the problem. */
export async function userOf(request: FastifyRequest, verifyToken: VerifyToken | undefined) {
  try {
    return (await verifyToken?.(bearerToken(request)))?.userId
  } catch {
    return undefined
  }
}

export type EventStreams = {
  /** A stream of the same bytes that `endAll` can end. */
  pass(source: Readable): Readable
  /** Ends the open streams, and every later one at once. */
  endAll(): void
}

export function createEventStreams(): EventStreams {
  const open = new Map<PassThrough, Readable>()
  let ending = false

  const end = (stream: PassThrough, source: Readable) => {
    source.unpipe(stream)
    stream.end()
  }

  return {
    pass(source) {
      const stream = new PassThrough()
      open.set(stream, source)
      stream.once('close', () => {
        open.delete(stream)
        source.destroy()
      })
      source.on('error', (error) => stream.destroy(error)).pipe(stream)
      if (ending) end(stream, source)
      return stream
    },
    endAll() {
      ending = true
      for (const [stream, source] of open) end(stream, source)
    },
  }
}
