/** What whoever runs a service asks it: is it alive, should work be sent to it, how is it doing, what can it do. */
import Type from 'typebox'
import type { App } from './app.ts'
import type { Metrics } from './metrics.ts'
import { KIT_PROBLEMS, Problem } from './problem.ts'
import { problemResponses } from './schemas.ts'

/** Checks by the name of the part. One rejects when its part can't be used. */
export type Readiness = Readonly<Record<string, () => Promise<void>>>

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * From now on /readyz answers 503, so that balancers send new work elsewhere, and each answer ends its connection:
     * who keeps one open would otherwise send its next request into the closing of it.
     */
    startDraining(): void
  }
}

export function addProbes(app: App, service: string, metrics: Metrics, readiness: Readiness) {
  let draining = false
  /** Probes come every second: why not is said when it changes, not each time. */
  let whyNot: string | undefined
  app.decorate('startDraining', () => {
    draining = true
  })
  // When it is sent, not when the request came: of those under way each would leave a connection open that nobody closes.
  app.addHook('onSend', (_request, reply, _payload, next) => {
    if (draining) reply.header('connection', 'close')
    next()
  })
  const Probe = Type.Object({ status: Type.String(), service: Type.String() })
  const tags = ['operations']
  app.register(async (scope: App) => {
    scope.get(
      '/healthz',
      {
        config: { access: 'public' },
        schema: { tags, summary: 'Is the process alive?', operationId: 'healthz', response: { 200: Probe } },
      },
      async () => ({ status: 'ok', service }),
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
        if (draining) throw new Problem('not_ready', 'The service is shutting down.', { logged: true })
        for (const [part, check] of Object.entries(readiness)) {
          await check().catch((cause) => {
            const detail = `${part}: ${cause.message}`
            if (detail !== whyNot) request.log.warn({ err: cause, part }, KIT_PROBLEMS.not_ready.title)
            whyNot = detail
            throw new Problem('not_ready', detail, { logged: true }, { cause })
          })
        }
        if (whyNot !== undefined) request.log.info('The service is ready again')
        whyNot = undefined
        return { status: 'ready', service }
      },
    )
    scope.get(
      '/metrics',
      {
        config: { access: 'public' },
        schema: { tags, summary: 'Prometheus metrics', operationId: 'metrics', produces: ['text/plain'] },
      },
      async (_request, reply) =>
        reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
    )
    scope.get('/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, async () =>
      app.swagger(),
    )
  })
}
