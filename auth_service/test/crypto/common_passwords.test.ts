import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { suite, test } from 'node:test'
import { COMMON_PASSWORDS, createCommonPasswords } from '../../src/crypto/common_passwords.ts'

const isCommon = createCommonPasswords()

suite('common passwords', () => {
  for (const password of ['password', 'PassWord', '12345678', 'password1', 'iloveyou', 'qwertyuiop']) {
    test(`${password} is one`, async () => assert.equal(await isCommon(password), true))
  }
  for (const password of ['plum tart on tuesday', 'x7-kuq_p', '']) {
    test(`${JSON.stringify(password)} is none`, async () => assert.equal(await isCommon(password), false))
  }

  test(`the ${COMMON_PASSWORDS} most common ones that are long enough are all refused`, async () => {
    const { dictionary } = createRequire(import.meta.url)('@zxcvbn-ts/language-common')
    const longEnough = (dictionary['passwords-common'] as string[]).filter((each) => each.length >= 8)
    assert.ok(longEnough.length > COMMON_PASSWORDS)
    for (const password of longEnough.slice(0, COMMON_PASSWORDS))
      assert.ok(await isCommon(password), password)
  })
})
