import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readConfig } from '../src/config.ts'

const SECRET = { SERVICE_SECRET: 'a secret that is long enough for tests' }
const STRIPE = {
  ...SECRET,
  PAYMENT_PROVIDER: 'stripe',
  STRIPE_SECRET_KEY: 'sk_live_of_a_shop',
  STRIPE_WEBHOOK_SECRET: 'whsec_of_a_shop',
  PUBLIC_URL: 'https://shop.example',
}
const SIMULATOR = {
  ...STRIPE,
  PAYMENT_PROVIDER: 'simulator',
  STRIPE_SECRET_KEY: 'sk_test_local',
  STRIPE_API_URL: 'http://127.0.0.1:5005',
}

suite('configuration', () => {
  test('has a default for everything but the service secret and the provider', () => {
    const { SERVICE_SECRET: _, ...config } = readConfig(SECRET)
    assert.deepEqual(config, {
      HOST: '127.0.0.1',
      PORT: 5003,
      OPS_HOST: '127.0.0.1',
      ACCESS_LOG: false,
      PUBLIC_DOCS: false,
      DATA_DIR: './data',
      LOG_LEVEL: 'info',
      DRAIN_DELAY_MS: 0,
      AUTH_URL: 'http://127.0.0.1:5000',
      PRODUCT_URL: 'http://127.0.0.1:5001',
      CURRENCY: 'USD',
      PAYMENT_PROVIDER: 'none',
      ALLOW_SIMULATOR: false,
    })
  })

  test('stripe and the simulator are complete', () => {
    assert.equal(readConfig(STRIPE).PAYMENT_PROVIDER, 'stripe')
    assert.equal(readConfig({ ...STRIPE, NODE_ENV: 'production' }).PAYMENT_PROVIDER, 'stripe')
    assert.equal(readConfig(SIMULATOR).PAYMENT_PROVIDER, 'simulator')
    const allowed = { ...SIMULATOR, NODE_ENV: 'production', ALLOW_SIMULATOR: 'true' }
    assert.equal(readConfig(allowed).PAYMENT_PROVIDER, 'simulator')
  })

  const faults: [NodeJS.ProcessEnv, RegExp][] = [
    [{ ...STRIPE, STRIPE_SECRET_KEY: '' }, /STRIPE_SECRET_KEY is missing/],
    [{ ...STRIPE, STRIPE_WEBHOOK_SECRET: '' }, /STRIPE_WEBHOOK_SECRET is missing/],
    [{ ...STRIPE, PUBLIC_URL: '' }, /PUBLIC_URL is missing/],
    [{ ...STRIPE, STRIPE_API_URL: 'http://127.0.0.1:5005' }, /STRIPE_API_URL is for the simulator alone/],
    [{ ...SIMULATOR, STRIPE_API_URL: '' }, /STRIPE_API_URL is missing/],
    [{ ...SIMULATOR, STRIPE_SECRET_KEY: 'sk_live_of_a_shop' }, /a live key/],
    [{ ...SIMULATOR, NODE_ENV: 'production' }, /play money/],
    [{ ...STRIPE, PAYMENT_PROVIDER: 'other' }, /PAYMENT_PROVIDER/],
  ]
  for (const [env, fault] of faults) {
    test(`${fault}: is refused, and no secret is named`, () => {
      assert.throws(
        () => readConfig(env),
        (error: Error) => fault.test(error.message) && !error.message.includes('of_a_shop'),
      )
    })
  }
})
