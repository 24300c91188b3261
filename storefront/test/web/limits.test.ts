/** Forms have the limits of the API. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { readField } from '../../web/src/admin/products/field_text.ts'
import { lengthFault } from '../../web/src/ui/limits.ts'

const PAGES = join(import.meta.dirname, '..', '..', 'web', 'src')
/** `maxLength={200}` and its like. */
const TYPED = /\b(min|max)(Length|imum|Items)?=\{\d{2,}|\bLENGTH_MAX = \d/

const DOLLARS = { currency: 'USD', currency_digits: 2 }

suite('the length of a typed text', () => {
  const limits = { minLength: 3, maxLength: 5 }
  for (const text of ['abc', 'abcde', '😀😀😀😀😀']) {
    test(`"${text}" fits`, () => assert.equal(lengthFault(text, limits), undefined))
  }
  for (const [text, label] of [
    ['', /fill this in/],
    ['ab', /At least 3/],
    ['😀', /At least 3/],
    ['abcdef', /At most 5 characters, please; these are 6/],
  ] as const) {
    test(`"${text}" does not, with a message`, () => assert.match(lengthFault(text, limits) ?? '', label))
  }

  test('fields of a product have theirs', () => {
    assert.ok('fault' in readField('name', 'x'.repeat(201), DOLLARS))
    assert.ok('fault' in readField('description', 'x'.repeat(5_001), DOLLARS))
    assert.deepEqual(readField('description', '😀'.repeat(5_000), DOLLARS), { value: '😀'.repeat(5_000) })
  })

  test('a page that repeats a limit is found', () => assert.match('<input maxLength={200} />', TYPED))
  test('no page does', () => {
    const found = globSync('**/*.{ts,tsx}', { cwd: PAGES }).filter((file) =>
      TYPED.test(readFileSync(join(PAGES, file), 'utf8')),
    )
    assert.deepEqual(found, [])
  })
})
