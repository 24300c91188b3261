import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { ConfigError, listOf, operationsAddress, readEnvironment } from '../../src/runtime/config.ts'
import Type from '../../src/runtime/schema_types.ts'
import {
  CommonConfig,
  CurrencyConfig,
  CurrencyDigitsConfig,
  DatabaseUrlConfig,
  OperationsConfig,
  PortConfig,
  TrustedProxiesConfig,
} from '../../src/runtime/variables.ts'

const Schema = Type.Object({
  ...CommonConfig,
  PORT: PortConfig(5001),
  CURRENCY: CurrencyConfig,
  CURRENCY_DIGITS: CurrencyDigitsConfig,
  DATABASE_URL: DatabaseUrlConfig('x.db'),
  REQUIRE_VERSION: Type.Boolean({ default: false }),
})
const SECRET = 's'.repeat(32)

const faultsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    readEnvironment(Schema, env)
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.faults
  }
}

suite('configuration is complete or fatal', () => {
  test('defaults are filled in and text is converted', () => {
    const config = readEnvironment(Schema, {
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
    assert.equal(readEnvironment(Schema, { SERVICE_SECRET_FILE: file }).SERVICE_SECRET, SECRET)
    assert.match(faultsOf({ SERVICE_SECRET_FILE: file, SERVICE_SECRET: SECRET })[0] ?? '', /keep one/)
    assert.match(
      faultsOf({ SERVICE_SECRET_FILE: join(folder, 'none') })[0] ?? '',
      /cannot be read \(ENOENT\)/,
    )
  })

  test('a file of a secret that says nothing counts as none, and both forms empty too', () => {
    assert.deepEqual(faultsOf({ SERVICE_SECRET_FILE: '', SERVICE_SECRET: SECRET }), [])
    assert.deepEqual(faultsOf({ SERVICE_SECRET: '', SERVICE_SECRET_FILE: '' }), ['SERVICE_SECRET is missing'])
  })

  test('blanks count as nothing, and never as 0', () => {
    assert.deepEqual(faultsOf({ SERVICE_SECRET: ' '.repeat(40) }), ['SERVICE_SECRET is missing'])
    const config = readEnvironment(Schema, {
      SERVICE_SECRET: SECRET,
      PORT: ' ',
      DRAIN_DELAY_MS: '\t',
      HOST: '  ',
    })
    assert.deepEqual([config.PORT, config.DRAIN_DELAY_MS, config.HOST], [5001, 0, '127.0.0.1'])
  })

  const limits: [name: string, ...fits: [string, boolean][]][] = [
    ['SERVICE_SECRET', ['s'.repeat(31), false], [SECRET, true]],
    ['PORT', ['-1', false], ['0', true], ['65535', true], ['65536', false], ['1.5', false]],
    ['DRAIN_DELAY_MS', ['-1', false], ['0', true], ['60000', true], ['60001', false]],
    ['CURRENCY', ['USD', true], ['usd', false], ['USDX', false], ['XUSD', false]],
    ['CURRENCY_DIGITS', ['-1', false], ['0', true], ['4', true], ['5', false]],
    ['LOG_LEVEL', ['debug', true], ['loud', false]],
    [
      'AUTH_URL',
      ['https://auth', true],
      ['auth', false],
      ['ftp://auth', false],
      ['http://a b', false],
      ['http://auth:99999', false],
    ],
    ['DATABASE_URL', ['sqlite:x.db', true], ['mongodb+srv://h', true], ['sqlite:', false]],
    ['REQUIRE_VERSION', ['false', true], ['maybe', false]],
  ]
  for (const [name, ...values] of limits) {
    for (const [value, fits] of values) {
      test(`${name} ${value.slice(0, 20)} ${fits ? 'is taken' : 'is refused, in one sentence'}`, () => {
        const faults = faultsOf({ SERVICE_SECRET: SECRET, [name]: value })
        assert.equal(faults.length, fits ? 0 : 1, faults.join())
        if (!fits) assert.match(faults[0]!, new RegExp(`^${name} must`))
      })
    }
  }

  test('a file that cannot be read is the only fault where nothing else is missing', () => {
    const faults = faultsOf({ SERVICE_SECRET_FILE: '/nowhere/at/all' })
    assert.deepEqual(faults, ['SERVICE_SECRET_FILE cannot be read (ENOENT)', 'SERVICE_SECRET is missing'])
  })

  test('the error says all of it', () => {
    assert.equal(
      new ConfigError(['A is missing', 'B is wrong']).message,
      'Configuration is not usable:\n  - A is missing\n  - B is wrong',
    )
  })

  for (const code of ['XAU', 'XXX', 'XTS', 'ABC']) {
    test(`CURRENCY ${code} is no currency, and is reported once`, () => {
      const faults = faultsOf({ SERVICE_SECRET: SECRET, CURRENCY: code })
      assert.deepEqual(faults, [`CURRENCY ${code} is not an ISO 4217 currency with a minor unit`])
    })
  }

  const proxies: [text: string, fits: boolean][] = [
    ['127.0.0.1', true],
    ['10.0.0.0/8, ::1', true],
    ['10.0.0.0/1', true],
    ['10.0.0.0/32', true],
    ['fd00::/128', true],
    [' ', true],
    ['10.0.0.0/0', false],
    ['10.0.0.0/33', false],
    ['fd00::/129', false],
    ['10.0.0.0/8/8', false],
    ['10.0.0.0/', false],
    ['10.0.0.0/x', false],
    ['10.0.0.0/0x8', false],
    ['balancer', false],
    ['127.0.0.1, balancer', false],
  ]
  const Proxies = Type.Object({ TRUSTED_PROXIES: TrustedProxiesConfig })
  for (const [text, fits] of proxies) {
    test(`TRUSTED_PROXIES "${text}" ${fits ? 'is taken' : 'is refused'}`, () => {
      const read = () => readEnvironment(Proxies, { TRUSTED_PROXIES: text })
      if (fits) read()
      else assert.throws(read, /TRUSTED_PROXIES must name addresses or networks/)
    })
  }

  test('a list is what stands between commas', () => {
    assert.deepEqual([listOf(undefined), listOf(' a ,b,, '), listOf('')], [[], ['a', 'b'], []])
  })
})

suite('the operations port', () => {
  const placeOf = (env: NodeJS.ProcessEnv) =>
    operationsAddress(readEnvironment(Type.Object({ PORT: PortConfig(5001), ...OperationsConfig }), env))

  test('goes with the port, on loopback, unless something else is said', () => {
    const [host, names] = ['127.0.0.1', ['127.0.0.1']]
    assert.deepEqual(placeOf({}), { host, port: 5201, names })
    assert.deepEqual(placeOf({ PORT: '8080' }), { host, port: 8280, names })
    assert.deepEqual(placeOf({ PORT: '0' }), { host, port: 0, names })
    assert.deepEqual(placeOf({ OPS_PORT: '9', OPS_HOST: '::' }), { host: '::', port: 9, names: ['::'] })
    assert.deepEqual(placeOf({ OPS_PORT: '0' }), { host, port: 0, names })
    assert.deepEqual(placeOf({ OPS_NAMES: 'ops.example, b' }).names, [host, 'ops.example', 'b'])
  })

  test('has to be named where none would go with the port', () => {
    assert.deepEqual(placeOf({ PORT: '65335' }).port, 65_535)
    assert.throws(() => placeOf({ PORT: '65336' }), {
      faults: ['OPS_PORT is missing: PORT + 200 is 65536, which is no port'],
    })
    assert.equal(placeOf({ PORT: '65336', OPS_PORT: '1' }).port, 1)
    assert.throws(() => placeOf({ PORT: '7000', OPS_PORT: '7000' }), {
      faults: ['OPS_PORT and PORT must be two'],
    })
  })
})
