/**
 * The health check of the image, against a server that simulates the operations port and against a real service.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { createServiceProcess, freePort } from '../system/processes.ts'
import { dockerfileOf, IMAGES, ROOT } from './rendering.ts'

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
  const { port } = server.address() as AddressInfo
  const at = { PORT: String(port - 200) }
  return { state, server, port, look: (env: NodeJS.ProcessEnv = at) => look({ TMPDIR: folder, ...env }) }
}

const look = (env: NodeJS.ProcessEnv) =>
  new Promise<Look>((resolve) => {
    execFile('bash', [SCRIPT], { env: { PATH: process.env.PATH, ...env } }, (error, said) =>
      resolve({ well: error === null, said }),
    )
  })

suite('the health check of the image, of a service', () => {
  test('names the part that is not ready; after the service was ready, it only has to be alive', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'shop_health_'))
    const service = createServiceProcess('auth_service', await freePort(), {
      DATA_DIR: folder,
      LOG_LEVEL: 'silent',
    })
    t.after(async () => {
      await service.kill()
      rmSync(folder, { recursive: true })
    })
    const OPS_PORT = new URL(service.operationsUrl).port
    const inspectIt = () => look({ PORT: '1', OPS_PORT, TMPDIR: folder })
    await service.start({ DATABASE_URL: 'mongodb://127.0.0.1:9/?replicaSet=rs0' })
    const { well, said } = await inspectIt()
    assert.equal(well, false)
    assert.match(said, /^\/readyz answered 503\n.*"detail":"store: .*MongoDB/)
    await service.kill()

    await service.start()
    assert.deepEqual(await inspectIt(), { well: true, said: '' })
    // A missing file is no reason for a restart, which would not restore it.
    rmSync(join(folder, 'auth.db'))
    assert.deepEqual(await inspectIt(), { well: true, said: '' })
    await service.kill()
    assert.equal((await inspectIt()).well, false)
  })
})

suite('the health check of the image', () => {
  test('is the one in the images', () => {
    for (const image of IMAGES) {
      assert.match(dockerfileOf(image), /^HEALTHCHECK .* CMD \["bash", "dist\/healthcheck.sh"\]$/m, image)
    }
  })

  test('a replica that was never ready is unhealthy, and the output says why', async (t) => {
    const { look } = await replica(t)
    const { well, said } = await look()
    assert.equal(well, false)
    assert.match(said, /\/readyz answered 503\n.*MongoDB does not answer/)
  })

  test('a replica that was ready once is healthy while it is alive, even without its database', async (t) => {
    const { state, look } = await replica(t)
    state.ready = true
    assert.deepEqual(await look(), { well: true, said: '' })
    state.ready = false
    assert.deepEqual(await look(), { well: true, said: '' })
    state.alive = false
    assert.equal((await look()).well, false)
  })

  test('a replica that does not listen is unhealthy', async (t) => {
    const { server, state, look } = await replica(t)
    state.ready = true
    await look()
    await new Promise((resolve) => server.close(resolve))
    const { well, said } = await look()
    assert.equal(well, false)
    assert.match(said, /nothing listens on the operations port \(127\.0\.0\.1, \d+\)/)
  })

  test('if the mark cannot be written, readiness is checked', async (t) => {
    const { state, port, look } = await replica(t)
    state.ready = true
    const nowhere = { PORT: String(port - 200), TMPDIR: '/nowhere' }
    assert.deepEqual(await look(nowhere), { well: true, said: '' })
    state.ready = false
    assert.equal((await look(nowhere)).well, false)
  })

  test('connects to OPS_HOST and OPS_PORT, or to their defaults', async (t) => {
    const { state, port, look } = await replica(t)
    state.ready = true
    const [PORT, OPS_PORT] = [String(port - 200), String(port)]
    for (const env of [
      { PORT },
      { PORT, OPS_PORT: '', OPS_HOST: '' },
      { PORT: '1', OPS_PORT },
      { PORT: '0', OPS_PORT },
      { PORT, OPS_HOST: '0.0.0.0' },
      { PORT, OPS_HOST: '::' },
      { PORT, OPS_HOST: 'localhost' },
    ]) {
      assert.deepEqual(await look(env), { well: true, said: '' }, JSON.stringify(env))
    }
    assert.match((await look({ PORT, OPS_HOST: '::1' })).said, /\(::1, \d+\)/)
    for (const env of [{ PORT: '0' }, { PORT, OPS_PORT: '0' }]) {
      const { well, said } = await look(env)
      assert.equal(well, false)
      assert.match(said, /give OPS_PORT a number/)
    }
  })
})
