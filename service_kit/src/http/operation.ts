/**
 * An operation of the API, declared once: who may call it, what it takes, what it answers, which problems it has. A service
 * declares its operations in `src/http/*_schemas.ts`; the route file then shows nothing but the address and the handler:
 *
 *     const operation = operationsOf(PROBLEMS, 'products')
 *     export const getProductOperation = operation({ operationId: 'getProduct', access: 'public', … })
 *
 *     app.get('/products/:id', getProductOperation, async (request) => …)
 */
import type { FastifySchema } from 'fastify'
import type { Access } from '../identity/access.ts'
import type { Catalogue } from './problem_tables.ts'
import { problemResponses } from './schemas.ts'

type Declared<Schema, Code> = Schema & {
  readonly operationId: string
  /** One line of the reference. */
  readonly summary: string
  readonly access: Access
  /** Codes of the problems it can answer with; the answers themselves are made from them. */
  readonly problems: readonly Code[]
}

/** Options of a route. `Schema` stays as precise as it was written: it types the request and the answer. */
export type Operation<Schema extends FastifySchema> = {
  readonly config: { readonly access: Access }
  readonly schema: Schema
}

/** Declares operations that answer with `problems` and stand under `tag` in the reference. */
export function operationsOf<const Problems extends Catalogue<string, never>>(
  problems: Problems,
  tag: string,
) {
  return <const Schema extends FastifySchema>(
    declared: Declared<Schema, keyof Problems & string>,
  ): Operation<Schema> => {
    const { access, problems: codes, response, ...schema } = declared
    const responses = { ...(response as object), ...problemResponses(problems, ...codes) }
    return {
      config: { access },
      schema: { tags: [tag], ...schema, response: responses } as unknown as Schema,
    }
  }
}

/** What any operation with a body of JSON can answer. */
export const BODY_PROBLEMS = [
  'validation_failed',
  'malformed_body',
  'body_too_large',
  'unsupported_media_type',
] as const

/** What any operation of access `user` can answer; of access `admin` also `forbidden`. */
export const USER_PROBLEMS = ['unauthenticated', 'keys_unavailable'] as const
export const ADMIN_PROBLEMS = [...USER_PROBLEMS, 'forbidden'] as const
