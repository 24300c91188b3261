import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isBlank } from '@shop/service_kit/http/text'
import { acceptPassword } from '../../src/domain/passwords.ts'

const checks = {
  isCommon: (password: string) => password === 'password1',
  isBlank,
}

suite('passwords', () => {
  const good: [string, string][] = [
    ['8 characters', 'x7-kuq_p'],
    ['8 characters outside the basic plane', '🜁🜂🜃🜄🜁🜂🜃🜄'],
    ['128 characters', 'x'.repeat(128)],
    ['128 characters outside the basic plane', '🜁'.repeat(128)],
    ['spaces alone make no difference', '  a b c  '],
  ]
  for (const [what, password] of good) {
    test(`${what}: accepted without truncation`, async () => {
      assert.equal(await acceptPassword(password, 'ada', checks), password)
    })
  }

  const wrong: [string, string, string][] = [
    ['8 spaces', '        ', 'blank'],
    ['8 invisible characters', '\u200b\u3164\u00ad\u2060\ufeff\u180e\ufe0f\u{e0020}', 'blank'],
    ['7 characters', 'x7-kuq_', 'too_short'],
    ['8 UTF-16 units that are 4 characters', '🜁🜂🜃🜄', 'too_short'],
    ['8 code points that compose to 4', 'e\u0301'.repeat(4), 'too_short'],
    ['129 characters', 'x'.repeat(129), 'too_long'],
    ['the username', 'AdaLovelace', 'same_as_username'],
    ['a common one', 'password1', 'too_common'],
    ['half of a surrogate pair', 'plum tart \ud800', 'malformed'],
  ]
  for (const [what, password, reason] of wrong) {
    test(`${what}: password_refused, ${reason}`, async () => {
      await assert.rejects(acceptPassword(password, 'adalovelace', checks), {
        code: 'password_refused',
        payload: { reason },
      })
    })
  }

  test('the same characters composed differently are the same password', async () => {
    assert.equal(
      await acceptPassword('cafe\u0301 au lait', 'ada', checks),
      await acceptPassword('caf\u00e9 au lait', 'ada', checks),
    )
  })
})
