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

  const any = (more: Partial<ErrorLike> = {}) => error('anyOf', {}, { schemaPath: '#/p/anyOf', ...more })
  const inForm = (form: number, keyword: string, params: object = {}, more: Partial<ErrorLike> = {}) =>
    error(keyword, params, { schemaPath: `#/p/anyOf/${form}/${keyword}`, ...more })
  const wrongType = (form: number, type: string) => inForm(form, 'type', { type })
  const generic = { path: '/x', message: 'has none of the forms that are allowed here' }

  const cases: [string, ErrorLike[], string][] = [
    [
      'the one alternative that allows its type',
      [wrongType(0, 'integer'), inForm(1, 'maxLength', { limit: 9 }), any()],
      'must have at most 9 characters',
    ],
    [
      'the same, whatever their order',
      [inForm(0, 'maxLength', { limit: 9 }), wrongType(1, 'null'), any()],
      'must have at most 9 characters',
    ],
    [
      'the one alternative that is not null',
      [wrongType(0, 'string'), wrongType(1, 'null'), any()],
      'must be text',
    ],
    ['none of two that do not allow its type', [wrongType(0, 'string'), wrongType(1, 'integer'), any()], ''],
    ['none of two that allow its type', [inForm(0, 'pattern'), inForm(1, 'minLength'), any()], ''],
    [
      'none of two that allow its type, beside null',
      [inForm(0, 'pattern'), inForm(1, 'pattern'), wrongType(2, 'null'), any()],
      '',
    ],
    [
      'none if the schema has its own message for all of them',
      [
        wrongType(0, 'null'),
        inForm(1, 'maxLength', { limit: 9 }),
        any({ parentSchema: { [MESSAGE]: 'is bad' } }),
      ],
      'is bad',
    ],
    [
      'one in one',
      [
        inForm(0, 'type', { type: 'integer' }, { schemaPath: '#/p/anyOf/0/anyOf/0/type' }),
        inForm(
          0,
          'pattern',
          {},
          { schemaPath: '#/p/anyOf/0/anyOf/1/pattern', parentSchema: { [MESSAGE]: 'is odd' } },
        ),
        any({ schemaPath: '#/p/anyOf/0/anyOf' }),
        wrongType(1, 'null'),
        any(),
      ],
      'is odd',
    ],
  ]
  for (const [which, errors, message] of cases) {
    test(`a value that fits no alternative has the faults of ${which}`, () => {
      assert.deepEqual(faultsOf(errors), [message === '' ? generic : { path: '/x', message }])
    })
  }

  test('for a value that fits none of several forms the missing fields of each form are not listed', () => {
    const missing = (form: number) => inForm(form, 'required', { missingProperty: 'y' })
    const beside = error('type', { type: 'string' }, { schemaPath: '#/p/anyOfSome', instancePath: '/z' })
    assert.deepEqual(faultsOf([missing(0), missing(1), any(), beside]), [
      generic,
      { path: '/z', message: 'must be text' },
    ])
    assert.deepEqual(faultsOf([missing(0), wrongType(1, 'null'), any()]), [
      { path: '/x/y', message: 'is required' },
    ])
  })

  test('values of a list that have the same schema do not decide for each other', () => {
    const of = (instancePath: string, errors: ErrorLike[]) =>
      [...errors, any()].map((each) => ({ ...each, instancePath }))
    assert.deepEqual(
      faultsOf([
        ...of('/1', [wrongType(0, 'string'), inForm(1, 'pattern'), wrongType(2, 'null')]),
        ...of('/10', [inForm(0, 'maxLength', { limit: 9 }), wrongType(1, 'integer'), wrongType(2, 'null')]),
      ]),
      [
        { path: '/1', message: 'has a form that is not allowed here' },
        { path: '/10', message: 'must have at most 9 characters' },
      ],
    )
  })
})
