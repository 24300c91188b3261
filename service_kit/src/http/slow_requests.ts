/**
 * The time that a client has to send the body of a request. Node ends a request whose head does not come in time (`headersTimeout`);
 * its limit for whole requests is the same for all, and so only the last resort.
 *
 * Invariants
 *  1. A body arrives within `requestTimeoutMs` after its head, whatever the route is, also if the request was answered before.
 *  2. An upload (uploads.ts) has `uploadMs`. But in every `requestTimeoutMs` at least `uploadBytesMin` of it arrive, so a client that
 *     sends next to nothing holds a slot no longer than anywhere else.
 *  3. What is late is answered with 408, unless its answer has begun, and its connection is closed.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Runtime } from '../runtime/runtime.ts'

/** Time for the head of a request, and then for its body. */
export const REQUEST_TIMEOUT_MS = 10_000
/** 10 MiB on a line of 1 Mbit/s take 84 s. */
export const UPLOAD_MS = 120_000
export const UPLOAD_BYTES_MIN = 64 * 1024
const CHECK_MS = 1_000

export type SlowRequestLimits = {
  readonly requestTimeoutMs: number
  readonly uploadMs: number
  readonly uploadBytesMin: number
}
export const SLOW_REQUEST_LIMITS: SlowRequestLimits = {
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
  uploadMs: UPLOAD_MS,
  uploadBytesMin: UPLOAD_BYTES_MIN,
}

/** Requests that were admitted as uploads. */
export const uploading = new WeakSet<IncomingMessage>()

type Watched = { readonly response: ServerResponse; readonly since: number; seenAt: number; bytes: number }

/** Calls `end` for each request that is late. */
export function limitSlowBodies(
  server: Server,
  { monotonic, after }: Pick<Runtime, 'monotonic' | 'after'>,
  { requestTimeoutMs, uploadMs, uploadBytesMin }: SlowRequestLimits,
  end: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  const bodies = new Map<IncomingMessage, Watched>()
  let isPlanned = false

  const isLate = (request: IncomingMessage, watched: Watched, now: number): boolean => {
    if (!uploading.has(request)) return now - watched.since >= requestTimeoutMs
    if (now - watched.since >= uploadMs) return true
    if (now - watched.seenAt < requestTimeoutMs) return false
    const came = request.socket.bytesRead - watched.bytes
    watched.seenAt = now
    watched.bytes += came
    return came < uploadBytesMin
  }
  const check = () => {
    isPlanned = false
    const now = monotonic()
    for (const [request, watched] of bodies) {
      if (request.complete || request.destroyed) bodies.delete(request)
      else if (isLate(request, watched, now)) {
        bodies.delete(request)
        end(request, watched.response)
      }
    }
    if (bodies.size > 0) plan()
  }
  const plan = () => {
    isPlanned = true
    after(Math.min(CHECK_MS, requestTimeoutMs), check, { background: true })
  }

  server.on('request', (request, response) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers
    if (request.complete || (length === '0' && encoding === undefined)) return
    const now = monotonic()
    bodies.set(request, { response, since: now, seenAt: now, bytes: request.socket.bytesRead })
    request.once('close', () => bodies.delete(request))
    if (!isPlanned) plan()
  })
}
