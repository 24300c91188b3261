/** The ports, addresses and environment of each service, from our environment and the files of the data folder. */
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
import {
  hasMailbox,
  isSimulated,
  isStarted,
  MAILBOX,
  MAILBOX_SMTP,
  type ProcessEntry,
  SERVICES,
  type ServiceEntry,
  type ServiceName,
  SIMULATOR,
  STOREFRONT,
} from './services.ts'
import { type FirstRun, planFirstRun, type SecretGenerators } from './start/first_run.ts'
import { playMoney } from './start/play_money.ts'

export type Planned<Entry extends ProcessEntry = ServiceEntry> = {
  readonly entry: Entry
  readonly port: number
  /** The address of its public port on this machine. */
  readonly origin: string
  /** Its operations port, and the address of that on this machine. */
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
  /** Those of them that `npm start` runs. */
  readonly started: readonly Planned[]
  readonly storefront: Planned<ProcessEntry>
  /** All that `npm start` runs: they, the storefront, and the payment provider with play money and the mailbox, if there are such. */
  readonly processes: readonly Planned<ProcessEntry>[]
  /** Where the mailbox takes mails. */
  readonly smtp: { readonly port: number; readonly origin: string } | undefined
  /** One sentence each. */
  readonly faults: readonly string[]
}

/** For scripts that only read: a folder without secrets is planned as if it had these. They are never written. */
export const PLACEHOLDER_SECRETS: SecretGenerators = {
  secret: () => '-'.repeat(64),
  password: () => '-'.repeat(32),
}

/**
 * Limits the memory of a service. glibc would not return the 19 MiB of each password hash; with the threshold, large
 * blocks go back to the system at once (100 MiB less after a minute of logins). The young generation of V8 would grow
 * to some 100 MiB under load; with halves of 6 MiB orders of many lines survive it, and are collected at a higher cost
 * (decision 36). The old one would grow to four times what is alive before V8 collects its garbage; with a limit of
 * 384 MiB, which leaves room in a container of 512 MiB, it grows by a third (decision 25).
 */
export const MEMORY_ENV = {
  MALLOC_MMAP_THRESHOLD_: '1048576',
  NODE_OPTIONS: '--max-semi-space-size=12 --max-old-space-size=384',
}

const AddressConfig = Type.Object({
  HOST: CommonConfig.HOST,
  OPS_HOST: OperationsConfig.OPS_HOST,
  DATA_DIR: CommonConfig.DATA_DIR,
  TRUSTED_PROXIES: TrustedProxiesConfig,
  DATABASE_URL: Type.Optional(Type.String()),
})
const LOOPBACK = ['127.0.0.1', '::1']

/** Exits with 1 if the environment does not give a data folder, because every other check needs it. */
export function planShop(env: NodeJS.ProcessEnv, generators: SecretGenerators): Plan {
  const {
    HOST: host,
    OPS_HOST: operationsHost,
    DATA_DIR,
    TRUSTED_PROXIES: trustedProxies,
    DATABASE_URL: databaseUrl,
  } = readAddressConfig(env)
  const dataDir = resolve(DATA_DIR)
  const first = planFirstRun(dataDir, env, generators)
  const faults = [...first.faults]
  const withPorts = <Entry extends ProcessEntry>(entry: Entry) => {
    const port = readPort(entry.portVariable, entry.defaultPort, env, faults)
    const opsPort = entry.withoutOperations
      ? port
      : readPort(operationsVariable(entry), operationsPort(port), env, faults)
    if (entry.onLoopback) {
      const origin = originOf(LOOPBACK[0]!, port)
      return { entry, port, origin, operations: { port, origin } }
    }
    return {
      entry,
      port,
      origin: originOf(host, port),
      operations: {
        port: opsPort,
        origin: originOf(entry.withoutOperations ? host : operationsHost, opsPort),
      },
    }
  }
  const services = SERVICES.map(withPorts)
  const urls = Object.fromEntries(
    services
      .filter(({ entry }) => isStarted(entry, env))
      .flatMap(({ entry, origin, operations }) => [
        [entry.urlVariable, origin],
        [entry.urlVariable.replace('_URL', '_OPS_URL'), operations.origin],
      ]),
  )
  const { TRUSTED_PROXIES_FILE: _read, ...given } = env
  // On loopback the documentation pages are served beside the API, so that they can call it.
  const publicDocs = LOOPBACK.includes(host) ? 'true' : 'false'
  const withEnvironment = <Entry extends ProcessEntry>(
    service: Omit<Planned<Entry>, 'env'>,
    trusted: string | undefined,
    more: NodeJS.ProcessEnv = {},
  ): Planned<Entry> => ({
    ...service,
    env: {
      ...MEMORY_ENV,
      PUBLIC_DOCS: publicDocs,
      ...more,
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
  const storefront = withPorts(STOREFRONT)
  // Where mails and the payment page lead back to.
  const publicUrl = { PUBLIC_URL: storefront.origin }
  const simulator = isSimulated(env) ? withPorts(SIMULATOR) : undefined
  const money = simulator ? playMoney(first.serviceSecret, simulator.origin) : {}
  const mailbox = hasMailbox(env) ? withPorts(MAILBOX) : undefined
  const smtpPort = mailbox && readPort(MAILBOX_SMTP.portVariable, MAILBOX_SMTP.defaultPort, env, faults)
  const mails =
    smtpPort === undefined
      ? {}
      : { SMTP_URL: `smtp://${LOOPBACK[0]}:${smtpPort}`, MAIL_FROM: 'shop@shop.example' }
  const moreOf: Partial<Record<ServiceName, NodeJS.ProcessEnv>> = {
    payment_service: money,
    order_service: orderPayments(env, simulator !== undefined),
    notification_service: mails,
  }
  const planned = services.map((service) =>
    withEnvironment(service, serviceProxies(host, trustedProxies), {
      ...publicUrl,
      ...moreOf[service.entry.name],
    }),
  )
  const front = withEnvironment(storefront, trustedProxies)
  const started = planned.filter(({ entry }) => isStarted(entry, env))
  const play = simulator && {
    ...simulator,
    env: {
      ...MEMORY_ENV,
      ...money,
      SIMULATOR_WEBHOOK_URL: `${storefront.origin}/api/webhooks/stripe`,
      ...given,
      ...{ HOST: host, PORT: String(simulator.port), PUBLIC_URL: simulator.origin, DATA_DIR: dataDir },
    },
  }
  const post = mailbox && {
    ...mailbox,
    env: {
      ...MEMORY_ENV,
      ...given,
      ...{ PORT: String(mailbox.port), SMTP_PORT: String(smtpPort), DATA_DIR: dataDir },
    },
  }
  return {
    host,
    operationsHost,
    dataDir,
    databaseUrl,
    first,
    // The services believe the storefront on this machine about visitors' addresses, so that a failed login counts only
    // against its visitor.
    services: planned,
    started,
    // The storefront believes no X-Forwarded-For, except from TRUSTED_PROXIES.
    storefront: front,
    processes: [...(play ? [play] : []), ...(post ? [post] : []), ...started, front],
    smtp: smtpPort === undefined ? undefined : { port: smtpPort, origin: originOf(LOOPBACK[0]!, smtpPort) },
    faults,
  }
}

export const plannedService = ({ services }: Pick<Plan, 'services'>, name: ServiceName): Planned =>
  services.find(({ entry }) => entry.name === name)!

/** Orders with a quote are paid, by card where there is a provider. */
const orderPayments = ({ PAYMENTS, PAYMENT_PROVIDER }: NodeJS.ProcessEnv, isSimulated: boolean) =>
  PAYMENTS === 'off'
    ? {}
    : {
        PAYMENTS: 'optional',
        PAYMENT_METHODS: isSimulated || PAYMENT_PROVIDER === 'stripe' ? 'card,invoice' : 'invoice',
      }

/** AUTH_OPS_PORT for AUTH_PORT. */
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

/** The addresses from which X-Forwarded-For is believed: those from which the storefront calls. */
const serviceProxies = (host: string, trustedProxies: string | undefined): string =>
  [
    ...new Set([
      ...LOOPBACK,
      ...(isIP(host) && !ANY_ADDRESS.includes(host) ? [host] : []),
      ...listOf(trustedProxies),
    ]),
  ].join()

const ANY_ADDRESS = ['0.0.0.0', '::']

/** The address on this machine of a service that listens on `host`. */
function originOf(host: string, port: number): string {
  const reached = ANY_ADDRESS.includes(host) ? '127.0.0.1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}
