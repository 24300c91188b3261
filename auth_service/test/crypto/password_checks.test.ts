import assert from 'node:assert/strict'
import Module, { createRequire } from 'node:module'
import { suite, test } from 'node:test'
import { COMMON_PASSWORDS, createPasswordChecks } from '../../src/crypto/password_checks.ts'

const { isCommon, isBlank } = createPasswordChecks()

suite('common passwords', () => {
  for (const password of ['password', 'PassWord', '12345678', 'password1', 'iloveyou', 'qwertyuiop']) {
    test(`${password} is one`, () => assert.equal(isCommon(password), true))
  }
  for (const password of ['plum tart on tuesday', 'x7-kuq_p', '']) {
    test(`${JSON.stringify(password)} is none`, () => assert.equal(isCommon(password), false))
  }

  test('the 3,000 most common ones that are long enough are all refused', () => {
    assert.equal(COMMON_PASSWORDS, 3_000)
    const { dictionary } = createRequire(import.meta.url)('@zxcvbn-ts/language-common')
    const longEnough = (dictionary['passwords-common'] as string[]).filter((each) => each.length >= 8)
    assert.ok(longEnough.length > COMMON_PASSWORDS)
    for (const password of longEnough.slice(0, 3_000)) assert.ok(isCommon(password), password)
    assert.ok(!isCommon(longEnough[3_000]!))
  })

  test('checking a password loads nothing: the list was loaded before', (t) => {
    const load = t.mock.method(Module as unknown as { _load: () => unknown }, '_load')
    const made = createPasswordChecks()
    assert.equal(made.isCommon('password'), true)
    assert.equal(load.mock.callCount(), 0)
  })
})

suite('blank passwords', () => {
  for (const password of ['        ', '\u200b'.repeat(8), '\u3164'.repeat(8)]) {
    test(`${JSON.stringify(password)} is one`, () => assert.equal(isBlank(password), true))
  }
  test('a password with a visible character is none', () => assert.equal(isBlank('       x'), false))
})
