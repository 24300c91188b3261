/**
 * The floors: the least work for the same answer, in a process of its own like the services.
 *
 *   node floor.ts node|fastify|insert <file with the body to answer> [<SQLite file>]
 *
 * `insert` is the least work for a durable order: Fastify reads the JSON and inserts one row into SQLite, in a commit that
 * all waiting requests share.
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

function fastifyWithInsert(path: string) {
  const store = openSqlite({
    runtime: systemRuntime,
    path,
    migrations: new URL('./migrations/', import.meta.url),
  })
  const insert = store.writer.prepare('INSERT INTO entries (id, body) VALUES (?, ?)')
  const app = Fastify()
  app.post('/orders', async (request, reply) => {
    const text = JSON.stringify(request.body)
    await store.write(() => insert.run(crypto.randomUUID(), text))
    return reply.code(201).type(JSON_TYPE).send(body)
  })
  return app
}

if (kind === 'node') {
  const server = bareNode().listen(0, '127.0.0.1', () =>
    process.send?.({ listening: (server.address() as AddressInfo).port }),
  )
} else {
  const app = kind === 'insert' ? fastifyWithInsert(database!) : fastify()
  await app.listen({ host: '127.0.0.1', port: 0 })
  process.send?.({ listening: (app.server.address() as AddressInfo).port })
}
for (const end of ['disconnect', 'SIGTERM']) process.on(end, () => process.exit())
