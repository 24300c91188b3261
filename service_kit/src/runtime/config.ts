/**
 * Configuration: environment variables, read once at the start and checked against one schema. If one is wrong, the
 * process does not start.
 *
 * All faults are reported together. A value may come as a file, `NAME_FILE`, as Swarm and Kubernetes pass secrets. No value
 * appears in an error, because a mistyped secret must not reach a log.
 */
import { isIP } from 'node:net'
import { Ajv } from 'ajv'
import { currencyDigits } from '../money/money.ts'
import type { Static, TObject } from './schema_types.ts'
import { readValueFile } from './secret_files.ts'
import { faultsOf, MESSAGE } from './sentences.ts'
import { operationsPort, PORT_MAX } from './variables.ts'

/** The configuration is not usable; `faults` has one sentence for each fault. */
export class ConfigError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`Configuration is not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

/** Items of a comma-separated value. */
export const listOf = (text = ''): string[] => text.split(',').flatMap((part) => part.trim() || [])

export type OperationsAddress = {
  readonly host: string
  readonly port: number
  /** Values of the Host header that are accepted beside the usual ones. */
  readonly names: readonly string[]
}

/** Where a process listens for requests of its operator. Throws ConfigError. */
export function operationsAddress(config: {
  readonly PORT: number
  readonly OPS_HOST: string
  readonly OPS_PORT?: number
  readonly OPS_NAMES?: string
}): OperationsAddress {
  const port = config.OPS_PORT ?? operationsPort(config.PORT)
  if (port > PORT_MAX) {
    throw new ConfigError([`OPS_PORT is missing: PORT + ${port - config.PORT} is ${port}, which is no port`])
  }
  if (port !== 0 && port === config.PORT) throw new ConfigError(['OPS_PORT and PORT must be two'])
  return { host: config.OPS_HOST, port, names: [config.OPS_HOST, ...listOf(config.OPS_NAMES)] }
}

/** Reads the variables of `schema` from `env`, and converts booleans and integers. Throws ConfigError. */
export function readEnvironment<T extends TObject>(schema: T, env: NodeJS.ProcessEnv): Readonly<Static<T>> {
  const faults: string[] = []
  const values: Record<string, unknown> = {}
  for (const name of Object.keys(schema.properties)) {
    const value = fromFile(name, env, faults) ?? env[name]
    // A blank value would be converted to the number 0.
    if (value !== undefined && value.trim() !== '') values[name] = value
  }
  const ajv = new Ajv({
    allErrors: true,
    coerceTypes: true,
    useDefaults: true,
    allowUnionTypes: true,
    verbose: true,
    // Ours are valid (tests/schemas.test.ts), and compiling the schema of schemas is an eighth of a start.
    validateSchema: false,
  })
  ajv.addKeyword(MESSAGE)
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
    const isReported = faults.some((fault) => fault.startsWith(`${name} `))
    if (typeof value !== 'string' || !/^https?:/.test(value) || isReported) continue
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
