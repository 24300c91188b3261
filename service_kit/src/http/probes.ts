/**
 * The probes of a load balancer: is the process alive, and can it take requests? On the public port they answer no more
 * than that. Reasons, metrics and documents are on the operations port (operations.ts).
 */
import { Problem } from '../runtime/problem.ts'
import Type from '../runtime/schema_types.ts'
import type { App } from './app_types.ts'
import { KIT_PROBLEMS } from './problems.ts'
import { type ReadinessCheck, SHUTTING_DOWN } from './readiness.ts'
import { problemResponses } from './schemas.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * From now on /readyz answers 503, so that load balancers send new requests elsewhere. Each answer closes its
     * connection, because a client would send its next request while the server closes it.
     */
    startDraining(): void
  }
}

export type ProbesOptions = {
  readonly service: string
  readonly readiness: ReadinessCheck
  /** For operators: the version, and the reasons. */
  readonly details?: { readonly version: string }
  /** For operators: what does not work, as it is configured. */
  readonly notice?: string | undefined
}

/** Asked for every few seconds by machines: neither logged nor traced. */
export const isProbe = (route: string | undefined): boolean => route === '/healthz' || route === '/readyz'

const NOT_NOW = 'The service cannot take work just now.'
const tags = ['operations']

const Probe = Type.Object({
  status: Type.String(),
  service: Type.String(),
  version: Type.Optional(Type.String({ description: 'On the operations port only' })),
  trouble: Type.Optional(
    Type.String({ description: 'What is wrong although it is ready; on the operations port only' }),
  ),
})
const NOT_READY = problemResponses(KIT_PROBLEMS, 'not_ready')

export function addProbes(app: App, { service, readiness, details, notice }: ProbesOptions) {
  app.decorate('startDraining', readiness.drain)
  // Decided when the answer is sent: a request that came before draining must close its connection too.
  app.addHook('onSend', (_request, reply, _payload, next) => {
    if (readiness.isDraining()) reply.header('connection', 'close')
    next()
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
          response: { 200: Probe, ...NOT_READY },
        },
      },
      async (request) => {
        const { ready, why } = await readiness.state(request.log)
        const wrong = why ?? notice
        const trouble = details && wrong !== undefined ? { trouble: wrong } : {}
        if (ready) return { status: 'ready', service, ...details, ...trouble }
        throw new Problem('not_ready', details || why === SHUTTING_DOWN ? String(why) : NOT_NOW)
      },
    )
  })
}
