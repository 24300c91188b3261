/**
 * Admits events of the payment provider. Anyone may send some: only payment_service can check its signature.
 *
 * Invariants
 *  1. At most WEBHOOKS_MAX are under way at once, from the head of the request until the response is closed, and of one address
 *     at most WEBHOOKS_PER_ADDRESS_MAX. One more fails at once, before its body is read. So they hold 16 MiB at most.
 *  2. A slot stays taken for SLOT_MS at least: payment_service gets at most 640 in a second, of which one address sends 220.
 *  3. Their bytes are not counted with those of other bodies (incoming_bodies.ts), so a flood of them refuses nothing else.
 */
import { addressPrefix } from '@shop/service_kit/http/addresses'
import { countedElsewhere } from '@shop/service_kit/http/incoming_bodies'
import { Problem } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createSlots } from '@shop/service_kit/runtime/slots'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { WEBHOOKS_MAX } from '../clients/upstream_limits.ts'

/** As payment_service takes them. */
export const EVENT_BYTES_MAX = 256 * 1024
/** The provider sends from a dozen addresses. */
export const WEBHOOKS_PER_ADDRESS_MAX = 22
export const SLOT_MS = 100

/** The `onRequest` hook of the route. */
export function limitWebhooks({ after }: Pick<Runtime, 'after'>) {
  const slots = createSlots(WEBHOOKS_MAX)
  return (request: FastifyRequest, reply: FastifyReply, next: (error?: Error) => void) => {
    const refuse = (problem: Problem) => {
      // The body is not read.
      reply.header('connection', 'close')
      next(problem)
    }
    const address = addressPrefix(request.ip)
    const free = slots.take({ key: address, max: WEBHOOKS_PER_ADDRESS_MAX })
    if (free === address)
      return refuse(
        new Problem('too_many_requests', 'Too many events come from your address; send it again.'),
      )
    if (typeof free !== 'function')
      return refuse(new Problem('overloaded', `${WEBHOOKS_MAX} events are under way; send it again.`))
    let left = 2
    const end = () => {
      left -= 1
      if (left === 0) free()
    }
    after(SLOT_MS, end)
    if (reply.raw.closed) end()
    else reply.raw.once('close', end)
    countedElsewhere.add(request)
    next()
  }
}
