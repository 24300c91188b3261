import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { PLACEHOLDER_SECRETS, planShop } from '../../scripts/plan.ts'

/** Whose X-Forwarded-For the storefront and the services believe. */
function trusted(env: NodeJS.ProcessEnv) {
  const plan = planShop({ DATA_DIR: '/nowhere/data', ...env }, PLACEHOLDER_SECRETS)
  const [ofServices, ...others] = new Set(plan.services.map((service) => service.env.TRUSTED_PROXIES))
  assert.deepEqual(others, [])
  assert.ok([...plan.services, plan.storefront].every((service) => !service.env.TRUSTED_PROXIES_FILE))
  return { ofServices, ofStorefront: plan.storefront.env.TRUSTED_PROXIES }
}

suite('a visitor’s address', () => {
  test('is believed of nobody by the storefront, and of the storefront by the services (invariant 10)', () => {
    assert.deepEqual(trusted({}), { ofServices: '127.0.0.1,::1', ofStorefront: undefined })
  })

  test('is believed also of the proxies we are told of', (t) => {
    const told = { ofServices: '127.0.0.1,::1,10.0.0.0/8', ofStorefront: '10.0.0.0/8' }
    assert.deepEqual(trusted({ TRUSTED_PROXIES: '10.0.0.0/8' }), told)
    const folder = mkdtempSync(join(tmpdir(), 'shop-'))
    t.after(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'proxies'), '10.0.0.0/8\n')
    assert.deepEqual(trusted({ TRUSTED_PROXIES_FILE: join(folder, 'proxies') }), told)
  })

  test('is believed of the storefront also when it calls from the address of HOST', () => {
    assert.equal(trusted({ HOST: '192.0.2.7' }).ofServices, '127.0.0.1,::1,192.0.2.7')
    assert.equal(trusted({ HOST: '0.0.0.0' }).ofServices, '127.0.0.1,::1')
  })
})
