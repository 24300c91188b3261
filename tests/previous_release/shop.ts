/** The three services on one place, each of which can be stopped and started as another release. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { FirstService } from '../../scripts/services.ts'
import { call } from '../system/calls.ts'
import { createServiceProcess, type Environment, freePort, type ServiceProcess } from '../system/processes.ts'
import { until } from '../system/until.ts'
import { SETTLE_MS } from '../system/world.ts'

export type Shop = {
  readonly services: Readonly<Record<FirstService, ServiceProcess>>
  readonly urls: { readonly auth: string; readonly products: string; readonly orders: string }
  /** Resolves when it is ready. */
  start(service: FirstService): Promise<void>
  /** Products are stopped last: orders that are under way are answered. */
  stop(): Promise<void>
  kill(): Promise<void>
}

/** `mainOf`: the file that Node runs; by default this release's. */
export async function createShop(
  place: Environment,
  admin: { readonly username: string; readonly password: string },
  mainOf: (service: FirstService) => string | undefined = () => undefined,
): Promise<Shop> {
  const ports = {
    auth_service: await freePort(),
    product_service: await freePort(),
    order_service: await freePort(),
  }
  const at = (service: FirstService) => `http://127.0.0.1:${ports[service]}`
  const environment = {
    ...place,
    LOG_LEVEL: 'warn',
    SERVICE_SECRET: randomBytes(32).toString('hex'),
    ADMIN_USERNAME: admin.username,
    ADMIN_PASSWORD: admin.password,
    AUTH_URL: at('auth_service'),
    PRODUCT_URL: at('product_service'),
    // A year, which is the longest: a session in a kept store is used later.
    REFRESH_TOKEN_TTL: '31536000',
  }
  const make = (service: FirstService) => createServiceProcess(service, ports[service], environment)
  const services = {
    auth_service: make('auth_service'),
    product_service: make('product_service'),
    order_service: make('order_service'),
  }
  return {
    services,
    urls: { auth: at('auth_service'), products: at('product_service'), orders: at('order_service') },
    async start(service) {
      await services[service].start({}, mainOf(service))
      await until(`${service} is ready`, SETTLE_MS, async () => {
        return (await call('GET', `${at(service)}/readyz`)).status === 200
      })
    },
    async stop() {
      for (const service of ['order_service', 'auth_service', 'product_service'] as const) {
        if (services[service].running()) await services[service].stop()
      }
    },
    async kill() {
      await Promise.all(Object.values(services).map((service) => service.kill()))
    },
  }
}

/** Creates a signing key, by the command of the checkout `root`. */
export async function rotateKeys(root: string, place: Environment): Promise<void> {
  const script = join(root, 'scripts', 'rotate_keys.ts')
  await promisify(execFile)(process.execPath, [script], { cwd: root, env: { ...process.env, ...place } })
}
