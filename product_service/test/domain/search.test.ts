/** Words, their other forms, and typing errors: the pure part of a search. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { indexWords, NAME_MARK, queryWords, searchWords } from '../../src/domain/search.ts'
import { corrections, errorsAllowed, errorsBetween, isCorrectable } from '../../src/domain/spelling.ts'
import { formsOf, singulars } from '../../src/domain/word_forms.ts'

suite('words', () => {
  const cases: [what: string, text: string, words: string[]][] = [
    ['case and accents', 'Café-CRÈME 2', ['cafe', 'creme', '2']],
    ['compatibility forms', 'Ｌａｍｐ ﬁne ™', ['lamp', 'fine', 'tm']],
    [
      'letters that do not decompose',
      'Łódź Ørsted Đorđe Straße Æther œuvre',
      ['lodz', 'orsted', 'dorde', 'strasse', 'aether', 'oeuvre'],
    ],
    ['both i of Turkish', 'Işık İğne', ['isik', 'igne']],
    ['the sigma at the end', 'ΣΟΦΟΣ σοφός', ['σοφοσ']],
    ['points of Hebrew', 'שָׁלוֹם', ['שלום']],
    ['vowels of Arabic', 'كِتَابٌ أَزْرَق كـتـاب', ['كتاب', 'ازرق']],
    ['Persian yeh and kaf', 'کتابی', ['كتابي']],
    ['Chinese', '电脑', ['电脑', '脑']],
    [
      'Japanese, with its long vowels and voiced letters',
      'ガラスのテーブル',
      ['ガラ', 'ラス', 'スの', 'のテ', 'テー', 'ーブ', 'ブル', 'ル'],
    ],
    ['halfwidth Japanese', 'ｶﾞﾗｽ', ['ガラ', 'ラス', 'ス']],
    ['one character', '茶', ['茶']],
    ['scripts in one run', 'iPhone手机15个', ['iphone', '手机', '机', '15', '个']],
    ['what is invisible', 'lam\u00adp \u200blamp', ['lamp']],
    ['nothing', '-- 💥 "*"', []],
  ]
  for (const [what, text, words] of cases) {
    test(`${what}: ${JSON.stringify(text)}`, () => assert.deepEqual(searchWords(text), words))
  }

  test('a query searches pairs of neighbours, and a single character only when it stands alone', () => {
    assert.deepEqual(queryWords('电脑桌 茶'), ['电脑', '脑桌', '茶'])
  })

  test('Thai is found inside a run, too', () => {
    const indexed = new Set(searchWords('โคมไฟตั้งโต๊ะ'))
    for (const word of queryWords('ตั้งโต๊ะ')) assert.ok(indexed.has(word), word)
  })

  test('a product is indexed under all its words, and under those of its name once more', () => {
    const words = indexWords({ name: 'Red Lamp', description: 'A lamp' })
    assert.deepEqual(words, ['red', 'lamp', 'a', `${NAME_MARK}red`, `${NAME_MARK}lamp`])
  })
})

const pair = (text: string): [string, string] => text.split(' ') as [string, string]

suite('other forms', () => {
  const pairs: [string, string][] = [
    ...['lamps lamp', 'mugs mug', 'candles candle', 'knives knife', 'knife knives', 'shelves shelf'].map(
      pair,
    ),
    ...['shelf shelves', 'boxes box', 'dishes dish', 'glasses glass', 'berries berry', 'berry berries'].map(
      pair,
    ),
    ...[
      'shoes shoe',
      'potatoes potato',
      'vases vase',
      'buses bus',
      'mice mouse',
      'mouse mice',
      'women woman',
    ].map(pair),
    ...['feet foot', 'children child', 'toys toy', 'gloves glove', 'painted paint', 'painting painted'].map(
      pair,
    ),
    ...['baking bake', 'bake baking', 'running run', 'carved carving', 'paintings paint', 'dried dry'].map(
      pair,
    ),
  ]
  for (const [asked, is] of pairs) {
    test(`${asked} is a form of ${is}`, () => assert.ok(formsOf(asked).includes(is), String(formsOf(asked))))
  }
  for (const word of [
    'glass',
    'news',
    'lens',
    'bus',
    'string',
    'red',
    'spring',
    'king',
    'basis',
    'as',
    'лампы',
    '42s',
  ]) {
    test(`${word} has no other forms`, () => assert.deepEqual(formsOf(word), []))
  }
})

suite('every guess of a rule, and no other', () => {
  const forms = `
    lamps: lamp
    pies: pie
    flies: fly flie flied
    elves: elf elfe elve elfing elving
    glasses: glass glasse glassing
    dishes: dish dishe dishing
    watches: watch watche watching
    boxes: box boxe boxing
    quizzes: quizz quizze quizzing
    potatoes: potato potatoe
    buses: bus buse busing
    vases: vase vas vasis vasing
    uses: us use using
    oes: oe
    yes: ye ying
    berry: berries berried
    berries: berry berrie berried
    knife: knives knifing
    leaf: leaves
    painted: paint painte painting paints paintes
    paintings: painting paint painte painted paints paintes
    bakes: bake baking
    baked: bak bake baking baks bakes
    dried: dri drie dry driing dris dries
    dry: dries dried
    drying: dry drye dryed drys dryes
    running: runn runne run runned runns runnes
    dipped: dipp dippe dip dipping dipps dippes
    buzzing: buzz buzze buzzed buzzs buzzes
    mice: mouse micing
    dice: die dicing
    media: medium
    children: child`
    .trim()
    .split('\n')
    .map((line) => line.trim().split(': '))
  for (const [word, all] of forms) {
    test(`${word}: ${all}`, () => {
      const found = formsOf(word!)
      const expected = all!.split(' ').filter((form) => !form.startsWith(word!))
      assert.deepEqual(found, expected)
    })
  }

  test('each word of an irregular pair leads to the other', () => {
    const pairs =
      'man men, woman women, foot feet, tooth teeth, goose geese, mouse mice, louse lice, die dice, person people, medium media, criterion criteria, cactus cacti'
    for (const [one, many] of pairs.split(', ').map(pair)) {
      assert.ok(formsOf(one).includes(many), one)
      assert.ok(formsOf(many).includes(one), many)
    }
    for (const [one, many] of ['child children', 'ox oxen'].map(pair)) assert.ok(formsOf(many).includes(one))
  })

  test('a singular that looks like a plural has no singular, only forms of a verb', () => {
    const words = 'news lens gas bus plus canvas atlas iris series species always'.split(' ')
    assert.deepEqual(words.flatMap(formsOf), [])
  })

  test('only words of 3 to 30 Latin letters have other forms', () => {
    assert.deepEqual(formsOf(`${'b'.repeat(29)}s`), ['b'.repeat(29)])
    assert.deepEqual(formsOf(`${'b'.repeat(30)}s`), [])
    assert.deepEqual([formsOf('as'), formsOf('cafés'), formsOf('2cds')], [[], [], []])
    assert.deepEqual([singulars('ties'), singulars('ses')], [['tie'], ['se']])
  })
})

suite('typing errors', () => {
  /** The same distance by its definition: slow, with the whole table and no early exit. */
  function errorsByDefinition(a: string, b: string): number {
    if (a === '' || b === '') return a.length + b.length
    const [x, y] = [a.slice(0, -1), b.slice(0, -1)]
    const swapped =
      a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1)
        ? errorsByDefinition(a.slice(0, -2), b.slice(0, -2)) + 1
        : 99
    return Math.min(
      errorsByDefinition(x, b) + 1,
      errorsByDefinition(a, y) + 1,
      errorsByDefinition(x, y) + (a.at(-1) === b.at(-1) ? 0 : 1),
      swapped,
    )
  }

  test('are counted by their definition, up to one more than `max`', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 3 }), (a, b, max) => {
        assert.equal(errorsBetween(a, b, max), Math.min(errorsByDefinition(a, b), max + 1))
      }),
      { numRuns: 2_000 },
    )
  })

  test('are counted in words of up to 30 letters', () => {
    const long = 'a'.repeat(30)
    assert.equal(errorsBetween(long, `${'a'.repeat(29)}b`, 2), 1)
    assert.equal(errorsBetween(long, `${long}b`, 2), 3)
    assert.equal(errorsBetween(`${long}b`, long, 2), 3)
  })

  const distances: [string, string, number][] = [
    ['candle', 'candle', 0],
    ['candel', 'candle', 1],
    ['cadle', 'candle', 1],
    ['candlee', 'candle', 1],
    ['kandle', 'candle', 1],
    ['kandel', 'candle', 2],
    ['acndel', 'candle', 2],
    ['lantern', 'candle', 3],
  ]
  for (const [a, b, errors] of distances) {
    test(`${a} is ${errors} from ${b}, both ways`, () => {
      assert.deepEqual([errorsBetween(a, b, 2), errorsBetween(b, a, 2)], [errors, errors])
    })
  }

  test('above `max` the exact number is not returned', () => {
    assert.equal(errorsBetween('candle', 'xxxxxx', 1), 2)
    assert.equal(errorsBetween('a'.repeat(40), 'a'.repeat(40), 2), 3)
  })

  test('short words are never corrected, longer ones allow one error, long ones two', () => {
    assert.deepEqual(['mgu', 'lmap', 'candel', 'lanterm', 'chandelire'].map(errorsAllowed), [0, 1, 1, 2, 2])
  })

  const vocabulary = ['camp', 'candle', 'chandelier', 'holder', 'lamp', 'lampshade', 'mug', 'lantern']
  const attempts: [string[], string[], string[][]][] = [
    [['candel'], ['candel'], [['candle']]],
    [['candels'], ['candels'], [['candle']]],
    [['chandalier'], ['chandalier'], [['chandelier']]],
    [['lmap'], ['lmap'], [['lamp']]],
    [['lantenr', 'holder'], ['lantenr'], [['lantern', 'holder']]],
    [['zamp'], ['zamp'], [['camp'], ['lamp']]],
    [['candel', 'qqqqqqq'], ['candel', 'qqqqqqq'], []],
    [['mgu'], ['mgu'], []],
    [['电脑'], ['电脑'], []],
    [['12345'], ['12345'], []],
  ]
  for (const [words, unknown, meant] of attempts) {
    test(`${words.join(' ')} may have been ${JSON.stringify(meant)}`, () => {
      assert.deepEqual(corrections(words, unknown, vocabulary), meant)
      assert.deepEqual(corrections(words, unknown, [...vocabulary].reverse()), meant)
    })
  }

  test('the nearest first, then the longest common prefix, then the alphabet; at most five', () => {
    const near = ['lamq', 'lams', 'xamp', 'lamb', 'lame', 'damp', 'camp', 'lump', 'lamentt']
    const first = (word: string) => corrections([word], [word], near).map(([one]) => one)
    assert.deepEqual(first('lamp'), ['lamb', 'lame', 'lamq', 'lams', 'lump'])
    assert.deepEqual(first('laments'), ['lamentt'], 'two errors in a long word, one in a short one')
    assert.deepEqual(first('dam'), [], 'short words are left as they are')
  })

  test('a final s is not an error, and does not count for the length', () => {
    const meant = (word: string, vocabulary: string[]) => corrections([word], [word], vocabulary)
    assert.deepEqual(meant('candels', ['candle', 'candies']), [['candle'], ['candies']])
    assert.deepEqual(meant('kandels', ['candle']), [], 'two errors in a word of six letters')
    assert.deepEqual(meant('lmaps', ['lamps', 'lamp']), [['lamp'], ['lamps']])
  })

  test('duplicate corrections are merged, and a word with fewer neighbours keeps its last one', () => {
    const attempts = corrections(['candel', 'zamp', 'red'], ['candel', 'zamp'], vocabulary)
    assert.deepEqual(attempts, [
      ['candle', 'camp', 'red'],
      ['candle', 'lamp', 'red'],
    ])
    assert.deepEqual(corrections(['candel', 'candle'], ['candel'], vocabulary), [['candle']])
    assert.deepEqual(corrections(['candle'], [], vocabulary), [])
  })

  test('numbers, pairs of characters and words of names are not in the vocabulary', () => {
    const words = [
      'lamp',
      'lámpa',
      'лампа',
      'λυχνία',
      'as',
      'x12',
      '电脑',
      `${NAME_MARK}lamp`,
      'a'.repeat(31),
    ]
    assert.deepEqual(words.filter(isCorrectable), ['lamp', 'lámpa', 'лампа', 'λυχνία'])
  })
})
