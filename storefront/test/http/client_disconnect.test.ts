import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import type { FastifyReply } from 'fastify'
import { disconnectSignal } from '../../src/http/client_disconnect.ts'

/** A request over a real connection, and the visitor's socket. */
async function asked(t: TestContext) {
  const server = createServer()
  t.after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const visitor = connect((server.address() as AddressInfo).port, '127.0.0.1').resume()
  t.after(() => visitor.destroy())
  visitor.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
  const [, raw] = (await once(server, 'request')) as [unknown, ServerResponse]
  return { visitor, raw, reply: { raw } as unknown as FastifyReply }
}

suite('the signal of a visitor', () => {
  test('aborts when the visitor disconnects before the answer is complete', async (t) => {
    const { visitor, raw, reply } = await asked(t)
    const signal = disconnectSignal(reply)
    raw.write('half of it')
    assert.equal(signal.aborted, false)
    visitor.destroy()
    await once(signal, 'abort')
  })

  test('does not abort when the connection closes after the answer', async (t) => {
    const { raw, reply } = await asked(t)
    const signal = disconnectSignal(reply)
    raw.setHeader('connection', 'close').end('all of it')
    await once(raw, 'close')
    assert.equal(signal.aborted, false)
  })

  test('is aborted when the visitor disconnected before', async (t) => {
    const { visitor, raw, reply } = await asked(t)
    visitor.destroy()
    await once(raw, 'close')
    assert.equal(disconnectSignal(reply).aborted, true)
  })
})
