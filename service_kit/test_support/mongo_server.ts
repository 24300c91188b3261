/**
 * A MongoDB server for tests: the one of MONGODB_URL, or the wire-compatible server of an npm package. Without either the
 * suites are skipped with a message, and fail in CI.
 *
 * The wire-compatible server is right about single-document writes, unique indexes and sequential transactions. Of overlapping
 * transactions the later commit wins, without a conflict, and it has no `explain`. Tests that need these are skipped on it
 * (`honest`).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { createServer, type Socket } from 'node:net'
import { after, before, beforeEach, suite, type TestContext, test } from 'node:test'
import { MongoClient } from 'mongodb'
import { AUDIT_LOG } from '../src/audit/mongo_log.ts'
import type { WithClient } from '../src/mongo/client.ts'
import type { MongoStore } from '../src/mongo/store.ts'
import { withDatabase, withOption } from '../src/mongo/url.ts'
import { type Runtime, systemRuntime } from '../src/runtime/runtime.ts'
import { type MongoProxy, startMongoProxy } from './mongo_proxy.ts'

const PACKAGE = '@jongodb/memory-server-bin-linux-x64-gnu/bin/jongodb'
/** Its streamed heartbeats fail under load, so it is polled. */
const TEST_SERVER_OPTIONS = 'replicaSet=rs0&serverMonitoringMode=poll'
const START_MS = 120_000

export type MongoServer = {
  /** Its URL, with `database` as its path. */
  url(database?: string): string
  /** A proxy to one member, and the URL of the proxy. It stops with `t`. */
  proxied(t: Pick<TestContext, 'after'>, database: string): Promise<{ url: string; proxy: MongoProxy }>
  /** A new database name. The database is dropped at the end of the suite. */
  newDatabase(): string
  /** What a store on it is opened with. */
  readonly opening: { readonly runtime: Runtime } & WithClient
  /** Does it isolate overlapping transactions? */
  readonly honest: boolean
  /** Does it have `explain`? */
  readonly explains: boolean
}

/**
 * A suite with a server of its own, which starts and stops with it. With `serverPerTest` each test that makes databases has one:
 * the wire-compatible server starts within milliseconds, and copies all its documents for each transaction.
 */
export function mongoSuite(
  name: string,
  body: (server: MongoServer) => void,
  { serverPerTest = false } = {},
): void {
  const given = process.env.MONGODB_URL
  const binary = given ? undefined : findBinary()
  if (!given && !binary) {
    const message = `NO MONGODB: "${name}" DID NOT RUN. Set MONGODB_URL, or test where ${PACKAGE} can be installed.`
    test(name, { skip: process.env.CI ? false : message }, () => {
      throw new Error(message)
    })
    console.error(message)
    return
  }
  suite(name, () => {
    let url = given
    let child: ChildProcess | undefined
    const databases: string[] = []
    const restart = async () => {
      child?.kill('SIGKILL')
      const started = await start(binary!)
      child = started.child
      url = started.url
      databases.length = 0
    }
    before(async () => {
      if (!given) await restart()
    })
    if (serverPerTest) {
      beforeEach(async () => {
        if (child && databases.length > 0) await restart()
      })
    }
    after(async () => {
      if (child) return void child.kill('SIGKILL')
      const client = new MongoClient(url!)
      for (const database of databases) await client.db(database).dropDatabase()
      await client.close()
    })
    body({
      url: (database = '') => withDatabase(url!, database),
      async proxied(t, database) {
        const { host, port } = await primaryOf(url!)
        const proxy = await startMongoProxy(port, host)
        t.after(() => proxy.close())
        return { url: throughProxy(withDatabase(url!, database), proxy.port, given !== undefined), proxy }
      },
      newDatabase() {
        const database = `shop_test_${randomBytes(6).toString('hex')}`
        databases.push(database)
        return database
      },
      opening: { runtime: systemRuntime },
      honest: given !== undefined,
      explains: given !== undefined,
    })
  })
}

async function primaryOf(url: string): Promise<{ host: string; port: number }> {
  const client = new MongoClient(url)
  try {
    const { primary } = await client.db('admin').command({ hello: 1 })
    const [, host, port] = /^(.*):(\d+)$/.exec(primary)!
    return { host: host!, port: Number(port) }
  } finally {
    await client.close()
  }
}

/** With `alone` the driver connects to this member only, because it would reach the others without the proxy. */
function throughProxy(url: string, port: number, alone: boolean): string {
  const [, user = '', rest] = /^[^:]*:\/\/([^/?]*@)?[^/?]+(.*)$/.exec(url)!
  const through = `mongodb://${user}127.0.0.1:${port}${rest}`
  return alone
    ? withOption(through.replace(/([?&])replicaSet=[^&]*&?/i, '$1'), 'directConnection=true')
    : through
}

/** From now on the audit log of this database refuses every entry: they all have the same place in a unique index. */
export async function refuseEntries(store: MongoStore): Promise<void> {
  const log = store.collection<{ _id: string }>(AUDIT_LOG)
  await log.createIndex({ 'none.of.these': 1 }, { unique: true })
  if ((await log.countDocuments()) === 0) await log.insertOne({ _id: 'first' })
}

/** Why a test that needs a real server is skipped, or false if it runs. */
export const needsRealServer = ({ honest }: MongoServer): string | false =>
  honest ? false : 'ONLY WITH MONGODB_URL: the wire-compatible test server cannot show this'

function findBinary(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(PACKAGE)
  } catch {
    return undefined
  }
}

/** Starts the wire-compatible server, by default on a free port. For tests that stop and start it themselves. */
export async function start(
  binary = findBinary(),
  port?: number,
): Promise<{ child: ChildProcess; url: string; port: number }> {
  if (!binary) throw new Error(`${PACKAGE} is not installed`)
  const chosen = port ?? (await freePort())
  const child = spawn(
    binary,
    [
      '--host=127.0.0.1',
      `--port=${chosen}`,
      '--topology-profile=singleNodeReplicaSet',
      '--replica-set-name=rs0',
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The test server did not start in ${START_MS} ms`)),
      START_MS,
    )
    child.once('exit', (code) => reject(new Error(`The test server ended with ${code}`)))
    child.stdout!.on('data', (text) => {
      if (!String(text).includes('JONGODB_URI=')) return
      clearTimeout(timer)
      resolve()
    })
  })
  process.once('exit', () => child.kill('SIGKILL'))
  child.stdout!.resume()
  // A test that forgets to stop it fails, and does not hang.
  ;(child.stdout as Socket).unref()
  child.unref()
  return {
    child,
    port: chosen,
    url: `mongodb://127.0.0.1:${chosen}/?${TEST_SERVER_OPTIONS}`,
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
