/** Access, schema and problem responses of a declared operation. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { operationsOf } from '../../src/http/operation.ts'
import Type from '../../src/runtime/schema_types.ts'
import { createPlainApp } from '../fixtures/plain_app.ts'

const PROBLEMS = {
  too_dark: { status: 409, title: 'It is too dark', retryable: false },
  too_late: { status: 409, title: 'It is too late', retryable: false },
  too_loud: { status: 429, title: 'It is too loud', retryable: true },
} as const
const operation = operationsOf(PROBLEMS, 'greetings')
const greet = operation({
  operationId: 'greet',
  summary: 'Says hello',
  access: 'public',
  params: Type.Object({ name: Type.String({ maxLength: 5 }) }),
  response: { 200: Type.Object({ hello: Type.String() }) },
  problems: ['too_dark', 'too_late', 'too_loud'],
})

suite('an operation', () => {
  test('has its access, its tag, and a response for each status of its problems', () => {
    assert.deepEqual(greet.config, { access: 'public' })
    const { tags, operationId, response, ...rest } = greet.schema as unknown as {
      tags: string[]
      operationId: string
      response: Record<number, { description?: string }>
    }
    assert.deepEqual({ tags, operationId }, { tags: ['greetings'], operationId: 'greet' })
    assert.deepEqual(Object.keys(response), ['200', '409', '429'])
    assert.equal(response[409]!.description, '`too_dark`, `too_late`')
    assert.deepEqual(Object.keys(rest), ['summary', 'params'])
  })

  test('validates requests, and types the handler', async (t) => {
    const app = createPlainApp()
    t.after(() => app.close())
    app.get('/greetings/:name', greet, async (request) => {
      const name: string = request.params.name
      // @ts-expect-error: the schema knows no such parameter
      assert.equal(request.params.age, undefined)
      return { hello: name }
    })
    const ask = async (name: string) => app.inject({ url: `/greetings/${name}` })
    assert.deepEqual((await ask('Ada')).json(), { hello: 'Ada' })
    assert.equal((await ask('Leonardo')).statusCode, 400)
  })
})

const stated = { operationId: 'x', summary: 'x', response: {} } as const
/** Never called: neither may compile. */
export const refused = [
  // @ts-expect-error: an unknown code
  () => operation({ ...stated, access: 'public', problems: ['too_bright'] }),
  // @ts-expect-error: no access
  () => operation({ ...stated, problems: [] }),
]
