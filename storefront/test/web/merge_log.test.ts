import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { mergeParts } from '../../web/src/admin/log/merge.ts'

const part = (ids: string, hasMore = false) => ({ entries: [...ids].map((id) => ({ id })), hasMore })
const merged = (...parts: ReturnType<typeof part>[]) => {
  const { entries, next } = mergeParts(parts)
  return [entries.map(({ id }) => id).join(''), next]
}

suite('several lists as one', () => {
  test('complete lists are merged, newest first', () =>
    assert.deepEqual(merged(part('hda'), part('geb'), part('f')), ['hgfedba', [false, false, false]]))

  test('nothing is shown that is older than the end of a list that goes on; that list is needed next', () =>
    assert.deepEqual(merged(part('hf', true), part('geba'), part('dc', true)), ['hgf', [true, false, false]]))

  test('after its next page another list is needed', () =>
    assert.deepEqual(merged(part('hfba', true), part('ge', true), part('dc')), [
      'hgfe',
      [false, true, false],
    ]))

  test('lists without entries, and none at all', () => {
    assert.deepEqual(merged(part(''), part('b'), part('')), ['b', [false, false, false]])
    assert.deepEqual(merged(), ['', []])
  })
})
