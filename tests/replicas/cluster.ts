/**
 * A cluster on one machine: several processes of every service on the same stores, each service behind a port of
 * the balancer. The services call each other through these ports, too.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FirstService } from '../../scripts/services.ts'
import type { Addresses } from '../cluster/load.ts'
import { call } from '../system/calls.ts'
import { createServiceProcess, type Environment, freePort, type ServiceProcess } from '../system/processes.ts'
import { until } from '../system/until.ts'
import { SETTLE_MS, storePath } from '../system/world.ts'
import { startHaproxy } from './haproxy.ts'

export const SERVICES: readonly FirstService[] = ['auth_service', 'product_service', 'order_service']
/** Longer than the balancer needs to notice that a replica is not ready. */
const DRAIN_DELAY_MS = 1_000

export type Replica = ServiceProcess & {
  /** Started again and ready for work. `extra` and `main`, the file that Node runs, stay set from now on. */
  restart(extra?: Environment, main?: string): Promise<void>
}

export type ClusterOptions = {
  readonly replicas: Readonly<Record<FirstService, number>>
  /** If undefined, the processes share SQLite files. */
  readonly mongoUrl: string | undefined
  /** The file that Node runs as a service; by default this release's. */
  readonly mainOf?: ((service: FirstService) => string) | undefined
}

export type Cluster = {
  readonly dataDir: string
  /** The store of each service. */
  databaseUrl(service: FirstService): string
  readonly addresses: Addresses
  readonly admin: { readonly username: string; readonly password: string }
  readonly secret: string
  readonly replicas: Readonly<Record<FirstService, readonly Replica[]>>
  /** Stops exactly what was started here. */
  close(): Promise<void>
}

export async function startCluster({ replicas: sizes, mongoUrl, mainOf }: ClusterOptions): Promise<Cluster> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop_replicas_'))
  const started: ServiceProcess[] = []
  const closing: (() => Promise<void>)[] = []
  const close = async () => {
    await Promise.all([...closing.map((end) => end()), ...started.map((replica) => replica.kill())])
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    const free = async () => ({ port: await freePort() })
    const [auth, products, internal, orders] = [await free(), await free(), await free(), await free()]
    const at = ({ port }: { port: number }) => `http://127.0.0.1:${port}`
    const admin = { username: 'admin', password: randomBytes(18).toString('base64url') }
    const environment: Environment = {
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      SERVICE_SECRET: randomBytes(32).toString('hex'),
      ADMIN_USERNAME: admin.username,
      ADMIN_PASSWORD: admin.password,
      AUTH_URL: at(auth),
      PRODUCT_URL: at(internal),
      DRAIN_DELAY_MS: String(DRAIN_DELAY_MS),
    }
    const internalPorts: number[] = []
    const databaseUrl = (service: FirstService) => mongoUrl ?? `sqlite:${storePath(dataDir, service)}`
    const create = async (service: FirstService): Promise<Replica> => {
      const more: Record<string, string> = {
        DATABASE_URL: databaseUrl(service),
      }
      if (service === 'product_service') {
        internalPorts.push(await freePort())
        more.INTERNAL_PORT = String(internalPorts.at(-1))
      }
      const replica = createServiceProcess(service, await freePort(), { ...environment, ...more })
      started.push(replica)
      let changed: Environment = {}
      let running = mainOf?.(service)
      return {
        ...replica,
        start: (extra) => replica.start(extra, running),
        async restart(extra = {}, main = running) {
          changed = { ...changed, ...extra }
          running = main
          await replica.start(changed, running)
          await ready(replica)
        },
      }
    }
    const several = async (service: FirstService) => {
      const replicas: Replica[] = []
      for (let i = 0; i < sizes[service]; i++) replicas.push(await create(service))
      return replicas
    }
    const replicas = {
      auth_service: await several('auth_service'),
      product_service: await several('product_service'),
      order_service: await several('order_service'),
    }
    await Promise.all(Object.values(replicas).flatMap((all) => all.map((replica) => replica.start())))
    const ports = (all: readonly Replica[]) => all.map(({ url }) => ({ port: Number(new URL(url).port) }))
    const balancer = await startHaproxy(dataDir, [
      { name: 'auth', ...auth, replicas: ports(replicas.auth_service) },
      { name: 'products', ...products, replicas: ports(replicas.product_service) },
      { name: 'internal', ...internal, replicas: internalPorts.map((port) => ({ port })) },
      { name: 'orders', ...orders, replicas: ports(replicas.order_service) },
    ])
    closing.push(balancer.stop)
    const addresses = { auth: at(auth), products: at(products), orders: at(orders) }
    await Promise.all(Object.values(replicas).flatMap((all) => all.map(ready)))
    return { dataDir, databaseUrl, addresses, admin, secret: environment.SERVICE_SECRET!, replicas, close }
  } catch (error) {
    await close()
    throw error
  }
}

const ready = ({ service, url }: ServiceProcess) =>
  until(`${service} is ready`, SETTLE_MS, async () => (await call('GET', `${url}/readyz`)).status === 200)
