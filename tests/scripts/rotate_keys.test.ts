import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { call, expectStatus } from '../system/calls.ts'
import { signIn } from '../system/world.ts'
import { finish, newWorld, READY, runScript, type World } from './running.ts'

const register = async ({ ports }: World, username: string): Promise<string> => {
  const account = { username, password: 'a sentence that is hard to guess' }
  for (const path of ['/register', '/login']) {
    const answer = await fetch(`http://127.0.0.1:${ports.auth}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(account),
    })
    const { access_token } = (await answer.json()) as { access_token?: string }
    if (access_token) return access_token
  }
  throw new Error('no token')
}

const kidOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid

const orders = ({ ports }: World, token: string) =>
  fetch(`http://127.0.0.1:${ports.order}/orders`, { headers: { authorization: `Bearer ${token}` } })

suite('npm run rotate-keys', () => {
  test('while the shop runs: the new key signs, tokens of the old key stay valid', async (t) => {
    const world = await newWorld(t)
    const shop = runScript(t, 'start.ts', world, '--no-demo')
    await shop.until(READY)
    const before = await register(world, 'ada')
    const { code, output } = await finish(t, 'rotate_keys.ts', world)
    assert.equal(code, 0)
    const after = await register(world, 'grace')
    assert.notEqual(kidOf(after), kidOf(before))
    assert.ok(output.includes(`From now on tokens are signed with the key ${kidOf(after)}.`))
    // A customer may not list all orders: 403 means that the token was accepted, 401 that it was not.
    assert.equal((await orders(world, before)).status, 403)
    assert.equal((await orders(world, after)).status, 403)
    assert.equal((await orders(world, `${after}x`)).status, 401)

    const { username, password } = JSON.parse(readFileSync(join(world.dataDir, 'admin.json'), 'utf8'))
    const { token } = await signIn(`http://127.0.0.1:${world.ports.auth}`, username, password)
    const log = await call<{ items: { by: string; subject: { id: string } }[] }>(
      'GET',
      `http://127.0.0.1:${world.ports.auth}/audit/accounts?action=key.added`,
      { token },
    )
    assert.deepEqual(
      expectStatus(log, 200).items.map(({ by, subject }) => [by, subject.id]),
      [
        ['operator', kidOf(after)],
        ['system', kidOf(before)],
      ],
    )
  })

  test('without a shop in the folder it is refused, and creates none', async (t) => {
    const { code, output } = await finish(t, 'rotate_keys.ts', await newWorld(t))
    assert.match(output, /^There is no .*auth\.db\. Set DATA_DIR/)
    assert.equal(code, 1)
  })
})
