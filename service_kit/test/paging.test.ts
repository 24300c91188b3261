import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decodeCursor, encodeCursor, PageQuery } from '../src/paging.ts'

suite('cursors', () => {
  test('a key comes back as it went', () => {
    assert.deepEqual(decodeCursor(encodeCursor([1999, 'Ümlaut']), ['integer', 'string']), [1999, 'Ümlaut'])
  })

  test('an id comes back as it went', () => {
    const id = '01890000-0000-7000-8000-000000000001'
    assert.deepEqual(decodeCursor(encodeCursor([id]), ['id']), [id])
  })

  const wrong: [string, string, 'id'?][] = [
    ['garbage', '%%%'],
    ['not JSON', Buffer.from('{').toString('base64url')],
    ['not a list', encodeCursor({} as never)],
    ['too few columns', encodeCursor([1])],
    ['too many columns', encodeCursor([1, 'a', 2])],
    ['other types', encodeCursor(['a', 1])],
    ['nothing', ''],
    ['part of a number', encodeCursor([1.5, 'a'])],
    ['less than nothing', encodeCursor([-1, 'a'])],
    ['a number no column holds', Buffer.from('[1e400,"a"]').toString('base64url')],
    ['a word where an id belongs', encodeCursor([1, 'newest']), 'id'],
    ['half a character where an id belongs', encodeCursor([1, '\ud800']), 'id'],
  ]
  for (const [what, cursor, last = 'string'] of wrong) {
    test(`${what} fails with malformed_cursor`, () => {
      assert.throws(() => decodeCursor(cursor, ['integer', last]), { code: 'malformed_cursor' })
    })
  }
})

test('a page has 1 to 100 items, 20 unless something is said, and a cursor has an end', () => {
  const { limit, cursor } = PageQuery as unknown as Record<string, Record<string, number>>
  assert.deepEqual([limit!.minimum, limit!.maximum, limit!.default, cursor!.maxLength], [1, 100, 20, 1024])
})
