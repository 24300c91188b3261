/**
 * The floors: the least work for the same answer, in a process of its own like the services.
 *
 *   node floor.ts node|fastify|insert|mix <file with the body to answer> [<SQLite file>]
 *
 * `insert` is the least work for a durable order: Fastify reads the JSON and inserts one row into SQLite, in a commit that
 * all waiting requests share. `mix` does the same for every request that changes something, and answers others with bytes; its
 * bodies are JSON by method and kind, `{"POST orders": …}`.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import Fastify from 'fastify'

const [kind, bodyFile, database] = process.argv.slice(2)
const body = readFileSync(bodyFile!, 'utf8')
const JSON_TYPE = 'application/json; charset=utf-8'

function bareNode() {
  const headers = { 'content-type': JSON_TYPE, 'content-length': Buffer.byteLength(body) }
  return createServer((_request, response) => response.writeHead(200, headers).end(body))
}

function fastify() {
  const app = Fastify()
  app.get('/*', (_request, reply) => reply.type(JSON_TYPE).send(body))
  return app
}

function openEntries(path: string) {
  const store = openSqlite({
    runtime: systemRuntime,
    path,
    migrations: new URL('./migrations/', import.meta.url),
  })
  const insert = store.writer.prepare('INSERT INTO entries (id, body) VALUES (?, ?)')
  return (content: unknown) => {
    const text = JSON.stringify(content ?? null)
    return store.write(() => insert.run(crypto.randomUUID(), text))
  }
}

function fastifyWithInsert(path: string) {
  const insert = openEntries(path)
  const app = Fastify()
  app.post('/orders', async (request, reply) => {
    await insert(request.body)
    return reply.code(201).type(JSON_TYPE).send(body)
  })
  return app
}

function fastifyWithMix(path: string) {
  const insert = openEntries(path)
  const bodies: Record<string, string> = JSON.parse(body)
  const app = Fastify()
  app.addContentTypeParser('application/merge-patch+json', { parseAs: 'string' }, (_request, text, done) =>
    done(null, JSON.parse(text as string)),
  )
  for (const kind of ['orders', 'products']) {
    for (const [method, status] of [
      ['POST', 201],
      ['PUT', 200],
      ['PATCH', 200],
      ['DELETE', 204],
    ] as const) {
      app.route({
        method,
        url: method === 'POST' ? `/${kind}` : `/${kind}/:id`,
        async handler(request, reply) {
          await insert(request.body)
          return reply.code(status).type(JSON_TYPE).send(bodies[`${method} ${kind}`])
        },
      })
    }
    app.get(`/${kind}`, (_request, reply) => reply.type(JSON_TYPE).send(bodies[`GET ${kind}`]))
  }
  return app
}

if (kind === 'node') {
  const server = bareNode().listen(0, '127.0.0.1', () =>
    process.send?.({ listening: (server.address() as AddressInfo).port }),
  )
} else {
  const app =
    kind === 'insert' ? fastifyWithInsert(database!) : kind === 'mix' ? fastifyWithMix(database!) : fastify()
  await app.listen({ host: '127.0.0.1', port: 0 })
  process.send?.({ listening: (app.server.address() as AddressInfo).port })
}
for (const end of ['disconnect', 'SIGTERM']) process.on(end, () => process.exit())
