/**
 * The error with a permanent code. Each code has a payload of its own type: what its answer may be made of, in words of the
 * domain. How a code is answered (status, title, headers, what is shown of the payload) is decided at the edge of a
 * service alone, in its src/http/problems.ts.
 *
 * A domain lists its codes and payloads in a type, and extends this class once (src/domain/errors.ts). It imports nothing, so
 * that a domain may import it.
 */

/** Payload of a code that says everything by itself. */
export type Nothing = Readonly<Record<string, never>>

/** What follows the detail: a payload that has to be given, may be given, or is none. */
type Given<Payload> = Payload extends Nothing
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
  constructor(code: Code, detail: string, ...[payload, options]: Given<Payloads[Code]>) {
    super(detail, options)
    this.code = code
    this.payload = (payload ?? {}) as Payloads[Code]
  }
}
