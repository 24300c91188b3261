/** Passwords whose bytes are not valid UTF-8: decoded leniently, all of them would be equal, a run of U+FFFD. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createWorld, PASSWORD, type World } from '../support.ts'

/** The lenient decoding of the bytes below, which is a valid password. */
const AS_READ = '\ufffd'.repeat(8)
const BROKEN = { FFFE: '\xff\xfe'.repeat(4), 'halves of characters': '\xc3'.repeat(8) }

/** `password` is sent as bytes, one per character. */
const sendBytes = async ({ app }: World, method: 'POST' | 'PUT', url: string, text: string, token = '') => {
  const answer = await app.inject({
    method,
    url,
    payload: Buffer.from(text, 'latin1'),
    headers: {
      'content-type': 'application/json',
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
  })
  return { status: answer.statusCode, code: answer.json().code }
}
const REFUSED = { status: 400, code: 'malformed_body' }

suite('a password that is not valid UTF-8', () => {
  for (const [what, bytes] of Object.entries(BROKEN)) {
    test(`${what}: cannot register`, async (t) => {
      const world = await createWorld(t)
      const body = `{"username":"ada","password":"${bytes}"}`
      assert.deepEqual(await sendBytes(world, 'POST', '/register', body), REFUSED)
      assert.equal((await world.register('ada')).status, 201, 'the name is still free')
    })

    test(`${what}: cannot log in`, async (t) => {
      const world = await createWorld(t)
      assert.equal((await world.register('ada', AS_READ)).status, 201)
      const body = `{"username":"ada","password":"${bytes}"}`
      assert.deepEqual(await sendBytes(world, 'POST', '/login', body), REFUSED)
      assert.equal((await world.tryLogin('ada', AS_READ)).status, 200)
    })

    test(`${what}: is neither the current nor a new password`, async (t) => {
      const world = await createWorld(t)
      await world.register('ada', AS_READ)
      const { access_token: token } = await world.login('ada', AS_READ)
      for (const body of [
        `{"current_password":"${bytes}","new_password":"${PASSWORD}"}`,
        `{"current_password":"${PASSWORD}","new_password":"${bytes}"}`,
      ]) {
        assert.deepEqual(await sendBytes(world, 'PUT', '/me/password', body, token), REFUSED)
      }
      assert.equal((await world.tryLogin('ada', AS_READ)).status, 200)
    })
  }
})

suite('a password with a lone surrogate, escaped in JSON', () => {
  const HALF = '\\ud800'.repeat(8)

  test('cannot register, log in or become a password', async (t) => {
    const world = await createWorld(t)
    const made = await sendBytes(world, 'POST', '/register', `{"username":"eve","password":"${HALF}"}`)
    assert.deepEqual(made, { status: 400, code: 'password_refused' })
    await world.register('ada', AS_READ)
    const { access_token: token } = await world.login('ada', AS_READ)
    const opened = await sendBytes(world, 'POST', '/login', `{"username":"ada","password":"${HALF}"}`)
    assert.deepEqual(opened, { status: 401, code: 'invalid_credentials' })
    const change = (current: string, next: string) =>
      sendBytes(
        world,
        'PUT',
        '/me/password',
        Buffer.from(`{"current_password":"${current}","new_password":"${next}"}`).toString('latin1'),
        token,
      )
    assert.equal((await change(HALF, PASSWORD)).code, 'wrong_password')
    assert.equal((await change(AS_READ, HALF)).code, 'password_refused')
    assert.equal((await world.tryLogin('ada', AS_READ)).status, 200)
  })
})
