import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { compiledOnce } from '../../src/http/compiled_once.ts'
import { compileSerializer } from '../../src/http/serialization.ts'
import { compileValidator } from '../../src/http/validation.ts'
import Type from '../../src/runtime/schema_types.ts'

const route = { method: 'POST', url: '/', httpStatus: '200' }

suite('schemas are compiled once', () => {
  test('one object is compiled once, and an equal object again', () => {
    const compiled: object[] = []
    const compile = compiledOnce((schema) => compiled.push(schema))
    const schema = { type: 'string' }
    assert.deepEqual([compile(schema), compile(schema), compile({ ...schema })], [1, 1, 2])
  })

  test('a body and a query of one schema have different validators', () => {
    const schema = Type.Object({ count: Type.Integer() })
    const [body, query] = (['body', 'querystring'] as const).map(
      (httpPart) => () => compileValidator({ ...route, schema, httpPart }) as (values: object) => boolean,
    )
    assert.equal(body!(), body!())
    assert.equal(query!(), query!())
    assert.deepEqual([body!()({ count: '3' }), query!()({ count: '3' })], [false, true])
  })

  test('a serializer is compiled once, and writes only the fields of its schema', () => {
    const schema = Type.Object({ name: Type.String() })
    const compile = () => compileSerializer({ ...route, schema })
    assert.equal(compile(), compile())
    assert.equal(compile()({ name: 'Mug', secret: 'x' }), '{"name":"Mug"}')
  })
})
