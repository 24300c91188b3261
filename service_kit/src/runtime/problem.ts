/**
 * Errors of every service, by permanent code, and their payloads. How a code is answered (status, title, retryable, members) is
 * defined in http/problems.ts.
 */
import { Fault, type Nothing } from '@shop/faults/fault'

/** An error of a request against its schema. */
export type FieldFault = { readonly in: string; readonly path: string; readonly message: string }

export type KitPayloads = {
  malformed_body: Nothing
  validation_failed: { readonly errors?: readonly FieldFault[] }
  malformed_cursor: Nothing
  /** `tokenRefused`: there was a token, and it is not valid. */
  unauthenticated: { readonly tokenRefused?: boolean }
  forbidden: Nothing
  route_not_found: Nothing
  method_not_allowed: { readonly allowed: readonly string[] }
  body_too_large: Nothing
  unsupported_media_type: Nothing
  too_many_requests: Nothing
  bad_request: Nothing
  internal_error: Nothing
  overloaded: Nothing
  store_unavailable: Nothing
  keys_unavailable: Nothing
  not_ready: Nothing
}
export type KitProblemCode = keyof KitPayloads

export class Problem<Code extends KitProblemCode = KitProblemCode> extends Fault<KitPayloads, Code> {
  override name = 'Problem'
}

/** An error of one field of the body, or of one parameter, that no schema can express, in the form of a schema error. */
export const invalidField = (
  path: string,
  message: string,
  where: 'body' | 'querystring' = 'body',
): Problem =>
  new Problem('validation_failed', `${where}${path}: ${message}`, { errors: [{ in: where, path, message }] })
