/** The client of the driver on a model: everything above the network is the driver's own code. */
import type { EventEmitter } from 'node:events'
import {
  type ClientSession,
  type ClientSessionOptions,
  MongoClient,
  type MongoClientOptions,
  type TransactionOptions,
} from 'mongodb'
import { MONGO_CLIENT_EVENTS, type Topology } from './internals.ts'
import type { Link } from './link.ts'
import { ModelTopology } from './topology.ts'
import { withTransaction } from './with_transaction.ts'

type Internals = { topology?: Topology | undefined }

export class ModelClient extends MongoClient {
  readonly #link: Link

  constructor(link: Link, url: string, options?: MongoClientOptions) {
    super(url, options)
    this.#link = link
  }

  /** Called by `connect`. */
  async _connect() {
    const internals = this as Internals
    if (internals.topology?.isConnected()) return this
    const { hosts, directConnection } = this.options
    const addresses = directConnection
      ? hosts.map(String)
      : this.#link.set.members.map(({ address }) => address)
    const topology = new ModelTopology(
      this,
      addresses,
      { ...this.options, replicaSet: directConnection ? undefined : 'rs0' },
      this.#link,
    )
    internals.topology = topology
    for (const event of MONGO_CLIENT_EVENTS)
      topology.on(event, (each) => (this as EventEmitter).emit(event, each))
    await topology.connect()
    return this
  }

  override startSession(options?: ClientSessionOptions): ClientSession {
    const session = super.startSession(options)
    const { runtime } = this.#link.process
    session.withTransaction = <T>(work: (session: ClientSession) => Promise<T>, given?: TransactionOptions) =>
      withTransaction(session, runtime, work, given)
    return session
  }
}
