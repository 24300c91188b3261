/**
 * An error with a permanent code. Each code has a payload with its own type: objects of the domain that its answer may show. How
 * a code is answered (status, title, headers, members) is defined only in src/http/problems.ts of a service.
 *
 * A domain lists its codes and payloads in a type, and extends this class once (src/domain/errors.ts). This module imports
 * nothing, so that a domain may import it.
 */

/** The payload of a code that needs none. */
export type Nothing = Readonly<Record<string, never>>

/** Parameters after `detail`: the payload is required, optional, or absent. */
type Rest<Payload> = Payload extends Nothing
  ? [payload?: Nothing, options?: ErrorOptions]
  : object extends Payload
    ? [payload?: Payload, options?: ErrorOptions]
    : [payload: Payload, options?: ErrorOptions]

export abstract class Fault<
  Payloads,
  Code extends keyof Payloads & string = keyof Payloads & string,
> extends Error {
  readonly code: Code
  readonly payload: Payloads[Code]

  /** `detail` is a sentence for people. */
  constructor(code: Code, detail: string, ...[payload, options]: Rest<Payloads[Code]>) {
    super(detail, options)
    this.code = code
    this.payload = (payload ?? {}) as Payloads[Code]
  }
}
