import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readConfig } from '../src/config.ts'

suite('configuration', () => {
  test('has a default for everything but the admin, the database and proxies', () => {
    assert.deepEqual(
      { ...readConfig({}) },
      {
        HOST: '127.0.0.1',
        PORT: 5000,
        OPS_HOST: '127.0.0.1',
        ACCESS_LOG: false,
        PUBLIC_DOCS: false,
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
        REGISTRATIONS_PER_ADDRESS: 250,
        ORDER_URL: 'http://127.0.0.1:5002',
        ADMIN_SECOND_FACTOR: 'optional',
      },
    )
  })

  const faults: [Record<string, string>, string][] = [
    [{ ACCESS_TOKEN_TTL: '0' }, 'ACCESS_TOKEN_TTL must be at least 1'],
    [{ REFRESH_TOKEN_TTL: 'a month' }, 'REFRESH_TOKEN_TTL must be a whole number'],
    [{ HASHES_AT_ONCE: '0' }, 'HASHES_AT_ONCE must be at least 1'],
    [{ KEY_ROTATION_DAYS: '0' }, 'KEY_ROTATION_DAYS must be at least 1'],
    [{ LOGIN_TRIES: '0' }, 'LOGIN_TRIES must be at least 1'],
    [{ ADMIN_PASSWORD: 'x' }, 'ADMIN_USERNAME and ADMIN_PASSWORD are only of use together'],
  ]
  const proxies =
    'TRUSTED_PROXIES must name addresses or networks, such as 10.0.0.0/8, with commas between them'
  for (const wrong of [
    'balancer',
    '10.0.0.300',
    '10.0.0.0/33',
    '10.0.0.0/0',
    '::1/129',
    '10.0.0.0/8/8',
    '1.2.3.4;',
  ]) {
    test(`TRUSTED_PROXIES=${wrong}`, () => {
      assert.throws(() => readConfig({ TRUSTED_PROXIES: wrong }), { faults: [proxies] })
    })
  }

  test('proxies may be IPv4 and IPv6 addresses and networks, with spaces and an extra comma', () => {
    const TRUSTED_PROXIES = '127.0.0.1, ::1,10.0.0.0/8, fd00::/8,'
    assert.equal(readConfig({ TRUSTED_PROXIES }).TRUSTED_PROXIES, TRUSTED_PROXIES)
  })

  for (const [env, fault] of faults) {
    test(fault, () => assert.throws(() => readConfig(env), { faults: [fault] }))
  }
})
