import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readConfig } from '../src/config.ts'

suite('configuration', () => {
  test('has defaults for everything', () => {
    const config = readConfig({})
    assert.equal(config.PORT, 8080)
    assert.deepEqual(config.upstreams, {
      auth: ['http://127.0.0.1:5000'],
      products: ['http://127.0.0.1:5001'],
      orders: ['http://127.0.0.1:5002'],
      notifications: ['http://127.0.0.1:5004'],
      payments: [],
    })
    assert.deepEqual(config.trustedProxies, [])
  })

  test('names several replicas with commas', () => {
    const { upstreams } = readConfig({ ORDER_URL: 'http://a:1,http://b:2' })
    assert.deepEqual(upstreams.orders, ['http://a:1', 'http://b:2'])
  })

  test('derives the operations port of each replica, unless it is configured', () => {
    const { operations } = readConfig({
      AUTH_URL: 'https://auth.example',
      PRODUCT_URL: 'http://[::1]:5001,http://products',
      ORDER_OPS_URL: 'http://a:1,http://b:2',
      PAYMENT_URL: 'http://payments:5003',
    })
    assert.deepEqual(operations, {
      auth: ['https://auth.example:643'],
      products: ['http://[::1]:5201', 'http://products:280'],
      orders: ['http://a:1', 'http://b:2'],
      notifications: ['http://127.0.0.1:5204'],
      payments: ['http://payments:5203'],
    })
  })

  test('requires the operations URL where the derived port would be invalid', () => {
    const ORDER_URL = 'http://a:1,http://b:65336'
    assert.throws(() => readConfig({ ORDER_URL }), {
      faults: ['ORDER_OPS_URL is missing: the port of ORDER_URL + 200 is 65536, which is no port'],
    })
    assert.deepEqual(readConfig({ AUTH_URL: 'http://a:65335' }).operations.auth, ['http://a:65535'])
    const { operations } = readConfig({ ORDER_URL, ORDER_OPS_URL: 'http://a:2' })
    assert.deepEqual(operations.orders, ['http://a:2'])
  })

  for (const [name, value] of [
    ['AUTH_URL', 'ftp://auth'],
    ['PRODUCT_URL', 'http://products/path'],
    ['ORDER_URL', 'http://a,,http://b'],
    ['PUBLIC_URL', 'shop.example'],
    ['PUBLIC_URL', 'https://shop.example/path'],
    ['PORT', '99999'],
    ['OPS_PORT', '99999'],
    ['ORDER_OPS_URL', 'http://a/path'],
  ] as const) {
    test(`${name}=${value} is rejected by name`, () => {
      assert.throws(() => readConfig({ [name]: value }), new RegExp(name))
    })
  }
})

suite('an invalid address is reported once', () => {
  for (const env of [
    { PUBLIC_URL: 'http://a b' },
    { PUBLIC_URL: 'https://shop:99999' },
    { AUTH_URL: 'http://a b' },
    { ORDER_URL: 'http://a:1,http://b:99999' },
    { PRODUCT_OPS_URL: 'http://[::1' },
  ]) {
    const [name, value] = Object.entries(env)[0]!
    test(`${name}=${value}`, () =>
      assert.throws(
        () => readConfig(env),
        ({ faults }: { faults: readonly string[] }) =>
          faults.length === 1 && faults[0]!.startsWith(`${name} must be `),
      ))
  }
})
