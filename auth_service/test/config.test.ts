import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readAuthConfig } from '../src/config.ts'

suite('configuration', () => {
  test('has a default for everything but the admin, the database and proxies', () => {
    assert.deepEqual(
      { ...readAuthConfig({}) },
      {
        HOST: '127.0.0.1',
        PORT: 5000,
        DATA_DIR: './data',
        LOG_LEVEL: 'info',
        DRAIN_DELAY_MS: 0,
        ACCESS_TOKEN_TTL: 600,
        REFRESH_TOKEN_TTL: 2_592_000,
        KEY_ROTATION_DAYS: 30,
        HASHES_AT_ONCE: 4,
        HASHES_WAITING_MAX: 256,
        LOGIN_TRIES: 10,
        LOGIN_TRIES_PER_ACCOUNT: 50,
        LOGIN_TRIES_PER_ADDRESS: 500,
      },
    )
  })

  const faults: [Record<string, string>, string][] = [
    [{ ACCESS_TOKEN_TTL: '0' }, 'ACCESS_TOKEN_TTL must be >= 1'],
    [{ REFRESH_TOKEN_TTL: 'a month' }, 'REFRESH_TOKEN_TTL must be integer'],
    [{ HASHES_AT_ONCE: '0' }, 'HASHES_AT_ONCE must be >= 1'],
    [{ KEY_ROTATION_DAYS: '0' }, 'KEY_ROTATION_DAYS must be >= 1'],
    [{ LOGIN_TRIES: '0' }, 'LOGIN_TRIES must be >= 1'],
    [{ ADMIN_PASSWORD: 'x' }, 'ADMIN_USERNAME and ADMIN_PASSWORD are only of use together'],
  ]
  for (const [env, fault] of faults) {
    test(fault, () => assert.throws(() => readAuthConfig(env), { faults: [fault] }))
  }
})
