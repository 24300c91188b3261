/**
 * How the whole shop is, for its admins: every replica this gateway knows, asked at the moment of the request.
 * Requests that come together share one look, so that many watching pages cost the services no more than one.
 */
import type { App } from '@shop/service_kit/http/app'
import { KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import { NullableInteger, NullableString, problemResponses } from '@shop/service_kit/http/schemas'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { VERSION } from '@shop/service_kit/runtime/version'
import Type from 'typebox'
import type { Upstreams } from '../config.ts'
import { readMetrics } from './metric_values.ts'
import { figuresIn, lookAtReplica, type ReplicaLook, replicasBehind } from './replica_look.ts'

type Deps = {
  readonly runtime: Pick<Runtime, 'monotonic' | 'deadline'>
  readonly operations: Upstreams
  readonly metrics: Metrics
}
type ServiceLook = { service: string; replicas: ReplicaLook[] }

const SERVICES: readonly [service: string, upstream: keyof Upstreams][] = [
  ['auth_service', 'auth'],
  ['product_service', 'products'],
  ['order_service', 'orders'],
]

const time = (description: string) => NullableString({ format: 'date-time', description })

const ReplicaView = Type.Object({
  address: Type.String({ description: 'Its operations port, as the gateway reaches it' }),
  alive: Type.Boolean({ description: 'GET /healthz' }),
  ready: Type.Boolean({ description: 'GET /readyz, which asks its database' }),
  problem: NullableString({ description: 'Why it is not ready' }),
  answer_ms: NullableInteger({ description: 'How long /readyz took' }),
  version: NullableString({ description: 'Its release' }),
  node: NullableString({ description: 'Its version of Node.js' }),
  started_at: time('When its process began'),
  memory_bytes: NullableInteger(),
  requests: NullableInteger({ description: 'Answered since it began' }),
  failures: NullableInteger({ description: 'Of those, answered with 5xx' }),
  settler_backlog: NullableInteger({ description: 'order_service: orders for which something is owed' }),
  settler_oldest_seconds: NullableInteger({ description: 'order_service: age of the oldest of them' }),
  ledger_mismatches: NullableInteger({
    description: 'product_service: products that differ from their ledger',
  }),
  ledger_checked_at: time('product_service: end of its last pass over the ledger; null before the first'),
})

const SystemView = Type.Object({
  services: Type.Array(Type.Object({ service: Type.String(), replicas: Type.Array(ReplicaView) })),
})

export function systemRoutes({ runtime, operations, metrics }: Deps) {
  let underWay: Promise<ServiceLook[]> | undefined

  return async (app: App) => {
    app.get(
      '/api/system',
      {
        config: { access: 'admin' },
        schema: {
          tags: ['operations'],
          summary: 'Health and figures of every replica the gateway knows',
          operationId: 'getSystemState',
          response: {
            200: SystemView,
            ...problemResponses(KIT_PROBLEMS, 'unauthenticated', 'forbidden', 'keys_unavailable'),
          },
        },
      },
      async () => {
        underWay ??= look().finally(() => {
          underWay = undefined
        })
        return { services: await underWay }
      },
    )
  }

  async function look(): Promise<ServiceLook[]> {
    const behind = SERVICES.map(async ([service, upstream]) => {
      const addresses = (await Promise.all(operations[upstream].map(replicasBehind))).flat()
      return {
        service,
        replicas: await Promise.all(addresses.map((address) => lookAtReplica(address, runtime))),
      }
    })
    return [{ service: 'storefront', replicas: [await itself()] }, ...(await Promise.all(behind))]
  }

  async function itself(): Promise<ReplicaLook> {
    const figures = figuresIn(readMetrics(await metrics.registry.metrics()))
    const here = {
      address: 'the one that answers you',
      alive: true,
      ready: true,
      problem: null,
      answer_ms: 0,
    }
    return { ...here, version: VERSION, ...figures }
  }
}
