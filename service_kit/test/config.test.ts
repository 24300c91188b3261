import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import Type from 'typebox'
import {
  CommonConfig,
  ConfigError,
  CurrencyConfig,
  DatabaseUrlConfig,
  PortConfig,
  readConfig,
} from '../src/config.ts'

const Schema = Type.Object({
  ...CommonConfig,
  PORT: PortConfig(5001),
  CURRENCY: CurrencyConfig,
  DATABASE_URL: DatabaseUrlConfig('x.db'),
  REQUIRE_VERSION: Type.Boolean({ default: false }),
})
const SECRET = 's'.repeat(32)

const faultsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    readConfig(Schema, env)
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.faults
  }
}

suite('configuration is complete or fatal', () => {
  test('defaults are filled in and text is converted', () => {
    const config = readConfig(Schema, {
      SERVICE_SECRET: SECRET,
      PORT: '7000',
      REQUIRE_VERSION: 'true',
      HOST: '',
    })
    assert.deepEqual(
      [config.PORT, config.REQUIRE_VERSION, config.HOST, config.CURRENCY],
      [7000, true, '127.0.0.1', 'USD'],
    )
    assert.ok(Object.isFrozen(config))
  })

  test('all faults are reported together, and no value is repeated', () => {
    const faults = faultsOf({
      SERVICE_SECRET: 'short',
      PORT: 'http',
      CURRENCY: 'XQX',
      DATABASE_URL: 'mysql://hunter2',
    })
    assert.equal(faults.length, 4)
    for (const name of ['SERVICE_SECRET', 'PORT', 'CURRENCY', 'DATABASE_URL']) {
      assert.ok(
        faults.some((fault) => fault.startsWith(name)),
        `${name} is missing in ${faults}`,
      )
    }
    assert.doesNotMatch(faults.join(), /hunter2|short(?! )/)
  })

  test('a secret has no default', () => assert.deepEqual(faultsOf({}), ['SERVICE_SECRET is missing']))

  test('a secret may come as a file; both at once is a fault', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-config-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'secret')
    writeFileSync(file, `${SECRET}\n`)
    assert.equal(readConfig(Schema, { SERVICE_SECRET_FILE: file }).SERVICE_SECRET, SECRET)
    assert.match(faultsOf({ SERVICE_SECRET_FILE: file, SERVICE_SECRET: SECRET })[0] ?? '', /keep one/)
    assert.match(
      faultsOf({ SERVICE_SECRET_FILE: join(folder, 'none') })[0] ?? '',
      /cannot be read \(ENOENT\)/,
    )
  })
})
