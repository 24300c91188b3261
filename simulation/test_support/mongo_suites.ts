/** Suites of tests that run on a MongoDB server (the kit, mongo_server.ts), and again on the model of one. */
import { suite, type TestContext } from 'node:test'
import { withDatabase } from '@shop/service_kit/mongo/url'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import type { MongoProxy } from '@shop/service_kit/test_support/mongo_proxy'
import { type MongoServer, mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { createModelDeployment } from '../mongo/deployment.ts'
import type { Fields } from '../mongo/documents/values.ts'
import type { Command, Fault } from '../mongo/port.ts'

export function mongoSuites(name: string, body: (server: MongoServer) => void): void {
  mongoSuite(name, body, { serverPerTest: true })
  onTheModel(name, body)
}

/**
 * Suites whose faults are made in the driver, in hundreds of runs: on the model, and on the server of MONGODB_URL if there is
 * one. The driver is the same on the wire-compatible server, which lets transactions overlap and is slow at them.
 */
export function mongoDriverSuites(name: string, body: (server: MongoServer) => void): void {
  if (process.env.MONGODB_URL !== undefined) mongoSuite(name, body)
  onTheModel(name, body)
}

const onTheModel = (name: string, body: (server: MongoServer) => void) =>
  void suite(`${name}, on the model`, () => body(createModelServer()))

/** What the proxy of a client does to its commands. */
type Proxied = MongoProxy & { faultOf(command: Command): Fault | undefined }

/** Its members answer in the turns of the event loop. It isolates transactions, as a real server does. */
export function createModelServer(): MongoServer {
  const proxies = new Map<string, Proxied>()
  const deployment = createModelDeployment({
    ...systemRuntime,
    fault: (command) => proxies.get(command.client)?.faultOf(command),
  })
  let databases = 0
  return {
    url: (database = '') => withDatabase(deployment.url, database),
    async proxied(t: Pick<TestContext, 'after'>, database: string) {
      const name = `proxied-${proxies.size + 1}`
      const proxy = createProxy()
      proxies.set(name, proxy)
      t.after(() => proxy.close())
      return { url: `mongodb://${name}/${database}`, proxy }
    },
    newDatabase: () => `shop_test_${++databases}`,
    opening: {
      runtime: systemRuntime,
      createClient(url, options) {
        const name = /^mongodb:\/\/(proxied-\d+)\//.exec(url)?.[1] ?? 'direct'
        return deployment.clientFor({ name, runtime: systemRuntime })(url, options)
      },
    },
    honest: true,
    explains: false,
  }
}

function createProxy(): Proxied {
  let text: string | undefined
  let times = 0
  let lost = 0
  let fault: Fault = {}
  let names: string[] = []
  const expect = (wanted: string, count: number, then: Fault) => {
    text = wanted
    times = count
    lost = 0
    fault = then
  }
  const unavailable = () => {
    throw new Error('The model has no sockets.')
  }
  return {
    port: 0,
    faultOf({ name, collection, body }) {
      names.push(collection === undefined ? name : `${name} ${collection}`)
      if (text === undefined || times === 0 || !JSON.stringify(body).includes(text)) return undefined
      times--
      lost++
      return fault
    },
    loseAnswerTo: (wanted, count = 1, instead = undefined) =>
      expect(wanted, count, { after: (instead as Fields | undefined) ?? 'cut' }),
    holdAnswerTo: (wanted, ms) => expect(wanted, 2, { answerMs: ms }),
    lost: () => lost,
    commands() {
      const recorded = names
      names = []
      return recorded
    },
    freeze: unavailable,
    resume: unavailable,
    async close() {
      times = 0
    },
  }
}
