import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createRefreshTokens } from '../../src/crypto/refresh_tokens.ts'
import { REFRESH_TOKEN_LENGTH_MAX } from '../../src/domain/sessions.ts'

const { make, sessionIdOf, hash, newSalt, successor } = createRefreshTokens(systemRuntime)

suite('refresh tokens', () => {
  test('contain their session id and 256 random bits', () => {
    const made = Array.from({ length: 100 }, make)
    assert.equal(new Set(made.map(({ token }) => token)).size, 100)
    for (const { sessionId, token } of made) {
      assert.equal(sessionIdOf(token), sessionId)
      assert.equal(Buffer.from(token.split('.')[1]!, 'base64url').length, 32)
      assert.ok(token.length <= REFRESH_TOKEN_LENGTH_MAX)
    }
  })

  test('a successor depends only on token and salt', () => {
    const { token, sessionId } = make()
    const salt = newSalt()
    assert.equal(Buffer.from(salt, 'base64url').length, 32)
    const next = successor(token, salt)
    assert.equal(successor(token, salt), next)
    assert.equal(sessionIdOf(next), sessionId)
    const others = [token, successor(token, newSalt()), successor(make().token, salt), successor(next, salt)]
    assert.equal(new Set([next, ...others]).size, 5)
  })

  test('the hash differs from the token, and for different tokens', () => {
    const { token } = make()
    assert.equal(hash(token), hash(token))
    assert.doesNotMatch(hash(token), new RegExp(token.slice(-10)))
    assert.notEqual(hash(token), hash(make().token))
  })

  for (const text of ['', 'x', 'a.b', `${'a'.repeat(22)}.${'b'.repeat(42)}`, '../../etc', 'null']) {
    test(`${JSON.stringify(text)} names no session`, () => assert.equal(sessionIdOf(text), undefined))
  }
})
