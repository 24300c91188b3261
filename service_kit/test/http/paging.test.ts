import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type CursorList, decodeCursor, encodeCursor, PageQuery } from '../../src/http/paging.ts'

const MAX = 100
const priced: CursorList = { name: 'mugs by price', key: [{ max: MAX }, 'string'] }
const newest: CursorList = { name: 'mugs by age', key: ['id'] }
const ID = '01890000-0000-7000-8000-000000000001'

const textOf = (bytes: string) => Buffer.from(bytes).toString('base64url')
const given = encodeCursor([19, 'Ümlaut'], priced)

suite('cursors', () => {
  test('a decoded cursor is the encoded key', () => {
    for (const key of [
      [0, ''],
      [MAX, 'Ümlaut'],
      [19, 'unpaired \ud83d'],
    ])
      assert.deepEqual(decodeCursor(encodeCursor(key, priced), priced), key)
    assert.deepEqual(decodeCursor(encodeCursor([ID], newest), newest), [ID])
    assert.equal(decodeCursor(undefined, newest), undefined)
  })

  const wrong: [string, string, CursorList?][] = [
    ['garbage', '%%%'],
    ['not JSON', textOf('{')],
    ['not a list', textOf('{}')],
    ['an empty cursor', ''],
    ['too few columns', encodeCursor([1], priced)],
    ['too many columns', encodeCursor([1, 'a', 2], priced)],
    ['other types', encodeCursor(['a', 1], priced)],
    ['a fraction', encodeCursor([1.5, 'a'], priced)],
    ['a negative number', encodeCursor([-1, 'a'], priced)],
    ['more than the column holds', encodeCursor([MAX + 1, 'a'], priced)],
    ['an infinite number', textOf('["mugs by price",1e400,"a"]')],
    ['a number with an exponent', textOf('["mugs by price",1e1,"a"]')],
    ['negative zero', textOf('["mugs by price",-0,"a"]')],
    ['a blank inside', textOf('["mugs by price", 1,"a"]')],
    ['a key without the name of its list', textOf('[1,"a"]')],
    [
      'a cursor of another list with the same key',
      encodeCursor([1, 'a'], { ...priced, name: 'pens by price' }),
    ],
    ['a cursor of another order', encodeCursor([ID], newest)],
    ['a word where an id belongs', encodeCursor(['newest'], newest), newest],
    ['an unpaired surrogate where an id belongs', encodeCursor(['\ud800'], newest), newest],
    ['an id with a blank after it', encodeCursor([`${ID} `], newest), newest],
    ...['!', '!!!!', '==', '%', '\0', ' ', 'A', 'AAAA'].map((more): [string, string] => [
      `${JSON.stringify(more)} after a cursor`,
      given + more,
    ]),
    ['a blank before a cursor', ` ${given}`],
    [
      'base64 instead of base64url',
      encodeCursor([63, '?>?>~'], priced).replace(/[-_]/, (c) => (c === '-' ? '+' : '/')),
    ],
  ]
  for (const [what, cursor, list = priced] of wrong) {
    test(`${what} fails with malformed_cursor`, () => {
      assert.throws(() => decodeCursor(cursor, list), { code: 'malformed_cursor' })
    })
  }
})

test('a page has 1 to 100 items, by default 20, and a cursor has at most 1024 characters', () => {
  const { limit, cursor } = PageQuery as unknown as Record<string, Record<string, number>>
  assert.deepEqual([limit!.minimum, limit!.maximum, limit!.default, cursor!.maxLength], [1, 100, 20, 1024])
})
