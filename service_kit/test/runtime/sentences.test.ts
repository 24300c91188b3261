import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type ErrorLike, faultsOf, MESSAGE, sentenceOf } from '../../src/runtime/sentences.ts'

const error = (keyword: string, params: object = {}, more: Partial<ErrorLike> = {}): ErrorLike => ({
  keyword,
  params,
  instancePath: '/x',
  schemaPath: `#/x/${keyword}`,
  ...more,
})

suite('what a schema demands, in words', () => {
  const sentences: [ErrorLike, string][] = [
    [error('required'), 'is required'],
    [error('additionalProperties'), 'is not a known field'],
    [
      error('additionalProperties', {}, { parentSchema: { properties: { a: {}, b: {} } } }),
      'is not a known field; known: a, b',
    ],
    [error('type', { type: 'integer' }), 'must be a whole number'],
    [
      error('type', { type: ['string', 'number', 'boolean', 'object', 'array', 'null', 'odd'] }),
      'must be text or a number or true or false or an object or a list or null or odd',
    ],
    [error('enum', { allowedValues: ['tea', 1] }), 'must be one of tea, 1'],
    [error('const', { allowedValue: 3 }), 'must be 3'],
    [error('minLength', { limit: 1 }), 'must not be empty'],
    [error('minLength', { limit: 2 }), 'must have at least 2 characters'],
    [error('maxLength', { limit: 1 }), 'must have at most 1 character'],
    [error('minItems', { limit: 1 }), 'must have at least 1 entry'],
    [error('maxItems', { limit: 2 }), 'must have at most 2 entries'],
    [error('minimum', { limit: 0 }), 'must be at least 0'],
    [error('maximum', { limit: 9 }), 'must be at most 9'],
    [error('format', { format: 'uuid' }), 'must be an id such as 01890a5d-ac96-774b-bcce-b302099a8057'],
    [error('format', { format: 'date-time' }), 'must be a time such as 2026-01-31T12:00:00Z'],
    [error('format', { format: 'odd' }), 'has a form that is not allowed here'],
    [error('pattern'), 'has a form that is not allowed here'],
    [error('anyOf'), 'has none of the forms that are allowed here'],
    [error('odd', {}, { message: 'must be odd' }), 'must be odd'],
    [error('odd'), 'is invalid'],
    [error('pattern', {}, { parentSchema: { [MESSAGE]: 'must be green' } }), 'must be green'],
    [error('required', {}, { parentSchema: { [MESSAGE]: 'must be green' } }), 'is required'],
    [
      error('additionalProperties', {}, { parentSchema: { [MESSAGE]: 'must be green' } }),
      'is not a known field',
    ],
    [error('pattern', {}, { parentSchema: { [MESSAGE]: 7 } }), 'has a form that is not allowed here'],
  ]
  for (const [given, sentence] of sentences) {
    test(`${given.keyword} ${JSON.stringify(given.params)}: ${sentence}`, () => {
      assert.equal(sentenceOf(given), sentence)
    })
  }

  test('one fault for each place, the first, and the field that is meant', () => {
    const faults = faultsOf([
      error('minLength', { limit: 2 }),
      error('pattern'),
      error('required', { missingProperty: 'y' }, { instancePath: '' }),
      error('additionalProperties', { additionalProperty: 'z' }),
    ])
    assert.deepEqual(faults, [
      { path: '/x', message: 'must have at least 2 characters' },
      { path: '/y', message: 'is required' },
      { path: '/x/z', message: 'is not a known field' },
    ])
  })

  test('for a value that fits none of several forms the missing fields of each form are not listed', () => {
    const forms = error('anyOf', {}, { schemaPath: '#/p/anyOf' })
    const inside = error('type', { type: 'string' }, { schemaPath: '#/p/anyOf/0/type', instancePath: '/x/y' })
    const beside = error('type', { type: 'string' }, { schemaPath: '#/p/anyOfSome', instancePath: '/z' })
    assert.deepEqual(faultsOf([inside, forms, beside]), [
      { path: '/x', message: 'has none of the forms that are allowed here' },
      { path: '/z', message: 'must be text' },
    ])
  })
})
