/**
 * Configuration: environment variables, read once, checked against one schema, complete or fatal.
 *
 * Every fault is reported together, so an operator mends them in one go. A secret may come as
 * `NAME_FILE` (a path), the way Swarm and Kubernetes hand secrets over. Values never appear in an error:
 * a mistyped secret must not end up in a log.
 */
import { isIP } from 'node:net'
import { Ajv } from 'ajv'
import { currencyDigits } from '../money/money.ts'
import type { Static, TObject } from './schema_types.ts'
import Type from './schema_types.ts'
import { readValueFile } from './secret_files.ts'
import { faultsOf, SAYS } from './sentences.ts'

/** Configuration could not be read; `faults` has one sentence each. */
export class ConfigError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`Configuration is not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

export const SERVICE_SECRET_BYTES_MIN = 32

const URL_SENTENCE = 'must begin with http:// or https://'

/** Variables every service reads. `description` is what the README's table says. */
export const CommonConfig = {
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on' }),
  DATA_DIR: Type.String({ default: './data', description: 'Folder of the SQLite files and the key cache' }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    description: 'debug also logs every request',
  }),
  DRAIN_DELAY_MS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 60_000,
    description: 'How long to answer "not ready" before closing, so that balancers look away first',
  }),
  SERVICE_SECRET: Type.String({
    minLength: SERVICE_SECRET_BYTES_MIN,
    description: 'Shared by the services; signs their calls to /internal',
  }),
  AUTH_URL: Type.String({
    default: 'http://127.0.0.1:5000',
    pattern: '^https?://',
    [SAYS]: URL_SENTENCE,
    description: 'auth_service',
  }),
  PRODUCT_URL: Type.String({
    default: 'http://127.0.0.1:5001',
    pattern: '^https?://',
    [SAYS]: URL_SENTENCE,
    description: 'product_service',
  }),
  ORDER_URL: Type.String({
    default: 'http://127.0.0.1:5002',
    pattern: '^https?://',
    [SAYS]: URL_SENTENCE,
    description: 'order_service',
  }),
}

/** Added to PORT where OPS_PORT is not set. (A thousand would make 6000 of 5000, which browsers refuse to open.) */
const OPS_PORT_OFFSET = 200
export const PORT_MAX = 65_535

/** Variables of every process: what is for whoever runs it has a port of its own. */
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
  PUBLIC_DOCS: Type.Boolean({ default: false, description: 'Serve /docs and /openapi.json on PORT too' }),
}

/** The operations port that goes with `port`; a free one of the system's choice goes with such a one. */
export const operationsPort = (port: number): number => (port === 0 ? 0 : port + OPS_PORT_OFFSET)

export type OperationsPlace = {
  readonly host: string
  readonly port: number
  readonly names: readonly string[]
}

/** Where a process serves its operations, and by which names more. Fails with ConfigError. */
export function operationsPlace(config: {
  readonly PORT: number
  readonly OPS_HOST: string
  readonly OPS_PORT?: number
  readonly OPS_NAMES?: string
}): OperationsPlace {
  const port = config.OPS_PORT ?? operationsPort(config.PORT)
  if (port > PORT_MAX) {
    throw new ConfigError([`OPS_PORT is missing: PORT + ${OPS_PORT_OFFSET} is ${port}, which is no port`])
  }
  if (port !== 0 && port === config.PORT) throw new ConfigError(['OPS_PORT and PORT must be two'])
  return { host: config.OPS_HOST, port, names: [config.OPS_HOST, ...listOf(config.OPS_NAMES)] }
}

export const PortConfig = (port: number) =>
  Type.Integer({ default: port, minimum: 0, maximum: PORT_MAX, description: 'Port to listen on' })

export const DatabaseUrlConfig = (file: string) =>
  Type.Optional(
    Type.String({
      pattern: '^(sqlite:.+|mongodb(\\+srv)?://.+)$',
      [SAYS]: 'must be sqlite:<file>, mongodb://… or mongodb+srv://…',
      description: `sqlite:<file> or mongodb://…; without it sqlite:<DATA_DIR>/${file}`,
    }),
  )

export const TrustedProxiesConfig = Type.Optional(
  Type.String({
    description: 'Addresses or networks (comma-separated) whose X-Forwarded-For is believed',
  }),
)

/** The parts of a comma-separated value. */
export const listOf = (text = ''): string[] => text.split(',').flatMap((part) => part.trim() || [])

export const CurrencyConfig = Type.String({
  default: 'USD',
  pattern: '^[A-Z]{3}$',
  [SAYS]: 'must be three capital letters, such as EUR',
  description: 'ISO 4217 code of all prices',
})

export const CurrencyDigitsConfig = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: 4,
    description: 'Digits after the point in a store that is made now; without it what ISO 4217 says',
  }),
)

/**
 * Reads the variables `schema` names out of `env`. Booleans and integers are converted from text.
 * Fails with ConfigError listing every fault.
 */
export function readEnvironment<T extends TObject>(schema: T, env: NodeJS.ProcessEnv): Readonly<Static<T>> {
  const faults: string[] = []
  const values: Record<string, unknown> = {}
  for (const name of Object.keys(schema.properties)) {
    const value = fromFile(name, env, faults) ?? env[name]
    // Blanks are no value either; converted, they would be the number 0.
    if (value !== undefined && value.trim() !== '') values[name] = value
  }
  const ajv = new Ajv({
    allErrors: true,
    coerceTypes: true,
    useDefaults: true,
    allowUnionTypes: true,
    verbose: true,
  })
  ajv.addKeyword(SAYS)
  const validate = ajv.compile(schema)
  if (!validate(values)) {
    for (const { path, message } of faultsOf(validate.errors ?? [])) {
      faults.push(`${path.slice(1)} ${message === 'is required' ? 'is missing' : message}`)
    }
  }
  if (typeof values.CURRENCY === 'string' && /^[A-Z]{3}$/.test(values.CURRENCY)) {
    try {
      currencyDigits(values.CURRENCY)
    } catch (error) {
      faults.push(`CURRENCY ${(error as Error).message}`)
    }
  }
  for (const [name, value] of Object.entries(values)) {
    const isJudged = faults.some((fault) => fault.startsWith(`${name} `))
    if (typeof value !== 'string' || !/^https?:/.test(value) || isJudged) continue
    if (listOf(value).every((part) => URL.canParse(part))) continue
    faults.push(`${name} must be an address such as http://127.0.0.1:5000`)
  }
  const { TRUSTED_PROXIES: proxies } = values
  if (typeof proxies === 'string' && !listOf(proxies).every(isNetwork)) {
    faults.push(
      'TRUSTED_PROXIES must name addresses or networks, such as 10.0.0.0/8, with commas between them',
    )
  }
  if (faults.length > 0) throw new ConfigError([...new Set(faults)])
  return Object.freeze(values) as Readonly<Static<T>>
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const bitsMax = isIP(address) === 6 ? 128 : 32
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= bitsMax)
  return isIP(address) !== 0 && rest.length === 0 && fits
}

function fromFile(name: string, env: NodeJS.ProcessEnv, faults: string[]): string | undefined {
  const path = env[`${name}_FILE`]
  if (path === undefined || path === '') return undefined
  if (env[name]) faults.push(`${name} and ${name}_FILE are both set; keep one`)
  try {
    return readValueFile(path)
  } catch (error) {
    faults.push(`${name}_FILE cannot be read (${(error as NodeJS.ErrnoException).code})`)
    return undefined
  }
}
