import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decodeJwt } from 'jose'
import { createWorld } from '../support.ts'

const MINUTE = 60_000

suite('guests', () => {
  test('1: a guest is an id in a token of an hour, and nothing is stored', async (t) => {
    const world = await createWorld(t)
    const { status, body } = await world.call('POST', '/guests', { body: {} })
    assert.deepEqual([status, body.expires_in], [200, 3600])
    const { sub, role, username } = decodeJwt(body.access_token)
    assert.deepEqual([sub, role, username], [body.guest.id, 'guest', 'guest'])
    assert.equal((await world.stores.users.list({ limit: 9 })).length, 1)
  })

  test('2: is renewed with the same id for a day, while the token is valid; no other token is', async (t) => {
    const world = await createWorld(t)
    const renew = async (access_token?: string) =>
      (await world.call('POST', '/guests', { body: { access_token } })).body
    const first = await renew()
    let last = first
    for (let passed = 0; passed < 23 * 60; passed += 50) {
      world.clock.pass(50 * MINUTE)
      last = await renew(last.access_token)
      assert.equal(last.guest.id, first.guest.id)
    }
    world.clock.pass(50 * MINUTE)
    assert.notEqual((await renew(last.access_token)).guest.id, first.guest.id)
    world.clock.pass(61 * MINUTE)
    assert.notEqual((await renew(last.access_token)).guest.id, first.guest.id)
    const { access_token, user } = await world.join('ada')
    assert.notEqual((await renew(access_token)).guest.id, user.id)
  })

  test('3: are counted by address', async (t) => {
    const world = await createWorld(t, { registrationsPerAddress: 3 })
    const ask = async (ip: string) => (await world.call('POST', '/guests', { body: {}, ip })).status
    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push(await ask('10.0.0.1'))
    assert.deepEqual([statuses, await ask('10.9.0.1')], [[200, 200, 200, 429], 200])
  })
})
