/** What the engine believes about a replica: the image's health check, against a server that plays the replica. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { ROOT } from './rendering.ts'

const SCRIPT = join(ROOT, 'deploy', 'image', 'healthcheck.sh')

type Look = { readonly well: boolean; readonly said: string }

async function replica(t: TestContext) {
  const state = { alive: true, ready: false }
  const server = createServer((request, response) => {
    if (request.url === '/healthz') return response.writeHead(state.alive ? 200 : 500).end('{}')
    if (request.url !== '/readyz') return response.writeHead(404).end()
    response.writeHead(state.ready ? 200 : 503).end('{"detail":"store: MongoDB does not answer"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const folder = mkdtempSync(join(tmpdir(), 'shop_health_'))
  t.after(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  const PORT = String((server.address() as AddressInfo).port)
  const look = (TMPDIR = folder) =>
    new Promise<Look>((resolve) => {
      execFile('bash', [SCRIPT], { env: { ...process.env, PORT, TMPDIR } }, (error, said) =>
        resolve({ well: error === null, said }),
      )
    })
  return { state, server, look }
}

suite('the health check of the image', () => {
  test('is the one the image has', () => {
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
    assert.match(dockerfile, /^COPY deploy\/image\/healthcheck.sh \.\/$/m)
    assert.match(dockerfile, /^HEALTHCHECK .* CMD \["bash", "healthcheck.sh"\]$/m)
  })

  test('a replica that was never ready is not well, and it is told why', async (t) => {
    const { look } = await replica(t)
    const { well, said } = await look()
    assert.equal(well, false)
    assert.match(said, /\/readyz answered 503\n.*MongoDB does not answer/)
  })

  test('a replica that was ready once is well while it lives, whatever became of its database', async (t) => {
    const { state, look } = await replica(t)
    state.ready = true
    assert.deepEqual(await look(), { well: true, said: '' })
    state.ready = false
    assert.deepEqual(await look(), { well: true, said: '' })
    state.alive = false
    assert.equal((await look()).well, false)
  })

  test('a replica that does not listen is not well', async (t) => {
    const { server, state, look } = await replica(t)
    state.ready = true
    await look()
    await new Promise((resolve) => server.close(resolve))
    assert.equal((await look()).well, false)
  })

  test('without a place for its mark it asks for readiness', async (t) => {
    const { state, look } = await replica(t)
    state.ready = true
    assert.deepEqual(await look('/nowhere'), { well: true, said: '' })
    state.ready = false
    assert.equal((await look('/nowhere')).well, false)
  })
})
