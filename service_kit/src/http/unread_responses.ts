/**
 * Limits the memory of responses that clients do not read. A response that was built whole stays in memory until its
 * client has read it, and Node waits for that without end. So a few hundred slow readers of long pages could fill a process.
 *
 * Invariants
 *  1. While unread responses hold more than `unreadBytesMax`, connections are closed whose response has waited for
 *     `unreadMs`, the oldest first. No request is refused, and no other client notices.
 *  2. While they hold less, a client may read as slowly as it likes.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Runtime } from '../runtime/runtime.ts'

export type UnreadResponseLimits = { readonly unreadBytesMax: number; readonly unreadMs: number }

export const UNREAD_RESPONSE_LIMITS: UnreadResponseLimits = {
  unreadBytesMax: 64 * 1024 * 1024,
  unreadMs: 1_000,
}

/** Shorter ones fit into the buffers of a connection. */
const COUNTED_LENGTH_MIN = 16 * 1024

export function limitUnreadResponses(
  app: FastifyInstance,
  { monotonic }: Pick<Runtime, 'monotonic'>,
  { unreadBytesMax, unreadMs }: UnreadResponseLimits,
): void {
  /** The oldest first. */
  const unread = new Map<ServerResponse, { readonly bytes: number; readonly since: number }>()
  let bytesHeld = 0

  const forget = (response: ServerResponse) => {
    bytesHeld -= unread.get(response)?.bytes ?? 0
    unread.delete(response)
  }
  const closeOldest = () => {
    const before = monotonic() - unreadMs
    for (const [response, { since }] of unread) {
      if (bytesHeld <= unreadBytesMax || since > before) return
      forget(response)
      // Of pipelined responses only the first has the socket.
      const socket = response.socket ?? response.req.socket
      socket.destroy()
    }
  }

  app.addHook('onSend', (_request, { raw }, payload, next) => {
    // A stream is produced only as fast as its client reads.
    const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload)
    if (isWhole && payload.length >= COUNTED_LENGTH_MIN && !raw.closed) {
      const bytes = Buffer.byteLength(payload)
      forget(raw)
      bytesHeld += bytes
      unread.set(raw, { bytes, since: monotonic() })
      raw.once('close', () => forget(raw))
      closeOldest()
    }
    next()
  })
}
