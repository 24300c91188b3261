import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readConfig } from '../src/config.ts'

const SERVICE_SECRET = 's'.repeat(32)

suite('configuration', () => {
  test('has a default for everything but the secret and the database', () => {
    assert.deepEqual(
      { ...readConfig({ SERVICE_SECRET }) },
      {
        ...{ HOST: '127.0.0.1', PORT: 5004, OPS_HOST: '127.0.0.1', ACCESS_LOG: false, PUBLIC_DOCS: false },
        ...{ DATA_DIR: './data', LOG_LEVEL: 'info', DRAIN_DELAY_MS: 0, SERVICE_SECRET },
        AUTH_URL: 'http://127.0.0.1:5000',
        PRODUCT_URL: 'http://127.0.0.1:5001',
        ORDER_URL: 'http://127.0.0.1:5002',
        EVENTS_KEPT_DAYS: 90,
        EVENT_SOURCE: 'urn:shop',
        WEBHOOK_ALLOW_PRIVATE: false,
      },
    )
  })

  test('events stay longer than any delivery is tried', () => {
    const read = (EVENTS_KEPT_DAYS: string) => () => readConfig({ SERVICE_SECRET, EVENTS_KEPT_DAYS })
    assert.throws(read('6'), /EVENTS_KEPT_DAYS must be at least 7/)
    assert.equal(read('7')().EVENTS_KEPT_DAYS, 7)
  })
})
