/**
 * Admits uploads of files, of which each may be a hundred times as large as any other body.
 *
 * Invariants
 *  1. At most `uploadsMax` are under way at once, from the head of the request until the response is closed, so they hold at most
 *     so many times UPLOAD_BYTES_MAX. One more fails at once with `overloaded`, before its body is read.
 *  2. Their bytes are not counted with those of other bodies (incoming_bodies.ts), so uploads never refuse anything else.
 *  3. They have the time of uploads to arrive (slow_requests.ts), unless strangers can take the slots.
 *  4. A Content-Length that is too large fails with `body_too_large` before anything is read. The reader counts the bytes.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../runtime/problem.ts'
import { createSlots } from '../runtime/slots.ts'
import { countedElsewhere } from './incoming_bodies.ts'
import { uploading } from './slow_requests.ts'

/** A file of 10 MiB, and the form around it. */
export const UPLOAD_BYTES_MAX = 10 * 1024 * 1024 + 8 * 1024

/** The `onRequest` hook of the route of an upload. `checked`: the access to the route was checked before. */
export function limitUploads(uploadsMax: number, { checked = true } = {}) {
  const slots = createSlots(uploadsMax)
  return (request: FastifyRequest, reply: FastifyReply, next: (error?: Error) => void) => {
    const refuse = (problem: Problem) => {
      // The body is not read.
      reply.header('connection', 'close')
      next(problem)
    }
    if (Number(request.headers['content-length'] ?? 0) > UPLOAD_BYTES_MAX) {
      return refuse(
        new Problem('body_too_large', `A file has at most ${UPLOAD_BYTES_MAX} bytes with its form.`),
      )
    }
    const free = slots.take()
    if (typeof free !== 'function') {
      return refuse(new Problem('overloaded', `${uploadsMax} uploads are under way; try again.`))
    }
    // The client may have left while its token was checked.
    if (reply.raw.closed) free()
    else reply.raw.once('close', free)
    countedElsewhere.add(request)
    if (checked) uploading.add(request.raw)
    next()
  }
}
