/**
 * Starts a service completely or not at all, and shuts it down without dropping a request.
 *
 * On SIGTERM or SIGINT /readyz answers 503 at once. After `drainDelayMs` (time for load balancers to notice) the listeners
 * close, running requests are finished, and then stores and clients are closed. After CLOSE_DEADLINE_MS the process exits in
 * any case.
 *
 * A service that was started with an IPC channel shuts down in the same way when the channel closes: its parent process has
 * exited, perhaps by SIGKILL, and an orphan would occupy the port.
 */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import closeWithGrace from 'close-with-grace'
import type { FastifyListenOptions as ListenOptions } from 'fastify'
import type { Logger } from 'pino'
import { ConfigError, type OperationsAddress } from './config.ts'
import type { Runtime } from './runtime.ts'

export const CLOSE_DEADLINE_MS = 15_000
/** How often a closing service ends connections that have become idle. */
const IDLE_CHECK_MS = 50

type Listener = {
  readonly server: Server
  listen(at: ListenOptions): Promise<string>
  close(): PromiseLike<undefined>
}

/** An app of ours, not listening yet (http/app.ts). */
export type ServedApp = Listener & {
  /** From now on `/readyz` answers 503. */
  startDraining(): void
  operations(names?: readonly string[]): Listener
}

export type Service = {
  readonly app: ServedApp
  readonly logger: Logger
  readonly host: string
  readonly port: number
  /** A second listener over the same stores, for our own services only. */
  readonly internal?: { readonly app: ServedApp; readonly port: number } | undefined
  readonly operations: OperationsAddress
  readonly drainDelayMs: number
  /** Closes stores, clients and timers. Called after the last request was answered. */
  close(): Promise<void>
}

/** Runs a service until a signal stops it. If the start fails, it prints the reason in one sentence and exits with 1. */
export async function runService(
  { sleep, every }: Pick<Runtime, 'sleep' | 'every'>,
  start: () => Promise<Service>,
): Promise<void> {
  const parentExited = whenParentExits()
  let service: Service
  let variable = 'OPS_PORT'
  try {
    service = await start()
    const { app, internal, operations, host } = service
    // The public port comes last, so that no request is accepted if another port fails.
    const { names, ...address } = operations
    await app.operations(names).listen({ ...address, listenTextResolver: (at) => `operations at ${at}` })
    variable = 'INTERNAL_PORT'
    await internal?.app.listen({ host, port: internal.port, listenTextResolver: (at) => `internal at ${at}` })
    variable = 'PORT'
    await app.listen({ host, port: service.port, listenTextResolver: (at) => `listening at ${at}` })
  } catch (error) {
    process.stderr.write(`${explain(error, variable)}\n`)
    process.exit(1)
  }
  const { app, internal, logger, drainDelayMs } = service
  const apps = internal ? [app, internal.app] : [app]
  let closing = false
  const grace = { delay: CLOSE_DEADLINE_MS + drainDelayMs, logger: false as const }
  const { close } = closeWithGrace(grace, async ({ signal, err }) => {
    closing = true
    if (err) logger.fatal({ err }, 'closing after an uncaught error')
    else logger.info({ signal: signal ?? 'the process that started this one has exited' }, 'closing')
    for (const each of apps) each.startDraining()
    await sleep(drainDelayMs)
    await Promise.all([...apps, app.operations()].map((each) => closeApp(each, every)))
    await service.close()
    logger.info('closed')
  })
  parentExited.then(() => {
    if (!closing) close()
  })
  // Last, because the parent may send a signal as soon as it receives this. That the parent may have exited is no error here: it
  // also shuts down the service.
  const announcement = {
    listening: portOf(app),
    internalPort: internal && portOf(internal.app),
    operationsPort: portOf(app.operations()),
  }
  process.send?.(announcement, undefined, undefined, () => {})
}

/**
 * Closing a server ends the connections that are idle at that moment. One whose request is answered later becomes idle then,
 * and would delay the shutdown until the deadline.
 */
async function closeApp(app: Listener, every: Runtime['every']): Promise<void> {
  const stopChecks = every(IDLE_CHECK_MS, () => app.server.closeIdleConnections())
  try {
    await app.close()
  } finally {
    stopChecks()
  }
}

const portOf = ({ server }: Listener): number => (server.address() as AddressInfo).port

/** Resolves when the IPC channel to the parent process closes; never if there is none. */
function whenParentExits(): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) return
    if (process.connected) process.once('disconnect', resolve)
    else resolve()
  })
}

type Where = { readonly port?: number; readonly address?: string; readonly hostname?: string }

function explain(error: unknown, variable: string): string {
  if (error instanceof ConfigError) return error.message
  const { code, message, port, ...where } = error as NodeJS.ErrnoException & Where
  if (code === 'EADDRINUSE')
    return `Port ${port} is already in use. Stop what uses it, or set another ${variable}.`
  if (code === 'EACCES' && port !== undefined)
    return `Port ${port} may not be used by this user. Set a ${variable} above 1023.`
  const host = where.hostname ?? where.address
  if (host !== undefined && (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'))
    return `${variable === 'OPS_PORT' ? 'OPS_HOST' : 'HOST'} is ${host}, which is not an address of this machine.`
  return `Cannot start: ${message ?? String(error)}`
}
