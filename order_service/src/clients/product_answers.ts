/** Reads answers of product_service: one outcome per order, and the class of a failed call. */

import { ServiceUnreachable } from '@shop/service_kit/calls/service_client'
import { failed, type Outcome, succeeded } from '@shop/service_kit/runtime/batching/outcome'
import { OutcomeUnknown } from '../domain/errors.ts'
import type { WireResult } from './reservation_wire.ts'

/** The service works, and refuses something in this call. */
const REFUSED_STATUSES = [400, 413, 422]
/** No answer: lost on the way, or sent by a proxy that could not reach the service. */
const NO_ANSWER_STATUSES: readonly (number | undefined)[] = [undefined, 502, 504]

/** The outcome of each order, in the order of `orderIds`. An order without a usable answer fails alone. */
export function outcomesOf(results: unknown, orderIds: readonly string[]): Outcome<WireResult>[] {
  const given: readonly (Partial<WireResult> | null)[] = Array.isArray(results) ? results : []
  return orderIds.map((id, i) => {
    // Normally the results are in the order of the request; otherwise search.
    const result = given[i]?.order_id === id ? given[i] : given.find((each) => each?.order_id === id)
    return result && result.status !== 'unanswered'
      ? succeeded(result as WireResult)
      : failed(new OutcomeUnknown(`order ${id} was not answered`, { alone: true }))
  })
}

/** A 2xx answer without a usable result. */
export class InvalidAnswer extends OutcomeUnknown {}

/**
 * Why a call failed:
 * - refused: the service does not accept one of the orders.
 * - server_error: it failed, because of one of the orders or by itself.
 * - no_answer: the service or the network.
 * - unavailable: the service as a whole (429, 503 and the like).
 */
export function classifyFailure(error: unknown): 'refused' | 'server_error' | 'no_answer' | 'unavailable' {
  if (error instanceof InvalidAnswer) return 'server_error'
  if (!(error instanceof ServiceUnreachable)) return 'unavailable'
  const { status } = error
  if (NO_ANSWER_STATUSES.includes(status)) return 'no_answer'
  if (REFUSED_STATUSES.includes(status!)) return 'refused'
  return status === 500 || status! < 300 ? 'server_error' : 'unavailable'
}
