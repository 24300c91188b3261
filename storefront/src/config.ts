/** The environment variables of the storefront. */
import { ConfigError, listOf, readEnvironment } from '@shop/service_kit/runtime/config'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import {
  CommonConfig,
  OperationsConfig,
  operationsPort,
  PORT_MAX,
  PortConfig,
  TrustedProxiesConfig,
} from '@shop/service_kit/runtime/variables'

const ORIGINS = {
  pattern: '^https?://[^,\\s]+(,https?://[^,\\s]+)*$',
  [MESSAGE]: 'must be one or more addresses that begin with http:// or https://, with commas between them',
}

const Replicas = (name: string, port: number) =>
  Type.String({
    ...ORIGINS,
    default: `http://127.0.0.1:${port}`,
    description: `${name}; several replicas with commas between them`,
  })

const Optional = (name: string) =>
  Type.Optional(
    Type.String({
      ...ORIGINS,
      description: `${name}; several replicas with commas between them. Without it nothing is forwarded there`,
    }),
  )

const Operations = (name: string, of: string) =>
  Type.Optional(
    Type.String({
      ...ORIGINS,
      description: `Operations ports of ${name}, for the admin's view of the system; without it those of ${of}, each port + 200`,
    }),
  )

export const SERVICE = 'storefront'

export const ConfigSchema = Type.Object({
  HOST: CommonConfig.HOST,
  PORT: PortConfig(8080),
  ...OperationsConfig,
  LOG_LEVEL: CommonConfig.LOG_LEVEL,
  DRAIN_DELAY_MS: CommonConfig.DRAIN_DELAY_MS,
  AUTH_URL: Replicas('auth_service', 5000),
  PRODUCT_URL: Replicas('product_service', 5001),
  ORDER_URL: Replicas('order_service', 5002),
  NOTIFICATION_URL: Replicas('notification_service', 5004),
  PAYMENT_URL: Optional('payment_service'),
  AUTH_OPS_URL: Operations('auth_service', 'AUTH_URL'),
  PRODUCT_OPS_URL: Operations('product_service', 'PRODUCT_URL'),
  ORDER_OPS_URL: Operations('order_service', 'ORDER_URL'),
  NOTIFICATION_OPS_URL: Operations('notification_service', 'NOTIFICATION_URL'),
  PAYMENT_OPS_URL: Operations('payment_service', 'PAYMENT_URL'),
  PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/]+/?$',
      [MESSAGE]: 'must be an address such as https://shop.example.com, without a path',
      description: 'Where visitors reach the shop. With https the cookie is Secure and HSTS is sent',
    }),
  ),
  REFRESH_TOKEN_TTL: Type.Integer({
    default: 2_592_000,
    minimum: 60,
    maximum: 31_536_000,
    description: 'Lifetime of the session cookie in seconds; the same as for auth_service',
  }),
  TRUSTED_PROXIES: TrustedProxiesConfig,
})

type Variables = Readonly<Static<typeof ConfigSchema>>

export type Config = Variables & {
  readonly upstreams: Upstreams
  /** Operations ports of the same replicas. */
  readonly operations: Upstreams
  readonly trustedProxies: readonly string[]
}

/** Origins of the replicas of each service. Without payments there are none of that service. */
export type Upstreams = Readonly<
  Record<'auth' | 'products' | 'orders' | 'notifications' | 'payments', readonly string[]>
>

/** Fails with ConfigError. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const config = readEnvironment(ConfigSchema, env)
  const upstreams = {
    auth: originsOf('AUTH_URL', config.AUTH_URL),
    products: originsOf('PRODUCT_URL', config.PRODUCT_URL),
    orders: originsOf('ORDER_URL', config.ORDER_URL),
    notifications: originsOf('NOTIFICATION_URL', config.NOTIFICATION_URL),
    payments: config.PAYMENT_URL === undefined ? [] : originsOf('PAYMENT_URL', config.PAYMENT_URL),
  }
  return Object.freeze({
    ...config,
    upstreams,
    operations: {
      auth: operationsOrigins('AUTH', config.AUTH_OPS_URL, upstreams.auth),
      products: operationsOrigins('PRODUCT', config.PRODUCT_OPS_URL, upstreams.products),
      orders: operationsOrigins('ORDER', config.ORDER_OPS_URL, upstreams.orders),
      notifications: operationsOrigins('NOTIFICATION', config.NOTIFICATION_OPS_URL, upstreams.notifications),
      payments: operationsOrigins('PAYMENT', config.PAYMENT_OPS_URL, upstreams.payments),
    },
    trustedProxies: listOf(config.TRUSTED_PROXIES),
  })
}

function originsOf(name: string, text: string): string[] {
  return listOf(text).map((part) => {
    const url = URL.parse(part)
    if (url?.pathname !== '/') throw new ConfigError([`${name} must name origins, without a path`])
    return url.origin
  })
}

function operationsOrigins(of: string, text: string | undefined, origins: readonly string[]): string[] {
  if (text !== undefined) return originsOf(`${of}_OPS_URL`, text)
  return origins.map((origin) => {
    const { protocol, hostname, port: named } = new URL(origin)
    const servedAt = Number(named) || (protocol === 'https:' ? 443 : 80)
    const port = operationsPort(servedAt)
    if (port > PORT_MAX) {
      throw new ConfigError([
        `${of}_OPS_URL is missing: the port of ${of}_URL + ${port - servedAt} is ${port}, which is no port`,
      ])
    }
    return `${protocol}//${hostname}:${port}`
  })
}
