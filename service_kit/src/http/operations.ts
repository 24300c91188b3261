/**
 * The operations port, which visitors cannot reach: `/metrics`, probes with reasons, `/openapi.json` and `/docs`.
 *
 * Invariant: no other listener serves metrics and reasons. (The documents may be public: `PUBLIC_DOCS`.)
 */
import type { Metrics } from '../runtime/metrics.ts'
import { VERSION } from '../runtime/version.ts'
import { describeRoutes, serveDocs } from './api_docs.ts'
import type { Described } from './api_docs_pages.ts'
import type { App, BareApp } from './app_types.ts'
import { guardHost } from './operations_host.ts'
import { addProbes } from './probes.ts'
import type { ReadinessCheck } from './readiness.ts'

export type OperationsOptions = Described & {
  /** The public app. */
  readonly app: BareApp
  readonly metrics: Metrics
  readonly readiness: ReadinessCheck
  readonly notice?: string | undefined
  /** It may also be asked by these names (operations_host.ts). */
  readonly names: readonly string[]
}

/** Adds the routes to `bare`, an app without routes. */
export function addOperations(
  bare: BareApp,
  { app, metrics, readiness, notice, names, ...described }: OperationsOptions,
): App {
  guardHost(bare, names)
  // The pages load the document of the app that serves them, and then show the other one.
  describeRoutes(bare, described)
  serveDocs(bare, app)
  const operations = bare as unknown as App
  addProbes(operations, { service: described.service, readiness, notice, details: { version: VERSION } })
  operations.get('/metrics', { config: { access: 'public' } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
  return operations
}
