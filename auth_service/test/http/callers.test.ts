import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { whileConnected } from '../../src/http/callers.ts'

const FAULT = new Error('not done')

/** A request over a real connection, the client's end of it, and the Fastify objects of both. */
async function asked(t: TestContext) {
  const server = createServer()
  t.after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const visitor: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  t.after(() => visitor.destroy())
  visitor.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
  const [, raw] = (await once(server, 'request')) as [unknown, ServerResponse]
  let hijacked = false
  const reply = {
    raw,
    hijack: () => {
      hijacked = true
    },
  } as unknown as FastifyReply
  const request = { ip: '203.0.113.7', headers: {} } as FastifyRequest
  return { visitor, raw, request, reply, hijacked: () => hijacked }
}

suite('work while the client is connected', () => {
  test('gets the client’s address, and its result is returned', async (t) => {
    const { request, reply, hijacked } = await asked(t)
    const done = await whileConnected(request, reply, async ({ address, signal }) => [
      address,
      signal?.aborted,
    ])
    assert.deepEqual(done, ['203.0.113.7', false])
    await assert.rejects(
      whileConnected(request, reply, () => Promise.reject(FAULT)),
      FAULT,
    )
    assert.equal(hijacked(), false)
  })

  test('is aborted when the client disconnects, and then nothing is answered', async (t) => {
    const { visitor, request, reply, hijacked } = await asked(t)
    const work = whileConnected(request, reply, async ({ signal }) => {
      const left = once(signal!, 'abort')
      visitor.destroy()
      await left
      throw FAULT
    })
    assert.equal(await work, undefined)
    assert.equal(hijacked(), true)
  })

  test('gets an aborted signal if the client has already disconnected', async (t) => {
    const { visitor, raw, request, reply } = await asked(t)
    visitor.destroy()
    await once(raw, 'close')
    assert.equal(await whileConnected(request, reply, async ({ signal }) => signal?.aborted), true)
  })

  test('continues when the connection ends after the answer', async (t) => {
    const { raw, request, reply } = await asked(t)
    const aborted = await whileConnected(request, reply, async ({ signal }) => {
      raw.setHeader('connection', 'close').end('done')
      await once(raw, 'close')
      return signal?.aborted
    })
    assert.equal(aborted, false)
  })
})
