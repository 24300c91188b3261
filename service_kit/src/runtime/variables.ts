/** Schemas of the environment variables that several processes read. Their descriptions become docs/configuration.md. */
import Type from './schema_types.ts'
import { MESSAGE } from './sentences.ts'

export const SERVICE_SECRET_BYTES_MIN = 32

const URL_SENTENCE = 'must begin with http:// or https://'

/** Variables of every service. */
export const CommonConfig = {
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on' }),
  DATA_DIR: Type.String({ default: './data', description: 'Folder of the SQLite files and the key cache' }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    description: 'debug also logs every request, as ACCESS_LOG does',
  }),
  DRAIN_DELAY_MS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 60_000,
    description: 'How long to answer "not ready" before closing, so that load balancers notice first',
  }),
  SERVICE_SECRET: Type.String({
    minLength: SERVICE_SECRET_BYTES_MIN,
    description: 'Shared by the services; signs their calls to /internal',
  }),
  SERVICE_SECRET_PREVIOUS: Type.Optional(
    Type.String({
      minLength: SERVICE_SECRET_BYTES_MIN,
      description: 'The secret before SERVICE_SECRET, still valid while replicas of both run',
    }),
  ),
  AUTH_URL: Type.String({
    default: 'http://127.0.0.1:5000',
    pattern: '^https?://',
    [MESSAGE]: URL_SENTENCE,
    description: 'auth_service',
  }),
  PRODUCT_URL: Type.String({
    default: 'http://127.0.0.1:5001',
    pattern: '^https?://',
    [MESSAGE]: URL_SENTENCE,
    description: 'product_service',
  }),
  ORDER_URL: Type.String({
    default: 'http://127.0.0.1:5002',
    pattern: '^https?://',
    [MESSAGE]: URL_SENTENCE,
    description: 'order_service',
  }),
}

export const NotificationUrlConfig = Type.Optional(
  Type.String({
    pattern: '^https?://',
    [MESSAGE]: URL_SENTENCE,
    description: 'notification_service; without it no events are published, and all are once it is set',
  }),
)

/** OPS_PORT is PORT plus this by default. Not 1000: browsers refuse to open port 6000. */
const OPS_PORT_OFFSET = 200
export const PORT_MAX = 65_535

/** Variables of every process: operators have a port of their own. */
export const OperationsConfig = {
  OPS_HOST: Type.String({
    default: '127.0.0.1',
    description: 'Address of the operations port: /metrics, /docs, /openapi.json, probes with their reasons',
  }),
  OPS_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: PORT_MAX,
      description: `Operations port; without it PORT + ${OPS_PORT_OFFSET}`,
    }),
  ),
  OPS_NAMES: Type.Optional(
    Type.String({
      description:
        'Names (comma-separated) by which the operations port may be asked, beside addresses, localhost and names inside Docker and Kubernetes',
    }),
  ),
  ACCESS_LOG: Type.Boolean({
    default: false,
    description: 'Log one line for each request, except for probes',
  }),
  PUBLIC_DOCS: Type.Boolean({ default: false, description: 'Serve /docs and /openapi.json on PORT too' }),
}

/** The default of OPS_PORT. Port 0 stands for any free port, and so gives 0. */
export const operationsPort = (port: number): number => (port === 0 ? 0 : port + OPS_PORT_OFFSET)

export const PortConfig = (port: number) =>
  Type.Integer({ default: port, minimum: 0, maximum: PORT_MAX, description: 'Port to listen on' })

export const DatabaseUrlConfig = (file: string) =>
  Type.Optional(
    Type.String({
      pattern: '^(sqlite:.+|mongodb(\\+srv)?://.+)$',
      [MESSAGE]: 'must be sqlite:<file>, mongodb://… or mongodb+srv://…',
      description: `sqlite:<file> or mongodb://…; without it sqlite:<DATA_DIR>/${file}`,
    }),
  )

export const TrustedProxiesConfig = Type.Optional(
  Type.String({
    description: 'Addresses or networks (comma-separated) whose X-Forwarded-For is believed',
  }),
)

export const CurrencyConfig = Type.String({
  default: 'USD',
  pattern: '^[A-Z]{3}$',
  [MESSAGE]: 'must be three capital letters, such as EUR',
  description: 'ISO 4217 code of all prices',
})

export const CurrencyDigitsConfig = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: 4,
    description: 'Digits after the point in a store that is made now; without it what ISO 4217 says',
  }),
)
