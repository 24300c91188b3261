/** Preconditions: which versions a header names. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { etagOf, etagOfText, hasTag, versionsNamed } from '../../src/http/etags.ts'

suite('If-Match', () => {
  const named: [header: string | undefined, versions: number[] | undefined][] = [
    [undefined, undefined],
    ['*', undefined],
    [' * ', undefined],
    [etagOf(3), [3]],
    ['"3", "12"', [3, 12]],
    [' "3","4" ', [3, 4]],
    ['W/"3"', []],
    ['"abc", "4"', [4]],
    ['"0"', []],
    ['"03"', []],
    ['"999999999999999"', [999_999_999_999_999]],
    ['"1000000000000000"', []],
    ['"3x"', []],
    [etagOf(3, 'tracking'), [3]],
    ['"3-", "3-short", "3-longer_than_it"', []],
  ]
  for (const [header, versions] of named) {
    test(`${header} names ${versions}`, () => assert.deepEqual(versionsNamed(header), versions))
  }
  for (const header of ['', '3', '"3', '"3" "4"', '"3",', '*, "3"', "'3'"]) {
    test(`${JSON.stringify(header)} is refused`, () =>
      assert.throws(() => versionsNamed(header), { code: 'validation_failed' }))
  }
})

suite('If-None-Match', () => {
  const seen: [header: string | undefined, seen: boolean][] = [
    [undefined, false],
    ['"3"', true],
    ['W/"3"', true],
    ['*', true],
    [' * ', true],
    ['"2", "3"', true],
    ['"2", W/"3"', true],
    ['"2"', false],
    ['"2", "4"', false],
    ['"33"', false],
    [etagOf(3, 'tracking'), false],
    ['3', false],
    ['nonsense "3"', false],
    ['', false],
  ]
  for (const [header, answer] of seen) {
    test(`${header} ${answer ? 'has' : 'has not'} version 3`, () =>
      assert.equal(hasTag(header, etagOf(3)), answer))
  }

  test('a text matches its weak ETag, with or without W/', () => {
    const etag = etagOfText('tea')
    assert.match(etag, /^W\/"/)
    assert.equal(hasTag(etag, etag), true)
    assert.equal(hasTag(`"x", ${etag.slice(2)}`, etag), true)
    assert.equal(hasTag(etagOfText('rum'), etag), false)
  })
})
