/**
 * A service's life: start completely or not at all, then leave without dropping anything.
 *
 * On SIGTERM or SIGINT: /readyz turns 503 at once; after `drainDelayMs` (time for balancers to notice) the
 * listener closes, requests under way are finished, and the parts are closed in reverse order of their use.
 * What has not ended after CLOSE_DEADLINE_MS is cut off.
 *
 * A service started over an IPC channel leaves in the same way when that channel closes: whoever started it is
 * gone, perhaps by SIGKILL, and an orphan would keep the port.
 */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import closeWithGrace from 'close-with-grace'
import type { FastifyListenOptions as ListenOptions } from 'fastify'
import type { Logger } from 'pino'
import { ConfigError, type OperationsAddress } from './config.ts'
import type { Runtime } from './runtime.ts'

export const CLOSE_DEADLINE_MS = 15_000
/** How often, while it closes, a service ends connections that have become idle. */
const IDLE_LOOK_MS = 50

type Listener = {
  readonly server: Server
  listen(at: ListenOptions): Promise<string>
  close(): PromiseLike<undefined>
}

/** An app of ours, not listening yet (http/app.ts). */
export type ServedApp = Listener & {
  /** From now on its `/readyz` answers 503. */
  startDraining(): void
  operations(names?: readonly string[]): Listener
}

export type Service = {
  readonly app: ServedApp
  readonly logger: Logger
  readonly host: string
  readonly port: number
  /** A second listener over the same stores, for our own services alone. */
  readonly internal?: { readonly app: ServedApp; readonly port: number } | undefined
  /** Where the app's operations are served. */
  readonly operations: OperationsAddress
  readonly drainDelayMs: number
  /** Closes stores, clients and timers, after the last request was answered. */
  close(): Promise<void>
}

/** Runs a service until a signal ends it. A start that fails says why in one sentence and exits with 1. */
export async function runService(
  { sleep, every }: Pick<Runtime, 'sleep' | 'every'>,
  start: () => Promise<Service>,
): Promise<void> {
  const parentGone = whenParentGone()
  let service: Service
  let variable = 'OPS_PORT'
  try {
    service = await start()
    const { app, internal, operations, host } = service
    // The port that visitors use is the last: nobody is let in whom a fault of another would send away again.
    const { names, ...place } = operations
    await app.operations(names).listen({ ...place, listenTextResolver: (at) => `operations at ${at}` })
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
    if (err) logger.fatal({ err }, 'closing after an error nobody caught')
    else logger.info({ signal: signal ?? 'the process that started this one is gone' }, 'closing')
    for (const each of apps) each.startDraining()
    await sleep(drainDelayMs)
    await Promise.all([...apps, app.operations()].map((each) => closeApp(each, every)))
    await service.close()
    logger.info('closed')
  })
  parentGone.then(() => {
    if (!closing) close()
  })
  // Last: whoever hears it may send a signal at once, which by now ends the service gracefully. Whoever is gone does not
  // hear it, which is no fault: that ends the service, too.
  const announcement = {
    listening: portOf(app),
    internalPort: internal && portOf(internal.app),
    operationsPort: portOf(app.operations()),
  }
  process.send?.(announcement, undefined, undefined, () => {})
}

/**
 * Closing ends the connections that are idle at that moment. One whose request is answered a moment later is idle then,
 * and would keep the service until it is cut off, stores and all.
 */
async function closeApp(app: Listener, every: Runtime['every']): Promise<void> {
  const stopLooking = every(IDLE_LOOK_MS, () => app.server.closeIdleConnections())
  try {
    await app.close()
  } finally {
    stopLooking()
  }
}

const portOf = ({ server }: Listener): number => (server.address() as AddressInfo).port

/** Resolves when the IPC channel to the starting process closes; without such a channel, never. */
function whenParentGone(): Promise<void> {
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
