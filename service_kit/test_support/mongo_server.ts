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
import { type MongoProxy, startMongoProxy } from './mongo_proxy.ts'

const PACKAGE = '@jongodb/memory-server-bin-linux-x64-gnu/bin/jongodb'
/** Its streamed heartbeats break under load, so it is polled. */
const TEST_SERVER_OPTIONS = 'replicaSet=rs0&serverMonitoringMode=poll'
const START_MS = 20_000

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
      url: (database = '') => url!.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?/, `$1/${database}`),
      async proxied(t, database) {
        const { port } = new URL(url!.replace(/^mongodb:/, 'http:'))
        const proxy = await startMongoProxy(Number(port || 27_017))
        t.after(() => proxy.close())
        return {
          url: `mongodb://127.0.0.1:${proxy.port}/${database}?${given ? 'directConnection=true' : TEST_SERVER_OPTIONS}`,
          proxy,
        }
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

/** Why a test that needs an honest server is skipped, or false when it runs. */
export const needsHonest = ({ honest }: MongoServer): string | false =>
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
