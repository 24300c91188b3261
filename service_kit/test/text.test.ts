import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Ajv } from 'ajv'
import { addTextRule, showsNothing, type TextKind, Typed, textFault } from '../src/text.ts'

const KINDS: readonly TextKind[] = ['line', 'note', 'prose']
const CONTROLS = /control characters/
const TURNING = /direction/
const HIDDEN = /hidden/

suite('3: what shows nothing', () => {
  const blanks: [string, string][] = [
    ['nothing at all', ''],
    ['spaces', '        '],
    ['no-break and ideographic spaces', '\u00a0\u2003\u3000'],
    ['zero width spaces', '\u200b\u200b'],
    ['Hangul fillers', '\u3164\u115f\u1160\uffa0'],
    ['soft hyphens', '\u00ad'],
    ['joiners, marks of direction and a byte order mark', '\u200c\u200d\u200e\u200f\u061c\ufeff\u2060'],
    ['variation selectors', '\ufe0f\u{e0101}\u180b'],
    ['an empty Braille cell', '\u2800'],
    ['combining marks with nothing under them', '\u0301\u034f'],
    ['half of a surrogate pair', '\ud800'],
  ]
  for (const [what, text] of blanks) {
    test(`${what}: is blank, as a line and as a note, and may be prose`, () => {
      assert.equal(showsNothing(text), true)
      assert.deepEqual(
        KINDS.map((kind) => textFault(text, kind)),
        ['must not be blank', 'must not be blank', undefined],
      )
    })
  }
})

suite('1 and 2: what no text holds', () => {
  const refused: [string, string, RegExp][] = [
    ['NUL', 'a\u0000', CONTROLS],
    ['an escape', 'a\u001b[31m', CONTROLS],
    ['DEL', 'a\u007f', CONTROLS],
    ['the C1 control that begins a command', 'a\u009b31m', CONTROLS],
    ['the C1 line end', 'a\u0085b', CONTROLS],
    ['a noncharacter', 'a\uffff', CONTROLS],
    ['an override to the left', 'invoice\u202efdp.exe', TURNING],
    ['an embedding', 'a\u202bb\u202c', TURNING],
    ['an isolate', 'a\u2067b\u2069', TURNING],
    ['text hidden in tags', 'Lamp\u{e0068}\u{e0069}', HIDDEN],
    ['text hidden in tags behind a flag', `\u{1f3f4}${'\u{e0068}'.repeat(9)}`, HIDDEN],
    ['a language tag', '\u{e0001}\u{e0065}Lamp', HIDDEN],
  ]
  for (const [what, text, sentence] of refused) {
    test(`${what} is refused in every kind`, () => {
      for (const kind of KINDS) assert.match(textFault(text, kind) ?? '', sentence)
    })
  }

  for (const end of ['\n', '\r\n', '\t', '\u2028', '\u2029']) {
    test(`${JSON.stringify(end)} is for notes and prose`, () => {
      const text = `a${end}b`
      assert.deepEqual([textFault(text, 'note'), textFault(text, 'prose')], [undefined, undefined])
      assert.match(textFault(text, 'line') ?? '', /one line/)
    })
  }

  test('the longest text is judged in a moment, whatever it is made of', () => {
    const tags = '\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}'.repeat(1_250)
    for (const text of [
      'x'.repeat(5_000),
      '\u200b'.repeat(5_000),
      tags,
      `${'\u{1f3f4}'}${'\u{e0067}'.repeat(5_000)}`,
    ]) {
      const begun = performance.now()
      for (const kind of KINDS) textFault(text, kind)
      assert.ok(performance.now() - begun < 50)
    }
  })
})

suite('what people really type', () => {
  const texts = [
    'Lamp',
    '5',
    '+',
    'Crème brûlée',
    'Cre\u0300me', // A letter and its mark apart.
    '👩\u200d👩\u200d👧\u200d👦 mug',
    '❤\ufe0f',
    '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} scarf',
    'می\u200cخواهم', // Persian, with a zero width non-joiner.
    'السَّلَامُ عَلَيْكُمْ',
    'שָׁלוֹם',
    'ABC \u200fשלום\u200e 123',
    '葛\u{e0100}飾', // An ideographic variation.
    'ข้าว\u200bผัด',
    'Donau\u00addampf\u00adschiff',
    'क्\u200dष',
    '조선말',
    '\ufeffLamp',
  ]
  for (const text of texts) {
    test(`${text} passes in every kind`, () => {
      for (const kind of KINDS) assert.equal(textFault(text, kind), undefined)
    })
  }
})

suite('in a schema', () => {
  const validator = (kind: TextKind) => {
    const ajv = new Ajv()
    addTextRule(ajv)
    return ajv.compile(Typed(kind, { maxLength: 5 }))
  }

  test('the fault is a sentence, and is gone with the next text', () => {
    const validate = validator('line')
    assert.equal(validate('\u3164'), false)
    assert.deepEqual(
      validate.errors?.map(({ keyword, message }) => [keyword, message]),
      [['x-text', 'must not be blank']],
    )
    assert.equal(validate('Lamp'), true)
    assert.equal(validate.errors, null)
  })

  test('an empty text is for prose alone, and lengths are in characters', () => {
    assert.deepEqual(
      KINDS.map((kind) => validator(kind)('')),
      [false, false, true],
    )
    assert.deepEqual([validator('line')('😀😀😀😀😀'), validator('line')('😀😀😀😀😀😀')], [true, false])
  })
})
