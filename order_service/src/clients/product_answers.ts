/** What a call to product_service was answered: by order, or, where it failed, who may be to blame. */

import { failed, type Outcome, succeeded } from '@shop/service_kit/runtime/batching/outcome'
import { OutcomeUnknown } from '../domain/errors.ts'
import type { WireResult } from './reservation_wire.ts'
import { ServiceUnreachable } from './service_client.ts'

/** Answers of a service in order that refuses something of this call. */
const REFUSED_STATUSES = [400, 413, 422]
/** No answer: lost on the way, or given by a proxy on behalf of a service that is away. */
const NO_ANSWER_STATUSES: readonly (number | undefined)[] = [undefined, 502, 504]

/** Each order's own answer. One that has none, whatever the reason, fails alone. */
export function outcomesOf(results: unknown, orderIds: readonly string[]): Outcome<WireResult>[] {
  const given: readonly (Partial<WireResult> | null)[] = Array.isArray(results) ? results : []
  const byId = new Map(given.map((result) => [result?.order_id, result as WireResult]))
  return orderIds.map((id, i) => {
    const value = given[i]?.order_id === id ? (given[i] as WireResult) : byId.get(id)
    return value && value.status !== 'unanswered'
      ? succeeded(value)
      : failed(new OutcomeUnknown(`order ${id} was not answered`, { alone: true }))
  })
}

/** An answer that no service in order gives. */
export class InvalidAnswer extends OutcomeUnknown {}

/**
 * What may be to blame for a failed call: an order that the service refuses; one that it has a fault with, or the
 * service itself; whatever kept the answer from coming; or the service as a whole, which says so.
 */
export function classifyFailure(error: unknown): 'refused' | 'server_error' | 'no_answer' | 'unavailable' {
  if (error instanceof InvalidAnswer) return 'server_error'
  if (!(error instanceof ServiceUnreachable)) return 'unavailable'
  const { status } = error
  if (NO_ANSWER_STATUSES.includes(status)) return 'no_answer'
  if (REFUSED_STATUSES.includes(status!)) return 'refused'
  return status === 500 || status! < 300 ? 'server_error' : 'unavailable'
}
