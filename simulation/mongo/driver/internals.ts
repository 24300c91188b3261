/**
 * The parts of the MongoDB driver that a model stands below. They are not public, so they may differ in every release: the
 * version is checked, and the types say what is used of them.
 */

import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import type { MongoClientOptions, ServerDescription, TopologyDescription } from 'mongodb'
import type { Fields } from '../documents/values.ts'

const load = createRequire(import.meta.url)

/** Of the driver whose parts these are. */
export const DRIVER_VERSION = '7.9.0'

const { version } = load('mongodb/package.json') as { version: string }
if (version !== DRIVER_VERSION)
  throw new Error(
    `The model of MongoDB knows version ${DRIVER_VERSION} of the driver, not ${version}: see simulation/mongo/driver.`,
  )

/** A message that the driver would write to its socket. */
export type Message = { readonly command: Fields; readonly ignoreUndefined: boolean }

export type Response = { readonly ok: number }
export type ResponseType = { make(bson: Uint8Array): Response }

export type Connection = EventEmitter & {
  generation: number
  hello: Fields
  readonly id: unknown
  readonly socketTimeoutMS: number
  sendWire(message: Message, options: object, type: ResponseType | undefined): AsyncGenerator<Response>
}

type Options = MongoClientOptions & { readonly heartbeatFrequencyMS: number }

export type Pool = {
  generation: number
  readonly serviceGenerations: Map<string, number>
  clear(): void
  ready(): void
  close(): void
  closeCheckedOutConnections(): void
  checkOut(): Promise<Connection>
  checkIn(connection: Connection): void
}

export type Server = EventEmitter & {
  pool: Pool
  monitor: null
  readonly s: { description: ServerDescription; state: string }
  requestCheck(): void
  connect(): void
  close(): void
}

export type Topology = EventEmitter & {
  description: TopologyDescription
  readonly s: {
    state: string
    servers: Map<string, Server>
    readonly serverSelectionTimeoutMS: number
    readonly options: Options
  }
  connect(): Promise<unknown>
  close(): void
  isConnected(): boolean
  selectServer(selector: unknown, options: Fields): Promise<Server>
  serverUpdateHandler(description: ServerDescription): void
}

type Class<Of, Arguments extends unknown[]> = new (...given: Arguments) => Of

const part = (path: string) => load(`mongodb/lib/${path}`) as Record<string, unknown>

export const ConnectionBase = part('cmap/connection.js').Connection as Class<
  Connection,
  [stream: unknown, options: object]
>
export const ServerBase = part('sdam/server.js').Server as Class<
  Server,
  [Topology, ServerDescription, object]
>
export const TopologyBase = part('sdam/topology.js').Topology as Class<
  Topology,
  [client: object, hosts: unknown, options: object]
>
export const ServerDescriptionOf = part('sdam/server_description.js').ServerDescription as Class<
  ServerDescription,
  [address: string, hello: Fields | undefined, options?: object]
>
export const MongoDBResponse = part('cmap/wire_protocol/responses.js').MongoDBResponse as ResponseType
/** Of commands; those of a server that its topology relays; those of a topology that its client does. */
export const { APM_EVENTS, SERVER_RELAY_EVENTS, MONGO_CLIENT_EVENTS } = part('constants.js') as Record<
  'APM_EVENTS' | 'SERVER_RELAY_EVENTS' | 'MONGO_CLIENT_EVENTS',
  readonly string[]
>
export const STATE_CONNECTED = 'connected'
