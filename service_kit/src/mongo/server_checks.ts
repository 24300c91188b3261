/** Can a shop be stored on this server? If not, what should its operator do? */
import { type MongoClient, MongoServerError } from 'mongodb'
import { type CreateClient, createRealClient } from './client.ts'
import { isPassing } from './errors.ts'
import { UnfitServer, UnfitStore } from './unfit.ts'

export const VERSION_MIN = 6
const PROBE_MS = 1_000

/** Throws UnfitServer unless the server is a replica set, or a sharded cluster, of a version that is supported. */
export async function requireFitServer(client: MongoClient): Promise<void> {
  requireReplicaSet(await client.db('admin').command({ hello: 1 }))
  const { version } = await client.db('admin').command({ buildInfo: 1 })
  if (Number.parseInt(version, 10) < VERSION_MIN) {
    throw new UnfitServer(`MongoDB ${version} is too old; ${VERSION_MIN}.0 or newer is needed.`)
  }
}

function requireReplicaSet({
  setName,
  msg,
  isreplicaset,
}: {
  setName?: string
  msg?: string
  isreplicaset?: boolean
}) {
  if (setName !== undefined || msg === 'isdbgrid') return
  if (isreplicaset) {
    throw new UnfitServer(
      `MongoDB runs with --replSet but its set was never initiated. Run:\n  mongosh --eval 'rs.initiate()'`,
    )
  }
  throw new UnfitServer(
    `MongoDB is not a replica set, which transactions need; one member is enough. Run:
  mongod --replSet rs0 --dbpath <its data folder>
  mongosh --eval 'rs.initiate()'`,
  )
}

/**
 * Why the server cannot be used. To the driver a server that is no replica set, or has another name than in the URL,
 * looks like one that is down. So each host is asked directly.
 */
export async function explainFailure(
  url: string,
  error: unknown,
  createClient: CreateClient = createRealClient,
): Promise<Error> {
  if (error instanceof UnfitServer || error instanceof UnfitStore) return error
  // It answered: the user lacks a right, an index of this name differs, the disk is full.
  if (error instanceof MongoServerError && !isPassing(error)) {
    return new Error(`MongoDB refuses us: ${error.message}`)
  }
  for (const host of hostsOf(url)) {
    const probe = createClient(direct(url, host), {
      serverSelectionTimeoutMS: PROBE_MS,
      connectTimeoutMS: PROBE_MS,
    })
    try {
      const hello = await probe.db('admin').command({ hello: 1 })
      requireReplicaSet(hello)
      const asked = new URLSearchParams(url.split('?')[1]).get('replicaSet')
      if (asked && hello.setName !== asked) {
        return new UnfitServer(
          `${host} belongs to the replica set ${hello.setName}, but DATABASE_URL says ${asked}.`,
        )
      }
      const members = (hello.hosts ?? []).join(', ')
      return new Error(
        hello.primary
          ? `${host} answers, but its primary ${hello.primary} can't be reached by that name (members: ${members}).`
          : `${host} answers, but the replica set ${hello.setName} has no primary right now (members: ${members}).`,
      )
    } catch (failure) {
      if (failure instanceof UnfitServer) return failure
    } finally {
      await probe.close()
    }
  }
  return new Error(
    `MongoDB can't be reached: ${(error as Error).message}. See that it runs, and that DATABASE_URL names its hosts and port.`,
  )
}

const PARTS = /^mongodb:\/\/(?<user>[^/]*@)?(?<hosts>[^/?]+)(?<path>\/[^?]*)?(?:\?(?<query>.*))?$/

function hostsOf(url: string): string[] {
  return PARTS.exec(url)?.groups?.hosts?.split(',') ?? []
}

function direct(url: string, host: string): string {
  const { user = '', path = '/', query = '' } = PARTS.exec(url)!.groups!
  const others = query
    .split('&')
    .filter((pair) => pair !== '' && !/^(replicaSet|directConnection|loadBalanced)=/i.test(pair))
  return `mongodb://${user}${host}${path}?${[...others, 'directConnection=true'].join('&')}`
}
