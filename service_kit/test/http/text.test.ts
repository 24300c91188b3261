import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Ajv } from 'ajv'
import { addTextRule, isBlank, MARKS_MAX, TextInput, type TextKind, textFault } from '../../src/http/text.ts'

const KINDS: readonly TextKind[] = ['line', 'note', 'prose']
const CONTROLS = /control characters/
const TURNING = /direction/
const HIDDEN = /hidden/
const MARKS = /more than 8 marks on one letter/

suite('4: blank text', () => {
  const blanks: [string, string][] = [
    ['an empty text', ''],
    ['spaces', '        '],
    ['no-break and ideographic spaces', '\u00a0\u2003\u3000'],
    ['zero width spaces', '\u200b\u200b'],
    ['Hangul fillers', '\u3164\u115f\u1160\uffa0'],
    ['soft hyphens', '\u00ad'],
    ['joiners and marks of direction', '\u200c\u200d\u200e\u200f\u061c\u2060'],
    ['an empty Braille cell', '\u2800'],
    ['combining marks without a letter', '\u0301\u034f'],
    ['an unpaired surrogate', '\ud800'],
  ]
  for (const [what, text] of blanks) {
    test(`${what}: is refused as a line and as a note, and accepted as prose`, () => {
      assert.equal(isBlank(text), true)
      assert.deepEqual(
        KINDS.map((kind) => textFault(text, kind)),
        ['must not be blank', 'must not be blank', undefined],
      )
    })
  }
})

suite('1 to 3: characters that no text may have', () => {
  type Refused = [string, string, RegExp]
  const refused: Refused[] = [
    ['NUL', 'a\u0000', CONTROLS],
    ['an escape', 'a\u001b[31m', CONTROLS],
    ['DEL', 'a\u007f', CONTROLS],
    ['the C1 control that begins a command', 'a\u009b31m', CONTROLS],
    ['the C1 line end', 'a\u0085b', CONTROLS],
    ['a noncharacter', 'a\uffff', CONTROLS],
    ['a right-to-left override', 'invoice\u202efdp.exe', TURNING],
    ['an embedding', 'a\u202bb\u202c', TURNING],
    ['an isolate', 'a\u2067b\u2069', TURNING],
    ['text hidden in tags', 'Lamp\u{e0068}\u{e0069}', HIDDEN],
    ['text hidden in tags behind a flag', `\u{1f3f4}${'\u{e0068}'.repeat(9)}`, HIDDEN],
    ['a language tag', '\u{e0001}\u{e0065}Lamp', HIDDEN],
    ['tags behind an emoji that is no flag', 'Lamp 😀\u{e0067}\u{e007f}', HIDDEN],
    ['a byte order mark before a letter', '\ufeffLamp', HIDDEN],
    ['a byte order mark between letters', 'La\ufeffmp', HIDDEN],
    ...['\ufff9', '\ufffa', '\ufffb'].map((it): Refused => ['an annotation', `La${it}mp`, HIDDEN]),
    ...[0x2061, 0x2062, 0x2063, 0x2064].map(
      (it): Refused => ['an invisible operator', `2${String.fromCodePoint(it)}x`, HIDDEN],
    ),
    ...[0x206a, 0x206b, 0x206c, 0x206d, 0x206e, 0x206f].map(
      (it): Refused => ['a deprecated format control', `La${String.fromCodePoint(it)}mp`, HIDDEN],
    ),
    ...[0x2065, 0xfff0, 0x1bca0, 0x1d173, 0xe0080, 0xe0fff].map(
      (it): Refused => ['an invisible character', `La${String.fromCodePoint(it)}mp`, HIDDEN],
    ),
    ['a variation selector at the beginning', '\ufe0fLamp', HIDDEN],
    ['a variation selector behind a blank', 'Lamp \ufe0f', HIDDEN],
    ['a variation selector at the beginning of a line', 'Lamp\n\u180b', HIDDEN],
    ['a second variation selector', '❤\ufe0f\ufe0f', HIDDEN],
    ['a variation selector behind a joiner', 'a\u200d\ufe0f', HIDDEN],
    ['a variation selector behind a filler', '\u3164\ufe00', HIDDEN],
    ['a variation of an ideograph on a letter', 'La\u{e0101}mp', HIDDEN],
    ['too many marks on one letter', `Z${'\u0335'.repeat(MARKS_MAX + 1)}algo`, MARKS],
    [
      'too many different marks on one letter',
      'Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308',
      MARKS,
    ],
    ['too many marks with joiners between them', `Z${'\u0335\u200d\u034f'.repeat(5)}algo`, MARKS],
    ['too many marks without a letter', '\u0301'.repeat(MARKS_MAX + 1), MARKS],
  ]
  for (const [what, text, sentence] of refused) {
    test(`${what} is refused in every kind: ${JSON.stringify(text)}`, () => {
      for (const kind of KINDS) assert.match(textFault(text, kind) ?? '', sentence)
    })
  }

  for (const end of ['\n', '\r\n', '\t', '\u2028', '\u2029']) {
    test(`${JSON.stringify(end)} is accepted in notes and prose only`, () => {
      const text = `a${end}b`
      assert.deepEqual([textFault(text, 'note'), textFault(text, 'prose')], [undefined, undefined])
      assert.match(textFault(text, 'line') ?? '', /one line/)
    })
  }

  test('the longest text takes less than 100 ms of processor time, whatever its characters', () => {
    const tags = '\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}'.repeat(1_250)
    for (const text of [
      'x'.repeat(5_000),
      '\ufe0f'.repeat(5_000),
      '\u0301'.repeat(5_000),
      'e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301'.repeat(555),
      `e\u0301${'\u200d'.repeat(600)}`.repeat(8),
      '葛\u{e0100}'.repeat(2_500),
      '\u200b'.repeat(5_000),
      tags,
      `${'\u{1f3f4}'}${'\u{e0067}'.repeat(5_000)}`,
    ]) {
      const before = process.cpuUsage()
      for (const kind of KINDS) textFault(text, kind)
      const { user, system } = process.cpuUsage(before)
      assert.ok(user + system < 100_000, `${user + system} us`)
    }
  })
})

suite('real texts', () => {
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
    '❤\ufe0f\u200d🔥 and 🏳\ufe0f\u200d🌈, 👁\ufe0f\u200d🗨\ufe0f',
    '👍🏽 ☎\ufe0e 5\ufe0f\u20e3 #\ufe0f\u20e3 ©\ufe0f 🇩🇪',
    'Cà phê sữa đá'.normalize('NFD'), // Vietnamese, two marks on a letter.
    'Việt Nam ở đây ẫ'.normalize('NFD'),
    'น้ำผึ้ง ที่นี้',
    'हिन्दी क्षत्रिय',
    'בְּרֵאשִׁ֖ית', // Hebrew with points and accents.
    'مُحَمَّدٌ ﷺ',
    'ᠮᠣᠩᠭᠣᠯ\u180b ᠠ\u180e', // Mongolian, with its own variation selectors.
    'ဂ္ဂိုဏ်း',
    '\u0f67\u0f90\u0fb5\u0fa8\u0fb3\u0fba\u0fbc\u0fbb\u0f82', // The tallest stack of Tibetan: 8 marks.
    `e${'\u0301'.repeat(MARKS_MAX)}`,
    '≨\ufe00', // A mathematical variant.
    'no\u2060break',
  ]
  for (const text of texts) {
    test(`${text} is accepted in every kind`, () => {
      for (const kind of KINDS) assert.equal(textFault(text, kind), undefined)
    })
  }
})

suite('in a schema', () => {
  const validator = (kind: TextKind) => {
    const ajv = new Ajv()
    addTextRule(ajv)
    return ajv.compile(TextInput(kind, { maxLength: 5 }))
  }

  test('the fault is a sentence, and is reset by the next text', () => {
    const validate = validator('line')
    assert.equal(validate('\u3164'), false)
    assert.deepEqual(
      validate.errors?.map(({ keyword, message }) => [keyword, message]),
      [['x-text', 'must not be blank']],
    )
    assert.equal(validate('Lamp'), true)
    assert.equal(validate.errors, null)
  })

  test('an empty text is accepted as prose only, and lengths are in characters', () => {
    assert.deepEqual(
      KINDS.map((kind) => validator(kind)('')),
      [false, false, true],
    )
    assert.deepEqual([validator('line')('😀😀😀😀😀'), validator('line')('😀😀😀😀😀😀')], [true, false])
  })
})
