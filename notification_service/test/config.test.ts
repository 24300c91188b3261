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
        SHOP_NAME: 'Shop',
        MAILS_KEPT_DAYS: 30,
      },
    )
  })

  test('events stay longer than any delivery is tried', () => {
    const read = (EVENTS_KEPT_DAYS: string) => () => readConfig({ SERVICE_SECRET, EVENTS_KEPT_DAYS })
    assert.throws(read('6'), /EVENTS_KEPT_DAYS must be at least 7/)
    assert.equal(read('7')().EVENTS_KEPT_DAYS, 7)
  })

  test('a server of mails needs an address that mails come from', () => {
    const read = (more: NodeJS.ProcessEnv) => () => readConfig({ SERVICE_SECRET, ...more })
    const SMTP_URL = 'smtps://user:secret@smtp.example.com'
    assert.throws(read({ SMTP_URL }), /MAIL_FROM is missing/)
    assert.throws(read({ SMTP_URL, MAIL_FROM: 'Shop <a@b.example>' }), /MAIL_FROM must be an address/)
    assert.throws(read({ SMTP_URL: 'http://smtp.example.com' }), /SMTP_URL must be such as smtps:/)
    assert.throws(read({ SMTP_URL: 'smtp://a:b' }), /SMTP_URL must be such as smtps:/)
    assert.throws(read({ SHOP_NAME: 'a\nb' }), /SHOP_NAME must be one line/)
    assert.throws(read({ MAILS_KEPT_DAYS: '6' }), /at least 7/)
    assert.equal(read({ SMTP_URL, MAIL_FROM: 'orders@shop.example' })().SMTP_URL, SMTP_URL)
  })
})
