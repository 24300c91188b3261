/**
 * The state of the system, for admins: every replica that this gateway knows is probed when it is requested. Requests at
 * the same time share one round of probes, so many open pages cost the services no more than one.
 */
import type { App } from '@shop/service_kit/http/app'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { VERSION } from '@shop/service_kit/runtime/version'
import type { Upstreams } from '../config.ts'
import { readMetrics } from './metric_values.ts'
import { figuresIn, probeReplica, replicasBehind } from './replica_probe.ts'
import { getSystemStateOperation, type ReplicaView, type ServiceView } from './system_schemas.ts'

export type SystemRoutesDeps = {
  readonly runtime: Pick<Runtime, 'monotonic' | 'deadline'>
  readonly operations: Upstreams
  readonly metrics: Metrics
}

const SERVICES: readonly [service: string, upstream: keyof Upstreams][] = [
  ['auth_service', 'auth'],
  ['product_service', 'products'],
  ['order_service', 'orders'],
  ['notification_service', 'notifications'],
  ['payment_service', 'payments'],
]

export function systemRoutes({ runtime, operations, metrics }: SystemRoutesDeps) {
  let pending: Promise<ServiceView[]> | undefined

  return async (app: App) => {
    app.get('/api/system', getSystemStateOperation, async () => {
      pending ??= readState().finally(() => {
        pending = undefined
      })
      return { services: await pending }
    })
  }

  async function readState(): Promise<ServiceView[]> {
    const configured = SERVICES.filter(([, upstream]) => operations[upstream].length > 0)
    const behind = configured.map(async ([service, upstream]) => {
      const addresses = (await Promise.all(operations[upstream].map(replicasBehind))).flat()
      return {
        service,
        replicas: await Promise.all(addresses.map((address) => probeReplica(address, runtime))),
      }
    })
    return [{ service: 'storefront', replicas: [await ownState()] }, ...(await Promise.all(behind))]
  }

  async function ownState(): Promise<ReplicaView> {
    const figures = figuresIn(readMetrics(await metrics.registry.metrics()))
    const here = {
      address: 'the gateway that answers you',
      alive: true,
      ready: true,
      problem: null,
      answer_ms: 0,
    }
    return { ...here, version: VERSION, ...figures }
  }
}
