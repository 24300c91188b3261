import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import TypeBox from 'typebox'
import Type from '../../src/runtime/schema_types.ts'

type Builders = typeof Type

const samples: Record<string, (type: Builders) => object> = {
  Array: (type) => type.Array(type.String({ maxLength: 3 }), { minItems: 1 }),
  Boolean: (type) => type.Boolean({ description: 'Is it?' }),
  Enum: (type) => type.Enum(['tea', 'coffee', 3], { default: 'tea' }),
  Integer: (type) => type.Integer({ minimum: 1, maximum: 9 }),
  'Literal of text': (type) => type.Literal('Bearer'),
  'Literal of a number': (type) => type.Literal(3, { description: 'Three' }),
  'Literal of a truth value': (type) => type.Literal(true),
  Null: (type) => type.Null({ description: 'None' }),
  'Object with nothing': (type) => type.Object({}, { additionalProperties: true }),
  'Object of which all may be absent': (type) => type.Object({ a: type.Optional(type.String()) }),
  'Object and Optional': (type) =>
    type.Object(
      { a: type.Optional(type.Integer()), b: type.String(), c: type.Object({ d: type.Null() }) },
      { additionalProperties: false, description: 'A form' },
    ),
  Optional: (type) => type.Optional(type.String({ pattern: '^a$' })),
  'Optional twice': (type) => type.Object({ a: type.Optional(type.Optional(type.String())) }),
  String: (type) => type.String({ format: 'uuid', minLength: 2 }),
  Union: (type) => type.Union([type.String(), type.Null()], { description: 'A name' }),
  Unsafe: (type) => type.Unsafe<string | null>({ type: ['string', 'null'] }),
}

suite('builders of schemas', () => {
  for (const [name, build] of Object.entries(samples)) {
    test(`${name} is what TypeBox makes`, () => {
      const ours = build(Type)
      assert.deepEqual(Object.entries(ours).sort(), Object.entries(build(TypeBox as never)).sort())
      assert.deepEqual(Object.getOwnPropertySymbols(ours), [])
    })
  }

  test('each is compared', () => {
    const compared = Object.keys(samples).map((name) => name.split(' ')[0])
    assert.deepEqual([...new Set(compared)].sort(), Object.keys(Type).sort())
  })

  test('a schema that was marked as optional is not changed itself', () => {
    const name = Type.String()
    Type.Optional(name)
    assert.deepEqual(Type.Object({ name }).required, ['name'])
  })

  test('an app is made without loading TypeBox, or what makes its documents', () => {
    const app = new URL('../../src/http/app.ts', import.meta.url)
    const program = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
      await import(${JSON.stringify(app.href)})
      console.log(JSON.stringify(loaded))`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program])
    const loaded = JSON.parse(String(stdout)) as string[]
    assert.ok(loaded.some((url) => url.endsWith('/runtime/schema_types.ts')))
    assert.deepEqual(
      loaded.filter((url) => /\/typebox\/|\/swagger(-ui)?\//.test(url)),
      [],
    )
  })
})
