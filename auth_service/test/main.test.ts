import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { before, suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { COMPILE_CACHE } from '@shop/service_kit/test_support/compile_cache'
import { BUNDLES } from '../../scripts/build/bundles.ts'
import { rotateKeys } from '../src/rotate_keys.ts'
import { openStores } from '../src/storage/open_stores.ts'
import { folder, PASSWORD, type Tokens } from './support.ts'

const ADMIN = { ADMIN_USERNAME: 'root', ADMIN_PASSWORD: PASSWORD }

function start(t: TestContext, env: Record<string, string>, main = BUNDLES.pathOf('auth_service')) {
  const child = spawn(process.execPath, [main], {
    env: { ...COMPILE_CACHE, PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const output = { out: '', err: '' }
  child.stdout!.on('data', (chunk) => {
    output.out += chunk
  })
  child.stderr!.on('data', (chunk) => {
    output.err += chunk
  })
  const announced = (async () => {
    const message = await Promise.race([once(child, 'message'), ended.then(() => undefined)])
    if (!message) throw new Error(output.err)
    return message[0] as { listening: number; operationsPort: number }
  })()
  const listening = announced.then(({ listening }) => `http://127.0.0.1:${listening}`)
  const operations = announced.then(({ operationsPort }) => `http://127.0.0.1:${operationsPort}`)
  for (const address of [listening, operations]) address.catch(() => {})
  return { child, output, listening, operations, ended }
}

const post = async (url: string, body: object) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as Tokens & { user: { role: string } } }
}

suite('the process', () => {
  before(async () => void (await BUNDLES.buildIfOld()))

  test('serves with its first admin, drains on SIGTERM, and keeps its data after a restart', async (t) => {
    const DATA_DIR = folder(t)
    const first = start(t, { DATA_DIR, ...ADMIN }, BUNDLES.sourceOf('auth_service'))
    const url = await first.listening
    const login = await post(`${url}/login`, { username: 'root', password: PASSWORD })
    assert.deepEqual([login.status, login.body.user.role], [200, 'admin'])
    first.child.kill('SIGTERM')
    assert.deepEqual(await first.ended, [0, null])
    assert.ok(!first.output.out.includes(PASSWORD))

    // Another password in the environment changes nothing.
    const second = start(t, { DATA_DIR, ...ADMIN, ADMIN_PASSWORD: 'another long password' })
    const again = await second.listening
    const { access_token } = login.body
    const me = await fetch(`${again}/me`, { headers: { authorization: `Bearer ${access_token}` } })
    assert.equal(me.status, 200)
    const refreshed = await post(`${again}/token`, { refresh_token: login.body.refresh_token })
    assert.equal(refreshed.status, 200)
    const changed = await post(`${again}/login`, { username: 'root', password: 'another long password' })
    assert.equal(changed.status, 401)
  })

  test('two replicas that start at the same time on one file share one key and one admin; a rotation reaches both', async (t) => {
    const DATA_DIR = folder(t)
    const replicas = [start(t, { DATA_DIR, ...ADMIN }), start(t, { DATA_DIR, ...ADMIN })]
    const urls = await Promise.all(replicas.map((replica) => replica.listening))
    const keySets = () =>
      Promise.all(
        urls.map(async (url): Promise<{ keys: object[] }> => {
          const answer = await fetch(`${url}/.well-known/jwks.json`)
          return (await answer.json()) as { keys: object[] }
        }),
      )
    const [a, b] = await keySets()
    assert.equal(a?.keys.length, 1)
    assert.deepEqual(a, b)

    const stores = await openStores({ DATA_DIR }, { runtime: systemRuntime })
    t.after(() => stores.close())
    assert.equal((await stores.users.list({ limit: 9 })).length, 1)
    const { kid } = await rotateKeys({ keys: stores.keys, now: () => new Date() })
    for (const keySet of await keySets()) assert.equal(keySet.keys.length, 2)
    for (const url of urls) {
      const { body } = await post(`${url}/login`, { username: 'root', password: PASSWORD })
      assert.equal(JSON.parse(Buffer.from(body.access_token.split('.')[0]!, 'base64url').toString()).kid, kid)
    }
  })

  test('the admin’s password may come from a file', async (t) => {
    const DATA_DIR = folder(t)
    const secret = join(DATA_DIR, 'admin_password')
    writeFileSync(secret, `${PASSWORD}\n`)
    const url = await start(t, { DATA_DIR, ADMIN_USERNAME: 'root', ADMIN_PASSWORD_FILE: secret }).listening
    assert.equal((await post(`${url}/login`, { username: 'root', password: PASSWORD })).status, 200)
  })

  test('it starts while MongoDB is down, is alive, and reports why it is not ready', async (t) => {
    const DATABASE_URL = 'mongodb://127.0.0.1:1/?replicaSet=rs0'
    const { child, listening, operations, ended } = start(t, { DATA_DIR: folder(t), ...ADMIN, DATABASE_URL })
    const url = await listening
    assert.equal((await fetch(`${url}/healthz`)).status, 200)
    const ready = await fetch(`${url}/readyz`)
    assert.equal(ready.status, 503)
    assert.doesNotMatch(await ready.text(), /MongoDB/)
    assert.match(await (await fetch(`${await operations}/readyz`)).text(), /MongoDB can't be reached/)
    const login = await fetch(`${url}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'root', password: PASSWORD }),
    })
    assert.equal(login.status, 503)
    assert.equal(((await login.json()) as { code: string }).code, 'store_unavailable')
    child.kill('SIGTERM')
    assert.deepEqual(await ended, [0, null])
  })

  const faults: [string, Record<string, string>, RegExp][] = [
    ['an unknown database', { DATABASE_URL: 'mysql://db' }, /DATABASE_URL must be sqlite:/],
    ['an admin without a password', { ADMIN_USERNAME: 'root' }, /only of use together/],
    ['a weak admin password', { ...ADMIN, ADMIN_PASSWORD: 'password1' }, /ADMIN_PASSWORD: .*most common/],
    ['an admin name that is none', { ...ADMIN, ADMIN_USERNAME: 'a b' }, /ADMIN_USERNAME must be/],
    ['a token life too long', { ACCESS_TOKEN_TTL: '86400' }, /ACCESS_TOKEN_TTL must be at most 3600/],
    ['a proxy that is no address', { TRUSTED_PROXIES: 'gateway' }, /TRUSTED_PROXIES|invalid IP address/],
    ['a data folder that can’t be made', { DATA_DIR: '/dev/null/data' }, /^Cannot start: /],
  ]
  for (const [what, env, sentence] of faults) {
    test(`${what}: one clear sentence and exit code 1`, async (t) => {
      const { ended, output } = start(t, { DATA_DIR: folder(t), ...env })
      assert.deepEqual(await ended, [1, null])
      assert.match(output.err, sentence)
      assert.doesNotMatch(output.err, /\n\s+at /)
      assert.ok(!output.err.includes(PASSWORD))
    })
  }

  test('a taken port: one clear sentence and exit code 1', async (t) => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    t.after(() => holder.close())
    const { port } = holder.address() as AddressInfo
    const { ended, output } = start(t, { DATA_DIR: folder(t), PORT: String(port) })
    assert.deepEqual(await ended, [1, null])
    assert.match(output.err, new RegExp(`^Port ${port} is already in use`))
  })
})
