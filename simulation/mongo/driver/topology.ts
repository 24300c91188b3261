/** What the driver knows of the members: its own topology, whose monitors and connections are a link to a model. */
import {
  BSON,
  MongoClientClosedError,
  MongoNetworkError,
  MongoServerSelectionError,
  ReadPreference,
  type ServerDescription,
} from 'mongodb'
import { helloOf } from '../commands/hello.ts'
import type { Fields } from '../documents/values.ts'
import { step } from '../port.ts'
import {
  APM_EVENTS,
  type Connection,
  ConnectionBase,
  type Message,
  MongoDBResponse,
  type Pool,
  type ResponseType,
  SERVER_RELAY_EVENTS,
  type Server,
  ServerBase,
  ServerDescriptionOf,
  STATE_CONNECTED,
  type Topology,
  TopologyBase,
} from './internals.ts'
import type { Link } from './link.ts'

/** The server pushes a change of its role to the monitors, which takes up to this long. */
const NOTICE_MS = 10
/** Monitors notice only by a timeout that a member cannot be reached any more. */
const TIMEOUT_MS = 2_000

class ModelConnection extends ConnectionBase {
  readonly #link: Link
  readonly #member: string

  constructor(link: Link, member: string, generation: number, options: object) {
    const [remoteAddress, port] = member.split(':')
    const stream = {
      remoteAddress,
      remotePort: Number(port),
      on: () => stream,
      pipe: (to: unknown) => to,
      destroy() {},
      setTimeout() {},
    }
    super(stream, { ...options, id: 1, generation })
    this.#link = link
    this.#member = member
    const found = link.member(member)
    this.hello = found ? helloOf(link.set, found) : {}
  }

  override async *sendWire(message: Message, _options: object, type: ResponseType | undefined) {
    const answer = await this.#link.send(this.#member, message, this.socketTimeoutMS)
    yield (type ?? MongoDBResponse).make(BSON.serialize(answer))
  }
}

/** One connection serves all: the model has no limit of connections. */
function createPool(connect: (generation: number) => Connection, interrupt: (error: Error) => void): Pool {
  let connection: Connection | undefined
  const pool: Pool = {
    generation: 0,
    serviceGenerations: new Map(),
    clear() {
      pool.generation++
      connection = undefined
    },
    ready() {},
    close() {},
    closeCheckedOutConnections: () => interrupt(new MongoClientClosedError()),
    async checkOut() {
      connection ??= connect(pool.generation)
      return connection
    },
    checkIn() {},
  }
  return pool
}

class ModelServer extends ServerBase {
  constructor(topology: Topology, link: Link, description: ServerDescription) {
    const { options } = topology.s
    super(topology, description, options)
    const { address } = description
    this.pool = createPool(
      (generation) => {
        const connection = new ModelConnection(link, address, generation, options)
        for (const event of APM_EVENTS) connection.on(event, (each) => this.emit(event, each))
        return connection
      },
      (error) => link.cut(address, error),
    )
    this.monitor = null
  }

  override connect() {
    this.s.state = STATE_CONNECTED
  }

  /** The topology asks the member whenever its description becomes unknown. */
  override requestCheck() {}
}

export class ModelTopology extends TopologyBase {
  readonly #link: Link

  constructor(client: object, addresses: readonly string[], options: object, link: Link) {
    super(client, addresses, options)
    this.#link = link
    link.set.onChange(({ address }) => this.#checkSoon(address))
  }

  override async connect() {
    if (this.isConnected()) return this
    for (const description of this.description.servers.values()) {
      const server = new ModelServer(this, this.#link, description)
      for (const event of SERVER_RELAY_EVENTS) server.on(event, (each) => this.emit(event, each))
      server.on('descriptionReceived', (each: ServerDescription) => {
        this.serverUpdateHandler(each)
        if (each.type === 'Unknown') this.#checkSoon(each.address, this.s.options.heartbeatFrequencyMS)
      })
      server.connect()
      this.s.servers.set(description.address, server)
    }
    this.s.state = 'connecting'
    await step(this.#link.process.runtime)
    for (const address of this.s.servers.keys()) this.#check(address)
    try {
      await this.selectServer(undefined, {})
    } catch (error) {
      this.close()
      throw error
    }
    this.s.state = STATE_CONNECTED
    this.emit('open', this)
    this.emit('connect', this)
    return this
  }

  /** As the driver's, with a timer of the process instead of a real one. */
  override async selectServer(selector: unknown, options: Fields): Promise<Server> {
    const given = { readPreference: ReadPreference.primary, ...options, timeoutContext: UNTIMED }
    if (this.description.type === 'ReplicaSetWithPrimary') return super.selectServer(selector, given)
    const ending = new AbortController()
    const ms = this.s.serverSelectionTimeoutMS
    const cancel = this.#link.process.runtime.after(ms, () =>
      ending.abort(
        new MongoServerSelectionError(`Server selection timed out after ${ms} ms`, this.description),
      ),
    )
    try {
      return await super.selectServer(selector, { ...given, signal: ending.signal })
    } finally {
      cancel()
    }
  }

  #checkSoon(address: string, withinMs?: number) {
    const { process, member, canReach } = this.#link
    const found = member(address)
    const most = withinMs ?? (found && !canReach(found) && found.isUp() ? TIMEOUT_MS : NOTICE_MS)
    process.runtime.after(most * process.runtime.random(), () => this.#check(address))
  }

  #check(address: string) {
    if (!this.s.servers.has(address)) return
    const { member, canReach, set, cut } = this.#link
    const found = member(address)
    if (found && canReach(found)) {
      this.serverUpdateHandler(new ServerDescriptionOf(address, helloOf(set, found), { roundTripTime: 1 }))
      return
    }
    const error = new MongoNetworkError(`connection timed out: ${address}`)
    if (this.description.servers.get(address)?.type !== 'Unknown')
      this.serverUpdateHandler(new ServerDescriptionOf(address, undefined, { error }))
    cut(address)
  }
}

/** So that the driver starts no timer of its own. */
const UNTIMED = {
  csotEnabled: () => false,
  serverSelectionTimeout: null,
  clearServerSelectionTimeout: true,
}
