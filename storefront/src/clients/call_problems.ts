/**
 * How a failed call is reported: `overloaded` or `upstream_unavailable` if nothing was done, else `upstream_no_answer`,
 * which says that the outcome is unknown.
 */
import { Fault } from '@shop/faults/fault'
import { NeverConnected } from '@shop/service_kit/calls/replicas'
import { Problem } from '@shop/service_kit/runtime/problem'
import { GatewayError } from '../errors.ts'

const UNSENDABLE = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED'])

/** `acquired`: the call had got its slot, so it may have been sent. */
export function problemOf(error: unknown, service: string, acquired: boolean): Error {
  if (error instanceof Fault) return error
  const options = { cause: error }
  if (!acquired) {
    return new Problem('overloaded', `${service} has too much to do; nothing was done.`, {}, options)
  }
  if (UNSENDABLE.has((error as NodeJS.ErrnoException).code ?? '')) {
    return new Problem('bad_request', 'The request could not be forwarded.', {}, options)
  }
  return error instanceof NeverConnected
    ? new GatewayError('upstream_unavailable', `${service} cannot be reached; nothing was done.`, {}, options)
    : new GatewayError(
        'upstream_no_answer',
        `${service} did not answer; it is not known whether it acted.`,
        {},
        options,
      )
}
