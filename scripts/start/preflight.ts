/**
 * Finds everything that would stop a service from starting, before any is started: one sentence for each fault. It
 * changes nothing.
 */
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { databaseOf } from '@shop/service_kit/mongo/url'
import { ConfigError } from '@shop/service_kit/runtime/config'
import { lossOf, sentenceOf } from '@shop/service_kit/sqlite/mark'
import { sidecarFiles } from '../backup/snapshot.ts'
import { operationsVariable, type Plan, type Planned } from '../plan.ts'
import { MAILBOX_SMTP, type ProcessEntry, SERVICES } from '../services.ts'
import { moneyByDatabase, moneyFaults } from './store_money.ts'

type AnyPlanned = Planned<ProcessEntry>

/** A port that a service will listen on. */
type ListenAddress = {
  readonly port: number
  readonly origin: string
  readonly host: string
  /** The variables that set the port and the host. */
  readonly variable: string
  readonly hostVariable: string
}

const PROBE_MS = 1_000
const LOOPBACK = '127.0.0.1'
/** Where macOS listens for AirPlay, since version 12. */
const AIRPLAY_PORTS = [5000, 7000]

/** Also those that were found while planning; a start that has any is refused. */
export const faultsOfStart = async (plan: Plan): Promise<string[]> => [
  ...plan.faults,
  ...(await preflight(plan)),
]

export async function preflight(plan: Plan): Promise<string[]> {
  const { first, dataDir, databaseUrl } = plan
  const services: readonly AnyPlanned[] = plan.processes
  const addresses = services.map((service) => publicAddressOf(service, plan.host))
  if (plan.smtp) {
    const { portVariable: variable } = MAILBOX_SMTP
    addresses.push({ ...plan.smtp, host: LOOPBACK, variable, hostVariable: 'HOST' })
  }
  // Two services with the same port have the same operations port by default: one fault is enough.
  const same = duplicatePorts(addresses)
  if (same.length === 0) {
    const withOperations = services.filter(({ entry }) => !entry.withoutOperations)
    addresses.push(...withOperations.map((service) => operationsAddressOf(service, plan.operationsHost)))
    same.push(...duplicatePorts(addresses))
  }
  const distinct = addresses.filter(
    ({ port }, i) => addresses.findIndex((address) => address.port === port) === i,
  )
  const faults = [
    ...same,
    ...(await Promise.all(distinct.map(portFault))),
    folderFault(dataDir),
    storeFault(dataDir, databaseUrl),
    ...lostStores(dataDir, databaseUrl),
    sharedFileFault(databaseUrl),
    ...(await configFaults(services, first.fresh)),
  ].filter((fault) => fault !== undefined)
  if (faults.length === 0) faults.push(...moneyFaults(plan))
  if (faults.length === 0 && databaseUrl?.startsWith('mongodb')) {
    const { whyUnusable } = await import('@shop/service_kit/mongo/reach')
    const fault = await whyUnusable(databaseUrl, await moneyByDatabase(plan))
    if (fault !== undefined) faults.push(`The database of DATABASE_URL cannot be used. ${fault}`)
  }
  return [...new Set(faults)]
}

export const publicAddressOf = ({ entry, port, origin }: AnyPlanned, host: string): ListenAddress => ({
  port,
  origin,
  host: entry.onLoopback ? LOOPBACK : host,
  variable: entry.portVariable,
  hostVariable: 'HOST',
})

const operationsAddressOf = ({ entry, operations }: AnyPlanned, host: string): ListenAddress => ({
  ...operations,
  host,
  variable: operationsVariable(entry),
  hostVariable: 'OPS_HOST',
})

function duplicatePorts(addresses: readonly ListenAddress[]): string[] {
  return addresses.flatMap(({ port, variable }, i) => {
    const other = addresses.slice(0, i).find((earlier) => earlier.port === port)
    return other ? [`${other.variable} and ${variable} are both ${port}; they must differ.`] : []
  })
}

async function portFault(address: ListenAddress): Promise<string | undefined> {
  const { port, origin, host, variable, hostVariable } = address
  const status = await portStatus(address)
  if (status === 'free') return undefined
  if (status === 'EACCES')
    return `This user may not listen on port ${port}; set ${variable} to a port above 1023.`
  if (status === 'EADDRNOTAVAIL' || status === 'ENOTFOUND') {
    return `${hostVariable} is ${host}, which is not an address of this machine.`
  }
  if (status !== 'taken') return `Port ${port} cannot be used (${status}).`
  const name = await serviceNameAt(origin)
  if (name === undefined && process.platform === 'darwin' && AIRPLAY_PORTS.includes(port)) {
    return (
      `Port ${port} is already in use, on a Mac most likely by AirPlay Receiver: turn it off in System Settings ` +
      `(General, AirDrop & Handoff), or set ${variable} to another port.`
    )
  }
  const who = name ? `by a shop's ${name}: is the shop already running?` : 'by another program.'
  return `Port ${port} is already in use ${who} Stop it, or set ${variable} to another port.`
}

/** `free`, `taken`, or the code of another error. */
export async function portStatus({ port, origin, host }: ListenAddress): Promise<string> {
  const code = await listenFault(port, host)
  if (code === 'EADDRINUSE') return 'taken'
  if (code !== undefined) return code
  // Some systems let a second process listen on one address of a port that is taken on all addresses: so we connect, too.
  return (await acceptsConnections(origin)) ? 'taken' : 'free'
}

function listenFault(port: number, host: string): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
    server.listen({ port, host }, () => server.close(() => done(undefined)))
  })
}

function acceptsConnections(origin: string): Promise<boolean> {
  return new Promise((done) => {
    const { hostname, port } = new URL(origin)
    const socket = connect({ port: Number(port), host: hostname.replace(/[[\]]/g, ''), timeout: PROBE_MS })
    const end = (open: boolean) => {
      socket.destroy()
      done(open)
    }
    socket.once('connect', () => end(true))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
  })
}

/** The name of the service that answers there, if any. */
export async function serviceNameAt(origin: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(PROBE_MS) })
    const { service } = (await answer.json()) as { service?: unknown }
    return typeof service === 'string' ? service : undefined
  } catch {
    return undefined
  }
}

/** Checks the folder, or the nearest existing one above it. */
export function folderFault(dataDir: string): string | undefined {
  for (let folder = resolve(dataDir); ; folder = dirname(folder)) {
    try {
      if (!statSync(folder).isDirectory()) {
        return `DATA_DIR is ${dataDir}, but ${folder} is a file; name a folder.`
      }
      accessSync(folder, constants.W_OK | constants.X_OK)
      return undefined
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') continue
      return `DATA_DIR is ${dataDir}, but ${folder} cannot be written by this user (${code}).`
    }
  }
}

/** A store that another user created, for example by a start with `sudo`. */
export function storeFault(dataDir: string, databaseUrl: string | undefined): string | undefined {
  if (databaseUrl !== undefined) return undefined
  const files = SERVICES.flatMap(({ databaseFile }) => [databaseFile, ...sidecarFiles(databaseFile)])
  for (const file of files.map((name) => join(dataDir, name)).filter((path) => existsSync(path))) {
    try {
      accessSync(file, constants.R_OK | constants.W_OK)
    } catch (error) {
      return `${file} cannot be read and written by this user (${(error as NodeJS.ErrnoException).code}).`
    }
  }
  return undefined
}

/** Stores that were created here and are missing. */
function lostStores(dataDir: string, databaseUrl: string | undefined): string[] {
  if (databaseUrl !== undefined) return []
  const losses = SERVICES.map(({ databaseFile }) => lossOf(join(dataDir, databaseFile)))
  return losses.filter((loss) => loss !== undefined).map(sentenceOf)
}

export function sharedFileFault(databaseUrl: string | undefined): string | undefined {
  if (databaseUrl?.startsWith('mongodb')) {
    const name = databaseOf(databaseUrl)
    if (name === undefined) return undefined
    return `DATABASE_URL names the database ${name}, but each service has its own: leave the name out.`
  }
  if (!databaseUrl?.startsWith('sqlite:')) return undefined
  return 'DATABASE_URL names one SQLite file, but each service has its own: leave it out and set DATA_DIR.'
}

/** Faults in the configuration of the services; with `firstStart`, also those that only a first start checks. */
export async function configFaults(services: readonly AnyPlanned[], firstStart: boolean): Promise<string[]> {
  const faults = await Promise.all(
    services.map(async ({ entry, env }) => {
      try {
        entry.readConfig(env)
        if (firstStart) await entry.checkFirstStart?.(env)
        return []
      } catch (error) {
        if (error instanceof ConfigError) return error.faults.map((fault) => `${fault}.`)
        throw error
      }
    }),
  )
  return faults.flat()
}
