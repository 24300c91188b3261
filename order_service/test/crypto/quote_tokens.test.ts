import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createQuoteSeal } from '../../src/crypto/quote_tokens.ts'
import { AT, FACTS, later } from '../samples.ts'

const [OLD, NEW] = ['an old secret of thirty-two letters', 'a new secret of thirty-two letters!']
const at = (time: Date, ...secrets: string[]) => createQuoteSeal(secrets, () => time)
const END = later(60_000)

suite('a sealed quote', () => {
  const { token, hash } = at(AT, OLD).seal(FACTS, 4488, END)
  const [text = '', signature = ''] = token.split('.')
  const payload = JSON.parse(Buffer.from(text, 'base64url').toString())
  const changed = (changes: object) =>
    `${Buffer.from(JSON.stringify({ ...payload, ...changes })).toString('base64url')}.${signature}`

  test('is opened as it was, until its end', () => {
    assert.deepEqual(at(later(59_999), OLD).open(token), {
      facts: FACTS,
      totalMinor: 4488,
      hash,
      state: 'valid',
    })
    assert.equal(at(END, OLD).open(token)?.state, 'expired')
  })

  test('1: with another total, end, price or signature it is unsigned', () => {
    const cheaper = { facts: { ...FACTS, lines: [{ ...FACTS.lines[0], unitPriceMinor: 1 }] } }
    const others = [
      changed({ totalMinor: 1 }),
      changed({ expiresAt: later(120_000).toISOString() }),
      changed(cheaper),
    ]
    for (const other of [...others, `${text}.`, text, `${text}.${signature.slice(1)}`, `${text}.${hash}`]) {
      assert.equal(at(AT, OLD).open(other)?.state, 'unsigned')
    }
  })

  test('of the secret before is valid while that is accepted', () => {
    assert.equal(at(AT, NEW, OLD).open(token)?.state, 'valid')
    assert.equal(at(AT, NEW).open(token)?.state, 'unsigned')
    const renewed = at(AT, NEW, OLD).seal(FACTS, 4488, END)
    assert.deepEqual([renewed.hash, at(AT, NEW).open(renewed.token)?.state], [hash, 'valid'])
  })

  test('3: the hash is of the facts alone, whatever the order of their fields', () => {
    const shuffled = Object.fromEntries(Object.entries(FACTS).reverse()) as typeof FACTS
    assert.equal(at(AT, OLD).seal(shuffled, 1, later(1)).hash, hash)
    const dearer = { ...FACTS, shipping: { ...FACTS.shipping!, priceMinor: 491 } }
    assert.notEqual(at(AT, OLD).seal(dearer, 4488, END).hash, hash)
  })

  const [line] = FACTS.lines
  for (const [what, token] of Object.entries({
    nothing: '',
    'no JSON': 'x.y',
    'no object': `${Buffer.from('1').toString('base64url')}.y`,
    'a total that is no number': changed({ totalMinor: '1' }),
    'an end that is no time': changed({ expiresAt: 'soon' }),
    'no lines': changed({ facts: { ...FACTS, lines: [] } }),
    'a line twice': changed({ facts: { ...FACTS, lines: [line, line] } }),
    'no units': changed({ facts: { ...FACTS, lines: [{ ...line, quantity: 0 }] } }),
    'too many units': changed({ facts: { ...FACTS, lines: [{ ...line, quantity: 10_001 }] } }),
    'a rate above 100 %': changed({ facts: { ...FACTS, lines: [{ ...line, basisPoints: 10_001 }] } }),
    'no place': changed({ facts: { ...FACTS, place: undefined } }),
  })) {
    test(`${what} is no quote`, () => assert.equal(at(AT, OLD).open(token), undefined))
  }
})
