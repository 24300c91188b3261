/**
 * Streams of events on their way to visitors. They have no end of their own, so that a gateway which is to stop would
 * wait for them until it is killed: it ends them instead, and pages come back to another replica.
 */
import { PassThrough, type Readable } from 'node:stream'
import { bearerToken, type VerifyToken } from '@shop/service_kit/identity/access'
import type { FastifyRequest } from 'fastify'

/** Whose stream it will be, or undefined when nobody can tell: its service then says what is wrong. */
export async function userOf(request: FastifyRequest, verifyToken: VerifyToken | undefined) {
  try {
    return (await verifyToken?.(bearerToken(request)))?.userId
  } catch {
    return undefined
  }
}

export type EventStreams = {
  /** The same bytes, as a stream that `endAll` can end. */
  pass(source: Readable): Readable
  /** Ends those under way, and from now on each new one at once. */
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
