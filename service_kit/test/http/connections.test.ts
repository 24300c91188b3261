/** Limits of connections, with real ones from several loopback addresses. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { untilTrue } from '../../test_support/virtual_runtime.ts'
import { createPlainApp } from '../fixtures/plain_app.ts'

async function start(t: TestContext, trustedProxies: readonly string[] = []) {
  const app = createPlainApp({
    trustedProxies,
    limits: { connectionsMax: 9 },
  })
  t.after(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo

  /** An accepted connection, or undefined. */
  const visit = async (localAddress: string) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    t.after(() => socket.destroy())
    socket.on('error', () => {})
    socket.write('GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n')
    const answered = await Promise.race([
      once(socket, 'data').then(() => true),
      once(socket, 'close').then(() => false),
    ])
    return answered ? socket : undefined
  }
  const fill = async (localAddress: string) => {
    let accepted = 0
    while (await visit(localAddress)) accepted += 1
    return accepted
  }
  return { visit, fill }
}

suite('connections', () => {
  test('one address gets a third of them, and less the more addresses there are', async (t) => {
    const { visit, fill } = await start(t)
    const shares = []
    for (const host of [2, 3, 4, 5, 6, 7]) shares.push(await fill(`127.0.0.${host}`))
    assert.deepEqual(shares, [3, 2, 2, 1, 1, 0])
    assert.equal(await visit('127.0.0.8'), undefined)
  })

  test('a closed connection no longer counts', async (t) => {
    const { visit, fill } = await start(t)
    const first = await visit('127.0.0.2')
    assert.equal(await fill('127.0.0.2'), 2)
    first!.destroy()
    await untilTrue(async () => (await visit('127.0.0.2')) !== undefined)
  })

  test('a trusted proxy has no limit of its own, others keep theirs', async (t) => {
    const { fill } = await start(t, ['127.0.0.2', '127.0.1.0/24'])
    assert.equal(await fill('127.0.0.3'), 3)
    assert.equal(await fill('127.0.1.9'), 6)
  })
})
