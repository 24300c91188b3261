/**
 * The bundle of a service answers as its sources do: what is tested on the sources (the routes) holds for what is started.
 * Both run on the same stores, and get each operation of the OpenAPI documents with every kind of wrong input.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, suite, test } from 'node:test'
import { ROOT } from '../../scripts/root.ts'
import type { ServiceName, ServiceProcess } from './processes.ts'
import { createSuiteEnd, createWorld, type World } from './world.ts'

const SERVICES: readonly ServiceName[] = ['auth_service', 'product_service', 'order_service']
const TOO_LONG = 'x'.repeat(100_000)
const PATH_VALUES = ['01234567-89ab-7cde-8f01-23456789abcd', 'no-id', '%ff', '%', '..%2f', 'x'.repeat(500)]
const QUERIES = [
  '',
  '?limit=0',
  '?limit=x',
  '?cursor=%25',
  '?cursor=%ff',
  '?q=%ff',
  '?no_such_name=1',
  '?limit=1&limit=2',
]
/** None of them is valid for any operation, so nothing is written, and no login is counted. */
const BODIES: readonly (readonly [type: string | undefined, body: string])[] = [
  [undefined, ''],
  ['application/json', ''],
  ['application/json', '{'],
  ['application/json', '[]'],
  ['application/json', '{"no_such_name":1}'],
  ['application/json', '{"__proto__":{"role":"admin"}}'],
  ['application/json', `{"note":"${TOO_LONG}"}`],
  ['application/json; charset=utf-16', '{}'],
  ['text/plain', '{}'],
]
const HEADERS: readonly Record<string, string>[] = [
  { 'if-match': 'no-version' },
  { 'idempotency-key': '' },
  { 'idempotency-key': 'ä'.repeat(300) },
  { 'accept-encoding': 'gzip', accept: 'text/html' },
  { 'last-event-id': 'no-id' },
]

type Sent = { method: string; path: string; headers: Record<string, string>; body?: string }

suite('the bundle of a service answers as its sources do', { timeout: 480_000 }, () => {
  const end = createSuiteEnd()
  let world: World
  const sources = new Map<ServiceName, ServiceProcess>()
  after(() => end.end())
  before(async () => {
    world = await createWorld(end)
    await Promise.all(
      SERVICES.map(async (service) => sources.set(service, await world.addProcess(service, {}, 'sources'))),
    )
  })

  for (const service of SERVICES) {
    test(service, async () => {
      const bundle = [world.auth, world.products, world.orders].find(
        (process) => process.service === service,
      )!
      const [buyer] = await world.buyers(1)
      const statuses = new Set<number>()
      for (const sent of requestsTo(service, [buyer!.token, world.admin.token])) {
        const [built, run] = [await answerOf(bundle, sent), await answerOf(sources.get(service)!, sent)]
        assert.deepEqual(
          built,
          run,
          `${sent.method} ${sent.path.slice(0, 200)} with ${JSON.stringify({ ...sent.headers, authorization: undefined })}`,
        )
        statuses.add(built.status)
      }
      assert.ok(
        [200, 400, 401, 404, 413, 415].every((status) => statuses.has(status)),
        [...statuses].join(),
      )
    })
  }
})

/** Every operation of the service: of every caller, and of an admin with each wrong path, query, header and body. */
function* requestsTo(service: ServiceName, tokens: readonly string[]): Generator<Sent> {
  const { paths } = JSON.parse(readFileSync(join(ROOT, 'docs', 'openapi', `${service}.json`), 'utf8')) as {
    paths: Record<string, Record<string, unknown>>
  }
  const [, admin = ''] = tokens
  const signedIn = { authorization: `Bearer ${admin}` }
  for (const [template, operations] of Object.entries(paths)) {
    const at = (value: string) => template.replace(/\{\w+\}/, value)
    const path = at(PATH_VALUES[0]!)
    for (const method of [...Object.keys(operations).map((name) => name.toUpperCase()), 'OPTIONS', 'TRACE']) {
      for (const token of ['', 'x', 'x.y.z', ...tokens])
        yield { method, path, headers: token === '' ? {} : { authorization: `Bearer ${token}` } }
      for (const value of PATH_VALUES.slice(1)) yield { method, path: at(value), headers: signedIn }
      for (const query of QUERIES) yield { method, path: path + query, headers: signedIn }
      for (const headers of HEADERS) yield { method, path, headers: { ...signedIn, ...headers } }
      if (method !== 'GET')
        for (const [type, body] of BODIES)
          yield { method, path, headers: { ...signedIn, ...(type ? { 'content-type': type } : {}) }, body }
    }
  }
}

/** The path is sent as it is written: fetch would refuse or change some of them. */
async function answerOf({ url }: ServiceProcess, { method, path, headers, body }: Sent) {
  const sent = request(url, { method, path, headers, agent: false })
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject)
    sent.end(body)
  })
  // Two processes never agree on these.
  const { date: _, 'x-request-id': id = '', ...kept } = answer.headers
  return {
    status: answer.statusCode ?? 0,
    headers: kept,
    body: (await text(answer)).replaceAll(String(id), ''),
  }
}
