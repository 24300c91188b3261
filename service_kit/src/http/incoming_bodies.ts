/**
 * Limits what incoming bodies may hold: a body that comes slowly, or never ends, takes memory and a slot, and nothing is
 * known yet that would distinguish it from a good one.
 *
 * Invariants
 *  1. Incoming bodies, and bytes of bodies in memory, are counted for the process and for each address, and never exceed
 *     their limits. Bytes count when they arrive; a Content-Length alone counts nothing.
 *  2. Beyond a limit of the process the answer is 503 `overloaded`, beyond one of an address 429 `too_many_requests`,
 *     both with Retry-After. No other client notices.
 *     A route of large bodies limits and counts them itself (`countedElsewhere`), so that they take nothing from the others.
 *  3. However a request ends, everything it held is released: its slot when the body is complete, its bytes when the
 *     response is closed.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../runtime/problem.ts'
import { addressPrefix } from './addresses.ts'
import { hasBody } from './json_bodies.ts'

/** Requests whose route has its own limits for the bodies that it receives (uploads.ts). */
export const countedElsewhere = new WeakSet<FastifyRequest>()

export type IncomingBodyLimits = {
  /** Bodies that are not complete yet. */
  readonly incomingMax: number
  readonly incomingPerAddressMax: number
  /** Bytes of bodies in memory: of incoming ones, and of requests not answered yet. */
  readonly bodyBytesHeldMax: number
  readonly bodyBytesHeldPerAddressMax: number
}

/** An address may be a gateway, or an unlisted proxy: its limit is far beyond what one visitor needs. */
export const INCOMING_BODY_LIMITS: IncomingBodyLimits = {
  incomingMax: 4_096,
  incomingPerAddressMax: 1_024,
  bodyBytesHeldMax: 64 * 1024 * 1024,
  bodyBytesHeldPerAddressMax: 16 * 1024 * 1024,
}

type Usage = { incoming: number; bytes: number }

export type IncomingBodies = {
  /** Addresses that hold something now; for tests. */
  readonly addresses: ReadonlyMap<string, Readonly<Usage>>
  readonly all: Readonly<Usage>
}

/** Counts the bodies of every route of `app`, whatever parses them. */
export function limitIncomingBodies(app: FastifyInstance, limits: IncomingBodyLimits): IncomingBodies {
  const all: Usage = { incoming: 0, bytes: 0 }
  const addresses = new Map<string, Usage>()

  const usageOf = (address: string) => {
    const known = addresses.get(address)
    if (known) return known
    const usage = { incoming: 0, bytes: 0 }
    addresses.set(address, usage)
    return usage
  }
  const add = (usage: Usage, incoming: number, bytes: number) => {
    all.incoming += incoming
    all.bytes += bytes
    usage.incoming += incoming
    usage.bytes += bytes
  }
  const excess = (usage: Usage): Problem | undefined => {
    if (all.incoming > limits.incomingMax || all.bytes > limits.bodyBytesHeldMax) {
      return new Problem('overloaded', 'Too many requests are arriving at once.')
    }
    if (usage.incoming > limits.incomingPerAddressMax || usage.bytes > limits.bodyBytesHeldPerAddressMax) {
      return new Problem('too_many_requests', 'Too much is arriving from your address at once.')
    }
    return undefined
  }

  app.addHook('preParsing', (request, reply, payload, next) => {
    if (!hasBody(request) || countedElsewhere.has(request)) return next()
    // The client left while its token was checked: `close` has fired, so nothing would release what is counted here.
    if (reply.raw.closed) {
      reply.hijack()
      return
    }
    const address = addressPrefix(request.ip)
    const usage = usageOf(address)
    let incoming = 1
    let bytes = 0
    const complete = () => {
      add(usage, -incoming, 0)
      incoming = 0
    }
    const count = (chunk: Buffer) => {
      bytes += chunk.length
      add(usage, 0, chunk.length)
      const refusal = excess(usage)
      if (!refusal) return
      payload.off('data', count)
      // The parser fails with this error, which becomes the answer; the rest of the body is not read.
      payload.emit('error', refusal)
    }
    const release = () => {
      payload.off('data', count)
      complete()
      add(usage, 0, -bytes)
      bytes = 0
      if (usage.incoming === 0 && usage.bytes === 0) addresses.delete(address)
    }
    add(usage, 1, 0)
    reply.raw.once('close', release)
    const refusal = excess(usage)
    if (refusal) {
      reply.header('connection', 'close')
      return next(refusal)
    }
    payload.once('end', complete)
    payload.on('data', count)
    // The listener has made it flow. It pauses until the parser listens too.
    payload.pause()
    next()
  })
  return { addresses, all }
}
