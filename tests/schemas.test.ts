/**
 * Every schema of bodies, parameters and configuration: each pattern has a sentence for people, and no body within the
 * size limit is expensive to validate.
 */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ConfigSchema as AuthConfig } from '@shop/auth_service/config'
import { ConfigSchema as OrderConfig } from '@shop/order_service/config'
import { ConfigSchema as PaymentConfig } from '@shop/payment_service/config'
import { ConfigSchema as ProductConfig } from '@shop/product_service/config'
import { BODY_BYTES_MAX } from '@shop/service_kit/http/app'
import { compileValidator } from '@shop/service_kit/http/validation'
import { type ErrorLike, faultsOf, MESSAGE } from '@shop/service_kit/runtime/sentences'
import { bodyWith, nullableFields } from '@shop/service_kit/test_support/nullable_fields'
import { schemaFaults } from '@shop/service_kit/test_support/schema_faults'
import { ConfigSchema as StorefrontConfig } from '@shop/storefront/config'
import { openApiDocuments } from '../scripts/docs/openapi.ts'

type Schema = { [keyword: string]: unknown }
type Operation = {
  parameters?: { name: string; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

const operations = [...(await openApiDocuments())].flatMap(([service, { paths }]) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [`${service} ${method} ${path}`, operation as Operation] as const,
    ),
  ),
)
const bodies = operations.flatMap(([name, { requestBody }]) =>
  Object.values(requestBody?.content ?? {}).flatMap(({ schema }) =>
    // The forms of a body are validated one by one (order_service, validateByForm).
    ((schema.anyOf as Schema[] | undefined) ?? [schema]).map((form) => [name, form] as const),
  ),
)
const parameters = operations.flatMap(([name, operation]) =>
  (operation.parameters ?? []).map((parameter) => [`${name} ${parameter.name}`, parameter.schema] as const),
)
const configurations = {
  AuthConfig,
  ProductConfig,
  OrderConfig,
  PaymentConfig,
  StorefrontConfig,
} as unknown as Record<string, Schema>

/** Paths of patterns without a sentence, neither their own nor that of an `anyOf` around them. */
function patternsWithoutWords(schema: unknown, path: string, said = false): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  if (Array.isArray(schema))
    return schema.flatMap((each, i) => patternsWithoutWords(each, `${path}/${i}`, said))
  const has = said || typeof (schema as Schema)[MESSAGE] === 'string'
  const own = typeof (schema as Schema).pattern === 'string' && !has ? [path] : []
  return [
    ...own,
    ...Object.entries(schema).flatMap(([key, value]) =>
      patternsWithoutWords(value, `${path}/${key}`, key === 'anyOf' && has),
    ),
  ]
}

suite('every schema can be compiled, which a service does not do before a request needs it', () => {
  const compiles = (schema: Schema, httpPart: 'body' | 'querystring') => {
    const validate = compileValidator({ schema, httpPart, method: 'POST', url: '/' }) as (
      values: object,
    ) => boolean
    return validate({})
  }

  test('one that cannot be is noticed', () => {
    assert.throws(() => compiles({ type: 'objekt' }, 'body'), /type must be|must be equal to one of/)
    assert.throws(() => compiles({ type: 'object', propertys: {} }, 'querystring'), /propertys/)
  })

  test('of bodies and parameters', () => {
    for (const [, schema] of bodies) compiles(schema, 'body')
    for (const [, schema] of parameters) compiles({ type: 'object', properties: { schema } }, 'querystring')
  })
})

suite('every schema is valid, which a service does not check', () => {
  const schemaFaultsOf = ([name, schema]: readonly [string, Schema]) => {
    const faults = schemaFaults(schema)
    return faults === undefined ? [] : [`${name}: ${faults}`]
  }

  test('one that is not is noticed', () => {
    assert.deepEqual(schemaFaultsOf(['of five', { properties: { a: { maxLength: 'five' } } }]), [
      'of five: data/properties/a/maxLength must be integer',
    ])
  })

  test('of bodies, parameters and configuration', () => {
    assert.deepEqual(
      [...bodies, ...parameters, ...Object.entries(configurations)].flatMap(schemaFaultsOf),
      [],
    )
  })
})

suite('every pattern has a sentence', () => {
  test('a pattern without one is noticed', () => {
    const pattern = '^a$'
    const schema = {
      properties: { a: { pattern }, b: { pattern, [MESSAGE]: 'must be a' }, c: { anyOf: [{ pattern }] } },
    }
    assert.deepEqual(patternsWithoutWords(schema, ''), ['/properties/a', '/properties/c/anyOf/0'])
  })

  test('of bodies, parameters and configuration', () => {
    const all = [...bodies, ...parameters, ...Object.entries(configurations)]
    assert.ok(all.length > 40, `only ${all.length} schemas`)
    assert.deepEqual(
      all.flatMap(([name, schema]) => patternsWithoutWords(schema, name)),
      [],
    )
  })
})

suite('a field that may be null is refused for what is wrong with it, not for having none of several forms', () => {
  const unclear = ([name, schema]: readonly [string, Schema]) => {
    const validate = compileValidator({ schema, httpPart: 'body', method: 'POST', url: '/' }) as {
      (body: unknown): boolean
      errors?: ErrorLike[] | null
    }
    return nullableFields(schema).flatMap(({ path, wrong }) =>
      [...wrong, true].flatMap((value) => {
        const field = `/${path.join('/')}`
        if (validate(bodyWith(path, value))) return [`${name} ${field} allows ${value}`]
        const fault = faultsOf(validate.errors ?? []).find((each) => each.path === field)
        return fault && !/forms/.test(fault.message) ? [] : [`${name} ${field}: ${fault?.message}`]
      }),
    )
  }

  test('one that is not is noticed', () => {
    const fields = [...['^a$', '^b$'].map((pattern) => ({ type: 'string', pattern })), { type: 'null' }]
    const list = { type: 'array', items: { anyOf: fields } }
    assert.deepEqual(unclear(['a list', { type: 'object', properties: { list } }]), [
      ...Array(3).fill('a list /list/0: has none of the forms that are allowed here'),
    ])
  })

  test('of every body', () => {
    const found = bodies.flatMap(([, schema]) => nullableFields(schema))
    assert.ok(found.length >= 20, `only ${found.length} fields`)
    assert.deepEqual(bodies.flatMap(unclear), [])
  })
})

const fill = (piece: string) => piece.repeat(Math.floor((BODY_BYTES_MAX - 200) / piece.length))
/** For each field of a body, the values that are most expensive to validate. */
const STRINGS = ['a', 'a.', 'A-', '0', '-', ' ', '\u200b', 'é', '\u{e0041}', '9'].flatMap((piece) => {
  const text = fill(piece).slice(0, Math.floor((BODY_BYTES_MAX - 200) / Buffer.byteLength(piece)))
  return [text, `${text.slice(1)}!`]
})
const list = (item: string) => `[${fill(`${item},`)}${item}]`
const hostile = [
  list('{}'),
  list('[]'),
  list('1'),
  list('null'),
  list('{"a":{}}'),
  `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
  `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  `{${Array.from({ length: 5_000 }, (_, i) => `"f${i}":1`).join()}}`,
  '9'.repeat(60_000),
  ...STRINGS.map((text) => JSON.stringify(text)),
]

/** The longest CPU time of a validation. */
const VALIDATION_MS_MAX = 10
/** The most faults that a validation may report. */
const FAULTS_MAX = 1_000

suite('no body within the limit is expensive to validate', () => {
  const compile = compileValidator
  for (const [name, schema] of bodies) {
    test(name, () => {
      const validate = compile({ schema, httpPart: 'body', method: 'POST', url: '/' }) as {
        (body: unknown): boolean
        errors?: unknown[] | null
      }
      const fields = Object.keys((schema.properties as object | undefined) ?? {})
      const texts = [
        ...hostile,
        ...[...fields, 'unknown'].flatMap((field) => hostile.map((value) => `{"${field}":${value}}`)),
      ]
      for (const text of texts) {
        const body = JSON.parse(text)
        const cost = cheapest(() => {
          validate(body)
        })
        assert.ok(cost < VALIDATION_MS_MAX, `${cost} ms for ${text.slice(0, 60)}`)
        assert.ok((validate.errors?.length ?? 0) <= FAULTS_MAX, `${validate.errors?.length} faults`)
      }
    })
  }
})

/** Milliseconds of CPU time. A slow run is repeated up to 19 times, because the machine may be busy. */
function cheapest(work: () => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < 20 && best >= VALIDATION_MS_MAX; i++) {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}
