/**
 * An operation of the API is declared once, with its access, inputs, answers and problems, in `src/http/*_schemas.ts` of a
 * service. Its route file contains only path and handler:
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
  /** One line. */
  readonly summary: string
  readonly access: Access
  /** Codes of its problems. Their response schemas are made from these. */
  readonly problems: readonly Code[]
}

/** Options of a route. `Schema` is the type as written: it types the request and the answer. */
export type Operation<Schema extends FastifySchema> = {
  readonly config: { readonly access: Access }
  readonly schema: Schema
}

/** Declares operations with the problem table `problems`, under `tag` in the OpenAPI document. */
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

/** Problems of every operation with a JSON body. */
export const BODY_PROBLEMS = [
  'validation_failed',
  'malformed_body',
  'body_too_large',
  'unsupported_media_type',
] as const

/** Problems of every operation of access `user`; of access `admin` also `forbidden`. */
export const USER_PROBLEMS = ['unauthenticated', 'keys_unavailable'] as const
export const ADMIN_PROBLEMS = [...USER_PROBLEMS, 'forbidden'] as const
