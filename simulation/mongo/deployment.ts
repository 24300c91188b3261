/**
 * A model of a MongoDB replica set, in this process, for simulations and tests: real time, real I/O and real chance have no part
 * in it, so the same port gives the same history.
 *
 *     const mongo = createModelDeployment(port)
 *     const stores = await openStores({ DATABASE_URL: mongo.url, … }, { runtime, createClient: mongo.clientFor({ name, runtime }) })
 *     mongo.set.killPrimary()
 *
 * Above the network everything is the driver's own code: sessions, retries, bulk writes, cursors, the classes and labels of its
 * errors, and what it knows of the members. Below is the model: members that copy the history of a primary, transactions, and
 * elections. `port` says how long each step takes, and which commands fail, before or after they were applied.
 *
 * What it does not know, it refuses with an error (NotModelled), also as an unhandled one, because callers repeat or ignore
 * errors. Left out: sizes and limits, connections and their number, the removal of expired documents, collations, text search,
 * change streams, sharding, authentication. Collections and indexes are not rolled back. docs/decisions/0033 has the reasons.
 */
import type { CreateClient } from '@shop/service_kit/mongo/client'
import { SET_NAME } from './commands/hello.ts'
import { createMemberServer } from './commands/member_server.ts'
import { createLink, type Process } from './driver/link.ts'
import { ModelClient } from './driver/model_client.ts'
import type { ModelPort } from './port.ts'
import type { Branch } from './replication/branch.ts'
import { createReplicaSet, type ReplicaSet, type Timing } from './replication/replica_set.ts'

export type ModelDeployment = {
  /** Without a database. */
  readonly url: string
  /** Its members, and what can happen to them. */
  readonly set: ReplicaSet
  /** What its primary has. Another deployment can begin with it: so a thousand histories set up the databases once. */
  data(): Branch
  /** What the stores of a process open their connections with. */
  clientFor(process: Process): CreateClient
}

export type DeploymentOptions = Partial<Timing> & {
  readonly members?: number
  /** What every member has at first; it is not changed. */
  readonly data?: Branch
}

/** As the server's defaults; a new primary after `stepDown` is there soon. */
const TIMING: Timing = {
  electionMs: 10_000,
  handoverMs: 100,
  deposedMs: 10_000,
  transactionLifetimeMs: 60_000,
}

export function createModelDeployment(
  port: ModelPort,
  { members = 3, data, ...timing }: DeploymentOptions = {},
): ModelDeployment {
  const addresses = Array.from({ length: members }, (_, i) => `mongo-${i + 1}:27017`)
  const set = createReplicaSet(port, addresses, { ...TIMING, ...timing }, data)
  const server = createMemberServer(set, port)
  return {
    url: `mongodb://${addresses.join(',')}/?replicaSet=${SET_NAME}`,
    set,
    data() {
      const primary = set.primary()
      if (!primary) throw new Error('There is no primary.')
      return primary.state().branch
    },
    clientFor(process) {
      const link = createLink(set, server, port, process)
      return (url, options) => new ModelClient(link, url, options)
    },
  }
}
