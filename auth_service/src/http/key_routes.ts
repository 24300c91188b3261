/** The public keys other services verify access tokens with (RFC 7517). */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { problemResponses } from '@shop/service_kit/schemas'
import type { Static } from 'typebox'
import { PROBLEMS } from './problems.ts'
import { KeySetView } from './schemas.ts'

/** Short, so that a cache in between does not hide a key that was made in a hurry. */
export const KEYS_MAX_AGE_SECONDS = 60

export function keyRoutes(keySet: () => Promise<Static<typeof KeySetView>>): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/.well-known/jwks.json',
      {
        config: { access: 'public' },
        schema: {
          tags: ['keys'],
          summary: 'Public keys',
          operationId: 'get_keys',
          response: { 200: KeySetView, ...problemResponses(PROBLEMS, 'store_unavailable') },
        },
      },
      async (_request, reply) => {
        const keys = await keySet()
        reply.header('cache-control', `public, max-age=${KEYS_MAX_AGE_SECONDS}`)
        return keys
      },
    )
  }
}
