import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import {
  ACCOUNT_MAILS,
  LANGUAGES,
  type Language,
  type MailKind,
  type MailValues,
  ORDER_MAILS,
  STATEMENT_MAILS,
} from '../../src/domain/mail.ts'
import { composed, TEXTS } from '../../src/mails/compose.ts'
import { moneyOf, timeOf, timesOf } from '../../src/mails/formats.ts'
import { LINE_LENGTH_MAX, lineOf } from '../../src/mails/letter.ts'
import { AT } from '../samples.ts'
import { ACCOUNT_VALUES, ORDER_VALUES, SHOP } from './samples.ts'

const KINDS = [...ACCOUNT_MAILS, ...ORDER_MAILS, ...STATEMENT_MAILS]
const valuesOf = (kind: MailKind): MailValues =>
  ORDER_MAILS.some((each) => each === kind) ? ORDER_VALUES : ACCOUNT_VALUES
const mail = (kind: MailKind, language: Language = 'en', more: MailValues = {}) =>
  composed({ kind, language, values: { ...valuesOf(kind), ...more } }, SHOP)

const shapeOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shapeOf(part)]))
    : typeof value

/** Tags, and words between them. */
const tagsOf = (html: string) => [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag)
const wordsOf = (html: string) =>
  html
    .replace(/<title>.*?<\/title>/s, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(
      /&(amp|lt|gt|quot|#39);/g,
      (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name as 'amp'] ?? "'",
    )

suite('the texts of mails', () => {
  test('each language has each text', () => {
    assert.deepEqual(Object.keys(TEXTS), [...LANGUAGES])
    for (const language of LANGUAGES) assert.deepEqual(shapeOf(TEXTS[language]), shapeOf(TEXTS.en))
    for (const kind of KINDS) assert.notEqual(mail(kind, 'de').text, mail(kind, 'en').text)
  })

  for (const kind of KINDS)
    test(`${kind}: both forms say the same, load nothing, and link to the shop alone`, () => {
      for (const language of LANGUAGES) {
        const { subject, text, html } = mail(kind, language)
        assert.ok(subject.length > 5 && subject.length < 70 && !/[\r\n]/.test(subject))
        const said = wordsOf(html)
        for (const word of text.replace('-- \n', '').match(/[^\s:]{3,}/g) ?? [])
          assert.ok(said.includes(word), word)
        assert.match(html, new RegExp(`<html lang="${language}">`))
        assert.equal(html.match(/<h1/g)?.length, 1)
        assert.doesNotMatch(html, /<(img|link|script|style|iframe)|url\(|src=/)
        const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, link]) => link!)
        assert.equal(links.length, 1)
        assert.ok(links[0]!.startsWith(`${SHOP.publicUrl}/`))
        assert.ok(text.includes(links[0]!.replaceAll('&amp;', '&')))
      }
    })

  test('a confirmed order lists what was bought, as the language writes amounts', () => {
    const { subject, text } = mail('order_confirmed', 'de')
    assert.equal(subject, 'Bestellung #10042 bestätigt')
    assert.match(text, /2 × Tasse <blau> & "rot": 39,98\u00a0€/)
    assert.match(
      text,
      /Versand \(Post\): 4,90\u00a0€\n {2}Summe: 44,88\u00a0€\n {2}Enthaltene Steuer: 7,17\u00a0€/,
    )
  })

  test('a shipped order has its tracking number, a refund its amount, a declined one its reason', () => {
    const tracking = { carrier: 'DHL', number: '003404' }
    assert.match(mail('order_shipped', 'en', { tracking }).text, /Carrier: DHL\n {2}Tracking number: 003404/)
    assert.match(mail('order_refunded', 'en', { amount: '10.00' }).text, /Refund: €10\.00/)
    assert.match(mail('order_rejected', 'en', { reason: 'price_changed' }).text, /The price was not/)
    assert.doesNotMatch(mail('order_cancelled', 'en').text, /Tracking|Refund/)
    assert.match(mail('return_refused', 'de', { note: 'Es war benutzt' }).text, /vom Shop: Es war benutzt/)
  })

  test("the link of a guest's order has its token after the #, and says so; that of others has none", () => {
    const link = /https:\/\/shop\.example\/orders\/\S*/
    const { text, html } = mail('order_received', 'en', { guest: true })
    assert.equal(link.exec(text)![0], `https://shop.example/orders/${ORDER_VALUES.order_id}#token=T0007`)
    assert.match(text, /Do not pass it on/)
    assert.match(html, /#token=T0007"/)
    assert.doesNotMatch(mail('order_link').text, /token|pass it on/)
    assert.match(mail('order_link', 'de', { guest: true }).text, /#token=T0007/)
  })

  test('a receipt of a withdrawal has the statement, with date and time, in whole', () => {
    const goods = 'x'.repeat(1_000)
    const { text } = mail('withdrawal_receipt', 'de', { goods })
    assert.ok(text.includes(`Waren: ${goods}`))
    assert.ok(text.includes(timeOf('de', AT)))
    assert.match(text, /Bestellung: #10042\n {2}Name: Ada\n/)
    assert.match(mail('withdrawal_receipt', 'en', { goods: '' }).text, /Goods: all of the order/)
  })

  test('a longer statement, and a longer note of the shop, are cut where the reader sees it', () => {
    const long = 'x'.repeat(5_000)
    const cutAt = (letters: number) => new RegExp(`: x{${letters - 1}}…$`, 'm')
    assert.match(mail('withdrawal_receipt', 'en', { goods: long }).text, cutAt(1_000))
    assert.match(mail('return_refused', 'en', { note: long }).text, cutAt(500))
  })

  test('what a stranger writes in a statement becomes no link', () => {
    const goods = 'Win at https://evil.example/x or www.evil.example, 1.5 kg'
    const values = { goods, name: 'evil.example', order_number: 'http://10.0.0.1' }
    const { text, html } = mail('withdrawal_receipt', 'en', values)
    for (const each of [text, html]) {
      assert.ok(each.includes('Win at https: //evil. example/x or www. evil. example, 1.5 kg'), each)
      assert.doesNotMatch(each, /evil\.example|http:\/\/10/)
    }
  })

  for (const kind of ['email_verification', 'password_reset', 'new_sign_in'] as const) {
    test(`the name of an account becomes no link: ${kind}`, () => {
      const { text, html } = mail(kind, 'en', { username: 'www.evil.example', client: 'evil.example' })
      for (const each of [text, html]) {
        assert.ok(each.includes('www. evil. example'), each)
        assert.doesNotMatch(each, /evil\.example/)
      }
    })
  }

  test('without PUBLIC_URL there is no link to an order; without a number it has none in its subject', () => {
    const values = { ...ORDER_VALUES, number: null }
    const { subject, html } = composed(
      { kind: 'order_received', language: 'en', values },
      { ...SHOP, publicUrl: undefined },
    )
    assert.equal(subject, 'Your order received')
    assert.doesNotMatch(html, /href/)
  })

  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom(
      '</td><script>alert(1)</script>',
      '" onmouseover="x',
      'a\r\nBcc: eve@example.com',
      '\u202egpj.exe',
      "'>&amp;",
      '\ud800',
    ),
  )

  test('1: whatever values are, a mail has the elements, the headers and the lines that its text gives it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), hostile, hostile, (kind, one, two) => {
        const given = (value: string) =>
          valuesOf(kind) === ORDER_VALUES
            ? {
                lines: [{ name: value, quantity: 1, unit_price: '1.00' }],
                shipping: { name: value, price: value === 'plain' ? '1.00' : two },
                ...{ tracking: { carrier: `x${value}`, number: value }, currency: value },
              }
            : {
                username: value,
                client: `x${value}`,
                name: value,
                order_number: `x${value}`,
                goods: `x${value}`,
              }
        const [plain, bad] = [mail(kind, 'en', given('plain')), mail(kind, 'en', given(one))]
        assert.deepEqual(tagsOf(bad.html), tagsOf(plain.html))
        assert.equal(bad.text.split('\n').length, plain.text.split('\n').length)
        assert.equal(bad.subject, plain.subject)
        assert.doesNotMatch(bad.text.replaceAll('\n', ''), /[\p{Cc}\p{Cs}\u202a-\u202e]/u)
      }),
      { numRuns: 300 },
    )
  })

  test('a value is cut at a letter, and is one line', () => {
    assert.equal(lineOf('a\n\tb\u2028c'), 'a b c')
    assert.equal([...lineOf('😀'.repeat(999))].length, LINE_LENGTH_MAX)
    assert.equal(lineOf(undefined), '')
    assert.equal(lineOf(`${' '.repeat(1_999)}a`), 'a')
    assert.equal(
      lineOf(`${' '.repeat(2_000)}a`),
      '',
      'what is far behind the last letter that fits is not read',
    )
  })

  test('amounts are shown with the digits they have, to the last one', () => {
    assert.equal(moneyOf('en', 'USD', '1234567890123456.78'), '$1,234,567,890,123,456.78')
    assert.equal(moneyOf('en', 'JPY', '1500'), '¥1,500')
    assert.equal(moneyOf('de', 'KWD', '-1.250'), '-1,250\u00a0KWD')
    assert.equal(moneyOf('en', 'no code', '1.00'), '1.00 no code')
    assert.equal(moneyOf('en', 'EUR', '<b>'), '<b> EUR')
    assert.equal(timesOf('19.99', 3), '59.97')
    assert.equal(timesOf('0.05', 1), '0.05')
    assert.equal(timesOf('7', 10_000), '70000')
    assert.equal(timesOf('?', 2), '?')
  })

  test('a time is in UTC and says so; what is none is shown as it is', () => {
    assert.equal(timeOf('de', '2026-05-01T08:00:00.000Z'), '1. Mai 2026 um 08:00 UTC')
    assert.equal(timeOf('en', 'soon'), 'soon')
  })
})
