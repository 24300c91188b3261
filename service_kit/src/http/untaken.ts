/**
 * Answers that nobody takes. One that was made whole stays in memory until its visitor has read it, and Node waits for
 * that without end: some hundred connections that ask for long pages and read nothing would fill a process.
 *
 * Promises
 *  1. When answers made whole hold more than `untakenBytesMax`, connections are cut whose answer has waited for
 *     `untakenMs`, the longest first, until it is less; nobody else notices, and nobody is refused.
 *  2. While there is less, an answer may be taken as slowly as its visitor likes.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Runtime } from '../runtime/runtime.ts'

export type UntakenLimits = { readonly untakenBytesMax: number; readonly untakenMs: number }

export const UNTAKEN_LIMITS: UntakenLimits = { untakenBytesMax: 64 * 1024 * 1024, untakenMs: 1_000 }

/** Shorter ones fit into the buffers of a connection. */
const LONG = 16 * 1024

export function limitUntaken(
  app: FastifyInstance,
  { monotonic }: Pick<Runtime, 'monotonic'>,
  { untakenBytesMax, untakenMs }: UntakenLimits,
): void {
  /** In the order in which they were made. */
  const held = new Map<ServerResponse, { readonly bytes: number; readonly since: number }>()
  let bytesHeld = 0

  const giveBack = (response: ServerResponse) => {
    bytesHeld -= held.get(response)?.bytes ?? 0
    held.delete(response)
  }
  const cutLongest = () => {
    const before = monotonic() - untakenMs
    for (const [response, { since }] of held) {
      if (bytesHeld <= untakenBytesMax || since > before) return
      giveBack(response)
      // Of those that came one after another over one connection, only the first has it.
      const socket = response.socket ?? response.req.socket
      socket.destroy()
    }
  }

  app.addHook('onSend', (_request, { raw }, payload, next) => {
    // What comes bit by bit waits for its visitor before it is made.
    const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload)
    if (isWhole && payload.length >= LONG && !raw.closed) {
      const bytes = Buffer.byteLength(payload)
      giveBack(raw)
      bytesHeld += bytes
      held.set(raw, { bytes, since: monotonic() })
      raw.once('close', () => giveBack(raw))
      cutLongest()
    }
    next()
  })
}
