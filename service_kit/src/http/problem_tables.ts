/**
 * A problem table says how each code of a service is answered. It is typed over the payloads of all codes (faults/), so that
 * a code without an answer, and a payload without a view, do not compile.
 */
import type { Nothing } from '@shop/faults/fault'
import type { FastifyRequest } from 'fastify'

/** The request that is answered, of which an answer may depend on what it asked for and on who reads it. */
export type Asked = Pick<FastifyRequest, 'id' | 'headers' | 'principal'>

/** What an answer says about one fault. Nothing of a payload goes out but this. */
export type Presented = {
  /** Instead of the fault's own words, where these need a view, such as an amount of money. */
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
  /** Said instead of the error's own words, where these are for whoever runs the service: they are logged. */
  readonly says?: string
  /** Who throws it has logged what there is to log. */
  readonly logged?: boolean
}

/** `Views` is what a service needs to show its objects, such as the digits of its money. */
export type ProblemTable<Payloads, Views = unknown> = {
  readonly [Code in keyof Payloads]: Answer & {
    /** The code that this fault of this request is answered with, if it is another one; its payload is the same. */
    readonly answeredAs?: (
      payload: Payloads[Code],
      asked: Asked,
    ) => CodeOf<Payloads, Payloads[Code]> | undefined
  } & (Payloads[Code] extends Nothing
      ? { readonly present?: never }
      : { readonly present: (payload: Payloads[Code], views: Views, asked: Asked) => Presented })
}

/** The codes with this payload. */
type CodeOf<Payloads, Payload> = {
  [Code in keyof Payloads]: [Payload, Payloads[Code]] extends [Payloads[Code], Payload] ? Code : never
}[keyof Payloads]

export type ProblemSpec<Views = undefined> = Answer & {
  readonly answeredAs?: (payload: never, asked: Asked) => string | undefined
  readonly present?: (payload: never, views: Views, asked: Asked) => Presented
}

/** A table of whatever codes, as the app reads it. */
export type Catalogue<Code extends string = string, Views = undefined> = Readonly<
  Record<Code, ProblemSpec<Views>>
>

/** The table of a service that needs `views`, together with them. */
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
            present: (payload: never, _: undefined, asked: Asked) => present(payload, views, asked),
          }
        : answer,
    ]),
  ) as Catalogue<Code>
