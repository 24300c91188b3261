/** Whose connections are let in, over real ones from several addresses of loopback. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { createPlainApp } from '../fixtures/plain_app.ts'

async function start(t: TestContext, trustedProxies: readonly string[] = []) {
  const app = createPlainApp({
    trustedProxies,
    limits: { connectionsMax: 9 },
  })
  t.after(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo

  /** A connection that was let in, or undefined. */
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
    let letIn = 0
    while (await visit(localAddress)) letIn += 1
    return letIn
  }
  return { visit, fill }
}

suite('connections', () => {
  test('one address gets a third of them, and the more come the less each gets', async (t) => {
    const { visit, fill } = await start(t)
    const shares = []
    for (const host of [2, 3, 4, 5, 6, 7]) shares.push(await fill(`127.0.0.${host}`))
    assert.deepEqual(shares, [3, 2, 2, 1, 1, 0])
    assert.equal(await visit('127.0.0.8'), undefined)
  })

  test('what was closed is given back', async (t) => {
    const { visit, fill } = await start(t)
    const first = await visit('127.0.0.2')
    assert.equal(await fill('127.0.0.2'), 2)
    first!.destroy()
    let again = false
    for (let tries = 0; tries < 100 && !again; tries += 1) again = (await visit('127.0.0.2')) !== undefined
    assert.ok(again)
  })

  test('a proxy that was named brings those of many', async (t) => {
    const { fill } = await start(t, ['127.0.0.2'])
    assert.equal(await fill('127.0.0.2'), 9)
  })
})
