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
