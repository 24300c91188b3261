/**
 * A MongoDB server for tests: the one MONGODB_URL names, or else the wire-compatible server that npm installs
 * beside us where it can run. Without either the suites say so loudly, and in CI they fail.
 *
 * The wire-compatible server is honest about single-document writes, unique indexes and transactions that follow
 * one another. It is not about transactions that overlap (the later commit wins, without a conflict), and it
 * can't explain queries. What needs these is skipped on it by `honest`, and runs with MONGODB_URL.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { after, before, suite, type TestContext, test } from 'node:test'
import { MongoClient } from 'mongodb'
import { withDatabase, withOption } from '../src/mongo/url.ts'
import { type MongoProxy, startMongoProxy } from './mongo_proxy.ts'

const PACKAGE = '@jongodb/memory-server-bin-linux-x64-gnu/bin/jongodb'
/** Its streamed heartbeats break under load, so it is polled. */
const TEST_SERVER_OPTIONS = 'replicaSet=rs0&serverMonitoringMode=poll'
const START_MS = 120_000

export type MongoServer = {
  /** Its URL, with `database` as its path. */
  url(database?: string): string
  /** A URL that leads through a proxy to one member of it; the proxy ends with `t`. */
  proxied(t: Pick<TestContext, 'after'>, database: string): Promise<{ url: string; proxy: MongoProxy }>
  /** A database name no other test uses; dropped when the suite ends. */
  newDatabase(): string
  /** May we believe what it says about transactions that overlap, and does it explain? */
  readonly honest: boolean
}

/** Runs `body` as a suite with a server of its own, which starts and stops with the suite. */
export function mongoSuite(name: string, body: (server: MongoServer) => void): void {
  const given = process.env.MONGODB_URL
  const binary = given ? undefined : findBinary()
  if (!given && !binary) {
    const loud = `NO MONGODB: "${name}" DID NOT RUN. Set MONGODB_URL, or test where ${PACKAGE} can be installed.`
    test(name, { skip: process.env.CI ? false : loud }, () => {
      throw new Error(loud)
    })
    console.error(loud)
    return
  }
  suite(name, () => {
    let url = given
    let child: ChildProcess | undefined
    const databases: string[] = []
    before(async () => {
      if (url !== undefined) return
      const started = await start(binary!)
      child = started.child
      url = started.url
    })
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
      honest: given !== undefined,
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

/** Of a real set one member alone, or the driver would go to the others past the proxy. */
function throughProxy(url: string, port: number, alone: boolean): string {
  const [, user = '', rest] = /^[^:]*:\/\/([^/?]*@)?[^/?]+(.*)$/.exec(url)!
  const through = `mongodb://${user}127.0.0.1:${port}${rest}`
  return alone
    ? withOption(through.replace(/([?&])replicaSet=[^&]*&?/i, '$1'), 'directConnection=true')
    : through
}

/** Why a test that needs a real server is skipped, or false when it runs. */
export const needsRealServer = ({ honest }: MongoServer): string | false =>
  honest ? false : 'ONLY WITH MONGODB_URL: the wire-compatible test server cannot show this'

function findBinary(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(PACKAGE)
  } catch {
    return undefined
  }
}

/** Starts the wire-compatible server on a free port; for tests that stop and start it themselves. */
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
