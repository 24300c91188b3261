import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decodeCursor, encodeCursor } from '../src/paging.ts'

suite('cursors', () => {
  test('a key comes back as it went', () => {
    assert.deepEqual(decodeCursor(encodeCursor([1999, 'Ümlaut']), ['number', 'string']), [1999, 'Ümlaut'])
  })

  const wrong: [string, string][] = [
    ['garbage', '%%%'],
    ['not JSON', Buffer.from('{').toString('base64url')],
    ['not a list', encodeCursor({} as never)],
    ['too few columns', encodeCursor([1])],
    ['too many columns', encodeCursor([1, 'a', 2])],
    ['other types', encodeCursor(['a', 1])],
    ['nothing', ''],
  ]
  for (const [what, cursor] of wrong) {
    test(`${what} fails with malformed_cursor`, () => {
      assert.throws(() => decodeCursor(cursor, ['number', 'string']), { code: 'malformed_cursor' })
    })
  }
})
