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
  test('a key comes back as it went', () => {
    for (const key of [
      [0, ''],
      [MAX, 'Ümlaut'],
      [19, 'half a pair \ud83d'],
    ])
      assert.deepEqual(decodeCursor(encodeCursor(key, priced), priced), key)
    assert.deepEqual(decodeCursor(encodeCursor([ID], newest), newest), [ID])
    assert.equal(decodeCursor(undefined, newest), undefined)
  })

  const wrong: [string, string, CursorList?][] = [
    ['garbage', '%%%'],
    ['not JSON', textOf('{')],
    ['not a list', textOf('{}')],
    ['nothing', ''],
    ['too few columns', encodeCursor([1], priced)],
    ['too many columns', encodeCursor([1, 'a', 2], priced)],
    ['other types', encodeCursor(['a', 1], priced)],
    ['part of a number', encodeCursor([1.5, 'a'], priced)],
    ['less than nothing', encodeCursor([-1, 'a'], priced)],
    ['more than the column holds', encodeCursor([MAX + 1, 'a'], priced)],
    ['a number no column holds', textOf('["mugs by price",1e400,"a"]')],
    ['a number in other digits', textOf('["mugs by price",1e1,"a"]')],
    ['nothing, negative', textOf('["mugs by price",-0,"a"]')],
    ['a blank within', textOf('["mugs by price", 1,"a"]')],
    ['a key that does not say of which list it is', textOf('[1,"a"]')],
    ['one of another list of the same key', encodeCursor([1, 'a'], { ...priced, name: 'pens by price' })],
    ['one of another sort', encodeCursor([ID], newest)],
    ['a word where an id belongs', encodeCursor(['newest'], newest), newest],
    ['half a character where an id belongs', encodeCursor(['\ud800'], newest), newest],
    ['an id and more', encodeCursor([`${ID} `], newest), newest],
    ...['!', '!!!!', '==', '%', '\0', ' ', 'A', 'AAAA'].map((more): [string, string] => [
      `${JSON.stringify(more)} behind one`,
      given + more,
    ]),
    ['a blank before one', ` ${given}`],
    [
      'signs of the other alphabet',
      encodeCursor([63, '?>?>~'], priced).replace(/[-_]/, (c) => (c === '-' ? '+' : '/')),
    ],
  ]
  for (const [what, cursor, list = priced] of wrong) {
    test(`${what} fails with malformed_cursor`, () => {
      assert.throws(() => decodeCursor(cursor, list), { code: 'malformed_cursor' })
    })
  }
})

test('a page has 1 to 100 items, 20 unless something is said, and a cursor has an end', () => {
  const { limit, cursor } = PageQuery as unknown as Record<string, Record<string, number>>
  assert.deepEqual([limit!.minimum, limit!.maximum, limit!.default, cursor!.maxLength], [1, 100, 20, 1024])
})
