import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { limitsIn } from '../limits.ts'

const sent = (schema: object) => ({ requestBody: { content: { 'application/json': { schema } } } })

suite('limits in an OpenAPI document', () => {
  test('of fields, of fields within a list, of either form of a number, and of query parameters', () => {
    const quantity = {
      anyOf: [
        { minimum: 1, maximum: 9, type: 'integer' },
        { type: 'string', pattern: '^[0-9]$' },
      ],
    }
    const lines = { type: 'array', minItems: 1, maxItems: 5, items: { properties: { quantity } } }
    const one = {
      properties: { quantity, note: { type: 'string', maxLength: 20 }, free: { type: 'string' } },
    }
    const many = { properties: { lines } }
    const q = { name: 'q', in: 'query', schema: { maxLength: 100 } }
    const key = { name: 'idempotency-key', in: 'header', schema: { maxLength: 255 } }
    assert.deepEqual(
      limitsIn({
        paths: {
          '/orders': { post: sent({ anyOf: [one, many] }), get: { parameters: [q, key] } },
          '/free': { post: sent({ properties: { free: { type: 'string' } } }), get: {} },
          '/internal/x': { post: sent(many) },
        },
      }),
      {
        'POST /orders': {
          quantity: { minimum: 1, maximum: 9 },
          note: { maxLength: 20 },
          lines: { minItems: 1, maxItems: 5 },
          'lines.quantity': { minimum: 1, maximum: 9 },
        },
        'GET /orders': { q: { maxLength: 100 } },
      },
    )
  })
})
