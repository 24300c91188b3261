/** What a person downloads about themselves. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { itemsOf } from '../../web/src/api/items_of.ts'

test('a list is read to its end, each page once', async () => {
  const pages = [
    { items: [1, 2], next_cursor: '1' },
    { items: [], next_cursor: '2' },
    { items: [3], next_cursor: null },
  ]
  const asked: (string | undefined)[] = []
  const items = await itemsOf(async (cursor) => {
    asked.push(cursor)
    return pages[Number(cursor ?? 0)]!
  })
  assert.deepEqual(
    [items, asked],
    [
      [1, 2, 3],
      [undefined, '1', '2'],
    ],
  )
})
