/** Where each service will run and with which environment, from ours and what the data folder keeps. */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { ConfigError, listOf, readEnvironment } from '@shop/service_kit/runtime/config'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import {
  CommonConfig,
  OperationsConfig,
  operationsPort,
  PORT_MAX,
  TrustedProxiesConfig,
} from '@shop/service_kit/runtime/variables'
import { refuse } from './arguments.ts'
import { type ProcessEntry, SERVICES, type ServiceEntry, type ServiceName, STOREFRONT } from './services.ts'
import { type FirstRun, planFirstRun, type SecretGenerators } from './start/first_run.ts'

export type Planned<Entry extends ProcessEntry = ServiceEntry> = {
  readonly entry: Entry
  readonly port: number
  /** Where it is reached from this machine. */
  readonly origin: string
  /** Where it is operated, from this machine. */
  readonly operations: { readonly port: number; readonly origin: string }
  readonly env: NodeJS.ProcessEnv
}

export type Plan = {
  readonly host: string
  readonly operationsHost: string
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly first: FirstRun
  readonly services: readonly Planned[]
  readonly storefront: Planned<ProcessEntry>
  /** One sentence each. */
  readonly faults: readonly string[]
}

/** For scripts that only look: a folder without secrets is planned as if it had some. Never kept. */
export const PLACEHOLDER_SECRETS: SecretGenerators = {
  secret: () => '-'.repeat(64),
  password: () => '-'.repeat(32),
}

/**
 * What keeps a service small. glibc would hold on to the 19 MiB of each password hashed; with the threshold large
 * pieces go back to the system at once (100 MiB after a minute of logins). V8 would let its young generation grow
 * to some 100 MiB under load; requests leave little behind, so 6 MiB halves cost no measurable time.
 */
export const MEMORY_ENV = { MALLOC_MMAP_THRESHOLD_: '1048576', NODE_OPTIONS: '--max-semi-space-size=6' }

const AddressConfig = Type.Object({
  HOST: CommonConfig.HOST,
  OPS_HOST: OperationsConfig.OPS_HOST,
  DATA_DIR: CommonConfig.DATA_DIR,
  TRUSTED_PROXIES: TrustedProxiesConfig,
})
const LOOPBACK = ['127.0.0.1', '::1']

/** Ends the process when it can't tell where the shop's data is: nothing else could be looked at. */
export function planShop(env: NodeJS.ProcessEnv, generators: SecretGenerators): Plan {
  const {
    HOST: host,
    OPS_HOST: operationsHost,
    DATA_DIR,
    TRUSTED_PROXIES: trustedProxies,
  } = readAddressConfig(env)
  const dataDir = resolve(DATA_DIR)
  const first = planFirstRun(dataDir, env, generators)
  const faults = [...first.faults]
  const withPorts = <Entry extends ProcessEntry>(entry: Entry) => {
    const port = readPort(entry.portVariable, entry.defaultPort, env, faults)
    const opsPort = readPort(operationsVariable(entry), operationsPort(port), env, faults)
    return {
      entry,
      port,
      origin: originOf(host, port),
      operations: { port: opsPort, origin: originOf(operationsHost, opsPort) },
    }
  }
  const services = SERVICES.map(withPorts)
  const urls = Object.fromEntries(
    services.flatMap(({ entry, origin, operations }) => [
      [entry.urlVariable, origin],
      [entry.urlVariable.replace('_URL', '_OPS_URL'), operations.origin],
    ]),
  )
  const { TRUSTED_PROXIES_FILE: _read, ...given } = env
  // On one's own machine the pages of an API are of most use where they can call it.
  const publicDocs = LOOPBACK.includes(host) ? 'true' : 'false'
  const withEnvironment = <Entry extends ProcessEntry>(
    service: Omit<Planned<Entry>, 'env'>,
    trusted: string | undefined,
  ): Planned<Entry> => ({
    ...service,
    env: {
      ...MEMORY_ENV,
      PUBLIC_DOCS: publicDocs,
      ...given,
      TRUSTED_PROXIES: trusted,
      ...first.env,
      ...urls,
      HOST: host,
      PORT: String(service.port),
      OPS_PORT: String(service.operations.port),
      DATA_DIR: dataDir,
    },
  })
  return {
    host,
    operationsHost,
    dataDir,
    databaseUrl: env.DATABASE_URL || undefined,
    first,
    // The storefront is here too, and says for whom it asks: a failed login counts against that visitor alone.
    services: services.map((service) => withEnvironment(service, serviceProxies(host, trustedProxies))),
    // Nobody names its own address there, unless TRUSTED_PROXIES says that a proxy is in front.
    storefront: withEnvironment(withPorts(STOREFRONT), trustedProxies),
    faults,
  }
}

export const plannedService = ({ services }: Pick<Plan, 'services'>, name: ServiceName): Planned =>
  services.find(({ entry }) => entry.name === name)!

/** AUTH_OPS_PORT of AUTH_PORT. */
export const operationsVariable = ({ portVariable }: ProcessEntry) =>
  portVariable.replace('_PORT', '_OPS_PORT')

function readPort(variable: string, otherwise: number, env: NodeJS.ProcessEnv, faults: string[]) {
  const text = env[variable] || String(otherwise)
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= PORT_MAX) return port
  faults.push(`${variable} must be a port from 1 to ${PORT_MAX}, not "${text}".`)
  return Math.min(otherwise, PORT_MAX)
}

function readAddressConfig(env: NodeJS.ProcessEnv): Static<typeof AddressConfig> {
  try {
    return readEnvironment(AddressConfig, env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return refuse(...error.faults.map((fault) => `${fault}.`))
  }
}

/** Those whose word on a visitor's address is believed: whoever calls from the addresses the storefront calls from. */
const serviceProxies = (host: string, trustedProxies: string | undefined): string =>
  [
    ...new Set([
      ...LOOPBACK,
      ...(isIP(host) && !ANY_ADDRESS.includes(host) ? [host] : []),
      ...listOf(trustedProxies),
    ]),
  ].join()

const ANY_ADDRESS = ['0.0.0.0', '::']

/** Where a service listening on `host` is reached from this machine. */
function originOf(host: string, port: number): string {
  const reached = ANY_ADDRESS.includes(host) ? '127.0.0.1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}
