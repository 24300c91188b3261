/**
 * A problem table defines how each error code of a service is answered. It is typed over the payloads of all codes (faults/),
 * so that a code without an answer, or a payload without a view, does not compile.
 */
import type { Nothing } from '@shop/faults/fault'
import type { FastifyRequest } from 'fastify'

/** The parts of a request that its answer may depend on. */
export type ProblemRequest = Pick<FastifyRequest, 'id' | 'headers' | 'principal'>

/** The parts of an answer that come from the payload. No other part of the payload is sent. */
export type Presented = {
  /** Replaces the message of the error where it needs a view, such as an amount of money. */
  readonly detail?: string
  /** Extra members of the document, such as `current`, `errors` or `allowed`. */
  readonly members?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

type Answer = {
  readonly status: number
  readonly title: string
  /** May the same request succeed later, unchanged? Clients retry only then. */
  readonly retryable: boolean
  /** Replaces the message of the error, which is for operators and is logged. */
  readonly publicDetail?: string
  /** The code that throws it logs it. */
  readonly logged?: boolean
}

/** `Views` is what `present` needs to show objects of the domain, such as the digits of money. */
export type ProblemTable<Payloads, Views = unknown> = {
  readonly [Code in keyof Payloads]: Answer & {
    /** Another code of the same payload, if this request is answered with that. */
    readonly answeredAs?: (
      payload: Payloads[Code],
      request: ProblemRequest,
    ) => CodeOf<Payloads, Payloads[Code]> | undefined
  } & (Payloads[Code] extends Nothing
      ? { readonly present?: never }
      : { readonly present: (payload: Payloads[Code], views: Views, request: ProblemRequest) => Presented })
}

/** The codes with this payload. */
type CodeOf<Payloads, Payload> = {
  [Code in keyof Payloads]: [Payload, Payloads[Code]] extends [Payloads[Code], Payload] ? Code : never
}[keyof Payloads]

export type ProblemSpec<Views = undefined> = Answer & {
  readonly answeredAs?: (payload: never, request: ProblemRequest) => string | undefined
  readonly present?: (payload: never, views: Views, request: ProblemRequest) => Presented
}

/** A table of any codes, as the app reads it. */
export type Catalogue<Code extends string = string, Views = undefined> = Readonly<
  Record<Code, ProblemSpec<Views>>
>

/** A table that needs `views`, with these bound. */
export const withViews = <Code extends string, Views>(
  table: Catalogue<Code, Views>,
  views: Views,
): Catalogue<Code> =>
  Object.fromEntries(
    Object.entries<ProblemSpec<Views>>(table).map(([code, { present, ...answer }]) => [
      code,
      present
        ? {
            ...answer,
            present: (payload: never, _: undefined, request: ProblemRequest) =>
              present(payload, views, request),
          }
        : answer,
    ]),
  ) as Catalogue<Code>
