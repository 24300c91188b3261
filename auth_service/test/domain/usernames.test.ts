import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { canonicalUsername, isUsername } from '../../src/domain/usernames.ts'

suite('usernames', () => {
  for (const name of ['ada', 'Ada_L', 'a.b-c', '007', `a${'x'.repeat(31)}`]) {
    test(`${name} is one`, () => assert.equal(isUsername(name), true))
  }
  const wrong = [
    '',
    'ab',
    `a${'x'.repeat(32)}`,
    '.ada',
    'ada-',
    'a da',
    'adä',
    'аda',
    'ada\n',
    'a@b.c',
    'a/b',
  ]
  for (const name of wrong) {
    test(`${JSON.stringify(name)} is none`, () => assert.equal(isUsername(name), false))
  }
  test('case does not make a difference', () => {
    assert.equal(canonicalUsername('AdA'), canonicalUsername('aDa'))
  })
})
