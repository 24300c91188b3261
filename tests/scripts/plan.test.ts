import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { PLACEHOLDER_SECRETS, planShop } from '../../scripts/plan.ts'

/** The proxies whose X-Forwarded-For the storefront and the services trust. */
function trusted(env: NodeJS.ProcessEnv) {
  const plan = planShop({ DATA_DIR: '/nowhere/data', ...env }, PLACEHOLDER_SECRETS)
  const [ofServices, ...others] = new Set(plan.services.map((service) => service.env.TRUSTED_PROXIES))
  assert.deepEqual(others, [])
  assert.ok([...plan.services, plan.storefront].every((service) => !service.env.TRUSTED_PROXIES_FILE))
  return { ofServices, ofStorefront: plan.storefront.env.TRUSTED_PROXIES }
}

suite('X-Forwarded-For', () => {
  test('is trusted by the services from the storefront, and by the storefront from no one (invariant 10)', () => {
    assert.deepEqual(trusted({}), { ofServices: '127.0.0.1,::1', ofStorefront: undefined })
  })

  test('is trusted from the proxies in TRUSTED_PROXIES, too', (t) => {
    const trustedProxies = { ofServices: '127.0.0.1,::1,10.0.0.0/8', ofStorefront: '10.0.0.0/8' }
    assert.deepEqual(trusted({ TRUSTED_PROXIES: '10.0.0.0/8' }), trustedProxies)
    const folder = mkdtempSync(join(tmpdir(), 'shop-'))
    t.after(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'proxies'), '10.0.0.0/8\n')
    assert.deepEqual(trusted({ TRUSTED_PROXIES_FILE: join(folder, 'proxies') }), trustedProxies)
  })

  test('is trusted from the storefront, also if it calls from the address of HOST', () => {
    assert.equal(trusted({ HOST: '192.0.2.7' }).ofServices, '127.0.0.1,::1,192.0.2.7')
    assert.equal(trusted({ HOST: '0.0.0.0' }).ofServices, '127.0.0.1,::1')
  })
})

suite('payments', () => {
  const plan = (env: NodeJS.ProcessEnv) =>
    planShop({ DATA_DIR: '/nowhere/data', ...env }, PLACEHOLDER_SECRETS)
  const names = (env: NodeJS.ProcessEnv) => plan(env).processes.map(({ entry }) => entry.name)
  const paying = (env: NodeJS.ProcessEnv) =>
    plan(env).services.find(({ entry }) => entry.name === 'payment_service')!.env

  test('are made with play money, by a simulator that payment_service and the storefront know', () => {
    const { processes, storefront } = plan({})
    const [simulator] = processes
    assert.equal(simulator!.entry.name, 'payment_simulator')
    assert.ok(names({}).includes('payment_service'))
    const { PAYMENT_PROVIDER, STRIPE_API_URL, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, PUBLIC_URL } = paying(
      {},
    )
    assert.deepEqual(
      [PAYMENT_PROVIDER, STRIPE_API_URL, PUBLIC_URL],
      ['simulator', 'http://127.0.0.1:5005', storefront.origin],
    )
    assert.partialDeepStrictEqual(simulator!.env, {
      ...{ STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, PORT: '5005', PUBLIC_URL: 'http://127.0.0.1:5005' },
      SIMULATOR_WEBHOOK_URL: 'http://127.0.0.1:8080/api/webhooks/stripe',
    })
    assert.equal(storefront.env.PAYMENT_URL, 'http://127.0.0.1:5003')
    assert.equal(storefront.env.STRIPE_SECRET_KEY, undefined)
    // Of this shop alone.
    assert.notEqual(paying({ SERVICE_SECRET: 'x'.repeat(40) }).STRIPE_SECRET_KEY, STRIPE_SECRET_KEY)
  })

  test('are none with PAYMENTS=off, and are not played with another provider or in production', () => {
    const off = names({ PAYMENTS: 'off' })
    assert.ok(!off.includes('payment_service') && !off.includes('payment_simulator'))
    assert.equal(plan({ PAYMENTS: 'off' }).storefront.env.PAYMENT_URL, undefined)
    for (const env of [
      { PAYMENT_PROVIDER: 'none' },
      { PAYMENT_PROVIDER: 'stripe' },
      { NODE_ENV: 'production' },
    ]) {
      assert.ok(names(env).includes('payment_service'))
      assert.ok(!names(env).includes('payment_simulator'))
      assert.equal(paying(env).PAYMENT_PROVIDER, (env as NodeJS.ProcessEnv).PAYMENT_PROVIDER)
      assert.equal(paying(env).STRIPE_SECRET_KEY, undefined)
    }
  })
})

suite('mails', () => {
  const plan = (env: NodeJS.ProcessEnv) =>
    planShop({ DATA_DIR: '/nowhere/data', ...env }, PLACEHOLDER_SECRETS)
  const names = (env: NodeJS.ProcessEnv) => plan(env).processes.map(({ entry }) => entry.name)
  const envOf = (name: string, env: NodeJS.ProcessEnv = {}) =>
    plan(env).services.find(({ entry }) => entry.name === name)!.env

  test('end in a mailbox on this machine, and auth_service has what its mails need', () => {
    const { processes, smtp, storefront } = plan({ HOST: '0.0.0.0', MAILBOX_SMTP_PORT: '2600' })
    const mailbox = processes.find(({ entry }) => entry.name === 'mailbox')!
    assert.deepEqual([mailbox.origin, smtp!.port], ['http://127.0.0.1:8025', 2600])
    assert.partialDeepStrictEqual(mailbox.env, { PORT: '8025', SMTP_PORT: '2600' })
    const { SMTP_URL, MAIL_FROM } = envOf('notification_service')
    assert.deepEqual([SMTP_URL, MAIL_FROM], ['smtp://127.0.0.1:2525', 'shop@shop.example'])
    const auth = envOf('auth_service')
    assert.deepEqual([auth.NOTIFICATION_URL, auth.SMTP_URL], ['http://127.0.0.1:5004', undefined])
    assert.ok(auth.SERVICE_SECRET && storefront.origin.endsWith(':8080'))
    assert.equal(auth.PUBLIC_URL, 'http://127.0.0.1:8080')
  })

  test('have no mailbox with a server of mails, with MAILBOX=off, and in production', () => {
    for (const env of [
      { SMTP_URL: 'smtps://smtp.example.com' },
      { MAILBOX: 'off' },
      { NODE_ENV: 'production' },
    ]) {
      assert.ok(!names(env).includes('mailbox'))
      assert.equal(envOf('notification_service', env).SMTP_URL, (env as NodeJS.ProcessEnv).SMTP_URL)
    }
    assert.ok(!names({ SMTP_URL_FILE: '/run/secrets/smtp_url' }).includes('mailbox'))
  })
})
