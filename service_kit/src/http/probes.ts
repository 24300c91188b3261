/**
 * What a balancer asks a service: is it alive, and should work be sent to it. Whoever may ask is told no more than that;
 * the reasons, the figures and the documents are on the operations port (operations.ts).
 */

import { Problem } from '../runtime/problem.ts'
import Type from '../runtime/schema_types.ts'
import type { App } from './app_types.ts'
import { KIT_PROBLEMS } from './problems.ts'
import { LEAVING, type ReadinessLook } from './readiness.ts'
import { problemResponses } from './schemas.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * From now on /readyz answers 503, so that balancers send new work elsewhere, and each answer ends its connection:
     * who keeps one open would otherwise send its next request into the closing of it.
     */
    startDraining(): void
  }
}

export type Probed = {
  readonly service: string
  readonly readiness: ReadinessLook
  /** For whoever runs the service: its release, and the reasons. */
  readonly details?: { readonly version: string }
}

const NOT_NOW = 'The service cannot take work just now.'
const tags = ['operations']

export function addProbes(app: App, { service, readiness, details }: Probed) {
  app.decorate('startDraining', readiness.drain)
  // When it is sent, not when the request came: of those under way each would leave a connection open that nobody closes.
  app.addHook('onSend', (_request, reply, _payload, next) => {
    if (readiness.isDraining()) reply.header('connection', 'close')
    next()
  })
  const Probe = Type.Object({
    status: Type.String(),
    service: Type.String(),
    version: Type.Optional(Type.String({ description: 'Told on the operations port' })),
  })
  app.register(async (scope: App) => {
    scope.get(
      '/healthz',
      {
        config: { access: 'public' },
        schema: { tags, summary: 'Is the process alive?', operationId: 'healthz', response: { 200: Probe } },
      },
      async () => ({ status: 'ok', service, ...details }),
    )
    scope.get(
      '/readyz',
      {
        config: { access: 'public' },
        schema: {
          tags,
          summary: 'Should work be sent here?',
          operationId: 'readyz',
          response: { 200: Probe, ...problemResponses(KIT_PROBLEMS, 'not_ready') },
        },
      },
      async (request) => {
        const why = await readiness.whyNot(request.log)
        if (why === undefined) return { status: 'ready', service, ...details }
        throw new Problem('not_ready', details || why === LEAVING ? why : NOT_NOW)
      },
    )
  })
}
