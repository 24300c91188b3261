import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { EMAIL_LENGTH_MAX, knownEmail, normalEmail } from '../../src/domain/email_addresses.ts'

const host = (length: number) => `${`${'a'.repeat(49)}.`.repeat(4)}${'b'.repeat(length - 200)}`

suite('e-mail addresses', () => {
  for (const [text, normal] of [
    ['Ada@Example.COM', 'ada@example.com'],
    [' ada@example.com ', 'ada@example.com'],
    ["o'neil+shop@sub.example.co.uk", "o'neil+shop@sub.example.co.uk"],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
    [`a@${host(252)}`, `a@${host(252)}`],
  ] as const) {
    test(`${text} is kept as ${normal}`, () => assert.equal(normalEmail(text), normal))
  }

  for (const text of [
    ...[
      '',
      'ada',
      '@example.com',
      'ada@',
      'ada@localhost',
      'a.@example.com',
      '.a@example.com',
      'a..b@example.com',
    ],
    ...[
      '"a b"@example.com',
      'a@b@example.com',
      'ada@[127.0.0.1]',
      'ada@127.0.0.1',
      'ada@0x7f000001',
      'ada@1.2',
    ],
    ...['ada@example.com,eve@example.com', 'Ada <ada@example.com>', 'ada@example.com\nx', 'ada@exa mple.com'],
    ...[
      'ada@-a.com',
      'ada@a-.com',
      'ada@a..com',
      'ada@.com',
      'ada@example.c_m',
      'ädä@example.com',
      'ada@example.com/x',
    ],
    ...[
      'ada@example.com?x',
      'ada@u:p',
      'ada@example.com:25',
      `${'a'.repeat(65)}@example.com`,
      `a@${host(253)}`,
    ],
  ]) {
    test(`${JSON.stringify(text.slice(0, 40))} is refused`, () => {
      assert.equal(knownEmail(text), undefined)
      assert.throws(() => normalEmail(text), { code: 'email_refused' })
    })
  }

  test('the limit is that of SMTP', () => assert.equal(EMAIL_LENGTH_MAX, 254))
})
