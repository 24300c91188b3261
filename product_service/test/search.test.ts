/** Words, their other forms, and typing errors: the pure part of a search. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { indexWords, NAME_MARK, queryWords, searchWords } from '../src/domain/search.ts'
import { corrections, errorsAllowed, errorsBetween, isCorrectable } from '../src/domain/spelling.ts'
import { formsOf } from '../src/domain/word_forms.ts'

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

  test('a query looks for pairs of neighbours, and for a character only when it stands alone', () => {
    assert.deepEqual(queryWords('电脑桌 茶'), ['电脑', '脑桌', '茶'])
  })

  test('Thai is found inside its run, too', () => {
    const indexed = new Set(searchWords('โคมไฟตั้งโต๊ะ'))
    for (const word of queryWords('ตั้งโต๊ะ')) assert.ok(indexed.has(word), word)
  })

  test('a product is indexed under all its words, and those of its name once more', () => {
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
    test(`${word} is not taken apart`, () => assert.deepEqual(formsOf(word), []))
  }
})

suite('typing errors', () => {
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

  test('of more than `max` it is not said how many', () => {
    assert.equal(errorsBetween('candle', 'xxxxxx', 1), 2)
    assert.equal(errorsBetween('a'.repeat(40), 'a'.repeat(40), 2), 3)
  })

  test('short words are never corrected, longer ones of one error, long ones of two', () => {
    assert.deepEqual(['mgu', 'lmap', 'candel', 'lanterm', 'chandelire'].map(errorsAllowed), [0, 1, 1, 2, 2])
  })

  const vocabulary = ['camp', 'candle', 'chandelier', 'holder', 'lamp', 'lampshade', 'mug', 'lantern']
  const tries: [string[], string[], string[][]][] = [
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
  for (const [words, unknown, meant] of tries) {
    test(`${words.join(' ')} may have been ${JSON.stringify(meant)}`, () => {
      assert.deepEqual(corrections(words, unknown, vocabulary), meant)
      assert.deepEqual(corrections(words, unknown, [...vocabulary].reverse()), meant)
    })
  }

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
