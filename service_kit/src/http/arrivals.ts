/**
 * What requests may hold while they arrive: a body that comes slowly, or never ends, takes memory and a place from
 * everybody else, and nothing has been judged yet that could tell it from a good one.
 *
 * Promises
 *  1. Bodies under way and bytes of bodies in memory are counted, for the process and for each address, and never
 *     exceed their limits. Bytes are counted as they come, not as they are announced: an announcement costs nothing.
 *  2. Beyond a limit of the process the answer is 503 `overloaded`, beyond one of an address 429 `too_many_requests`,
 *     both with Retry-After; nobody else notices.
 *  3. Whatever way a request ends, all it held is given back: a place when its body is whole, bytes when it was answered.
 */
import type { FastifyInstance } from 'fastify'
import { Problem } from '../runtime/problem.ts'
import { addressPrefix } from './addresses.ts'
import { hasBody } from './json_bodies.ts'

export type ArrivalLimits = {
  /** Bodies that have begun and are not whole. */
  readonly arrivingMax: number
  readonly arrivingPerAddressMax: number
  /** Bytes of bodies in memory: arriving, or of requests not answered yet. */
  readonly bodyBytesHeldMax: number
  readonly bodyBytesHeldPerAddressMax: number
}

/** An address may be a gateway, or a proxy nobody named as one: its share is what no single visitor needs. */
export const ARRIVAL_LIMITS: ArrivalLimits = {
  arrivingMax: 4_096,
  arrivingPerAddressMax: 1_024,
  bodyBytesHeldMax: 64 * 1024 * 1024,
  bodyBytesHeldPerAddressMax: 16 * 1024 * 1024,
}

type Tally = { arriving: number; bytes: number }

export type Arrivals = {
  /** Addresses that hold something now; for tests. */
  readonly addresses: ReadonlyMap<string, Readonly<Tally>>
  readonly all: Readonly<Tally>
}

/** Counts the bodies of every route of `app`, however it parses them. */
export function limitArrivals(app: FastifyInstance, limits: ArrivalLimits): Arrivals {
  const all: Tally = { arriving: 0, bytes: 0 }
  const addresses = new Map<string, Tally>()

  const tallyOf = (address: string) => {
    const known = addresses.get(address)
    if (known) return known
    const tally = { arriving: 0, bytes: 0 }
    addresses.set(address, tally)
    return tally
  }
  const add = (tally: Tally, arriving: number, bytes: number) => {
    all.arriving += arriving
    all.bytes += bytes
    tally.arriving += arriving
    tally.bytes += bytes
  }
  const excess = (tally: Tally): Problem | undefined => {
    if (all.arriving > limits.arrivingMax || all.bytes > limits.bodyBytesHeldMax) {
      return new Problem('overloaded', 'Too many requests are arriving at once.')
    }
    if (tally.arriving > limits.arrivingPerAddressMax || tally.bytes > limits.bodyBytesHeldPerAddressMax) {
      return new Problem('too_many_requests', 'Too much is arriving from your address at once.')
    }
    return undefined
  }

  app.addHook('preParsing', (request, reply, payload, next) => {
    if (!hasBody(request)) return next()
    // Who left while it was found out who they are: nothing would give back what is counted now, and nobody is told.
    if (reply.raw.closed) {
      reply.hijack()
      return
    }
    const address = addressPrefix(request.ip)
    const tally = tallyOf(address)
    let arriving = 1
    let bytes = 0
    const arrived = () => {
      add(tally, -arriving, 0)
      arriving = 0
    }
    const count = (chunk: Buffer) => {
      bytes += chunk.length
      add(tally, 0, chunk.length)
      const refused = excess(tally)
      if (!refused) return
      payload.off('data', count)
      // The parser fails by this and answers; what is still to come is not wanted.
      payload.emit('error', refused)
    }
    const giveBack = () => {
      payload.off('data', count)
      arrived()
      add(tally, 0, -bytes)
      bytes = 0
      if (tally.arriving === 0 && tally.bytes === 0) addresses.delete(address)
    }
    add(tally, 1, 0)
    reply.raw.once('close', giveBack)
    const refused = excess(tally)
    if (refused) {
      reply.header('connection', 'close')
      return next(refused)
    }
    payload.once('end', arrived)
    payload.on('data', count)
    // Listening has set it flowing; the parser, which listens next, lets it flow again.
    payload.pause()
    next()
  })
  return { addresses, all }
}
