/**
 * What is for whoever runs a service, on a port of its own that visitors do not reach: `/metrics`, probes with their
 * reasons, `/openapi.json` and `/docs`.
 *
 * Invariant: figures and reasons are served by no other listener. (The documents may be: `PUBLIC_DOCS`.)
 */

import type { Metrics } from '../runtime/metrics.ts'
import { VERSION } from '../runtime/version.ts'
import { type Described, describeRoutes, serveDocs } from './api_docs.ts'
import type { App, BareApp } from './app_types.ts'
import { guardHosts } from './operations_hosts.ts'
import { addProbes } from './probes.ts'
import type { ReadinessLook } from './readiness.ts'

export type Operated = Described & {
  /** The app that visitors reach. */
  readonly app: BareApp
  readonly metrics: Metrics
  readonly readiness: ReadinessLook
  /** It may also be asked by these names (operations_hosts.ts). */
  readonly names: readonly string[]
}

/** Adds the routes to `bare`, an app with the kit's manners and none of its own. */
export function addOperations(
  bare: BareApp,
  { app, metrics, readiness, names, ...described }: Operated,
): App {
  guardHosts(bare, names)
  // The pages ask for a document of the app they are served by, and then show the other.
  describeRoutes(bare, described)
  serveDocs(bare, app)
  const operations = bare as unknown as App
  addProbes(operations, { service: described.service, readiness, details: { version: VERSION } })
  operations.get('/metrics', { config: { access: 'public' } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
  return operations
}
