/** The catalogues of texts: complete, used, translated, and chosen as the visitor wants. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, suite, test } from 'node:test'
import { AUDIT_ACTIONS as ofAccounts } from '../../../auth_service/src/domain/audit.ts'
import { AUDIT_ACTIONS as ofOrders } from '../../../order_service/src/domain/audit.ts'
import { AUDIT_ACTIONS as ofProducts } from '../../../product_service/src/domain/audit.ts'
import { PICTURE_FIELDS } from '../../../product_service/src/domain/audit_pictures.ts'
import { noteText } from '../../web/src/admin/import/import_note.ts'
import { picturesText } from '../../web/src/admin/log/pictures_text.ts'
import { adminTexts } from '../../web/src/language/admin_texts.ts'
import { de as deAdmin } from '../../web/src/language/de/admin.ts'
import { de as deOwn } from '../../web/src/language/de/own.ts'
import { de } from '../../web/src/language/de/texts.ts'
import { en as enAdmin } from '../../web/src/language/en/admin.ts'
import { en as enOwn } from '../../web/src/language/en/own.ts'
import { en } from '../../web/src/language/en/texts.ts'
import {
  formatAmount,
  formatList,
  formatMoment,
  formatNumber,
  setLocale,
} from '../../web/src/language/formats.ts'
import { chooseLanguage, LANGUAGES, localeOf } from '../../web/src/language/languages.ts'
import { plurals } from '../../web/src/language/sentence.ts'
import { SERVED_TEXTS } from '../../web/src/language/served_texts.ts'

const SOURCES = join(import.meta.dirname, '../../web/src')

/** The same in both languages, because they are. */
const EQUAL = new Set([
  't.catalogue.title',
  't.layout.themes.system',
  't.order.times',
  't.picture.count',
  't.product.gtin',
  'admin.nav.system',
  'admin.nav.webhooks',
  'admin.webhooks.title',
  'admin.nav.import',
  'admin.imports.exportTitle',
  'admin.fields.labels.name',
  'admin.fields.labels.gtin',
  'admin.fields.attributeTexts.name',
  'admin.grid.columns.name',
  'admin.bulk.unit',
  'admin.groups.optionTexts.name',
  'admin.board.status',
  'admin.categories.fields.name',
  'admin.buyer.orMore',
  'admin.customers.name',
  'admin.log.fields.name',
  'admin.log.fields.status',
  'admin.overview.atLeast',
  'admin.settings.in',
  'admin.settings.logo',
  'admin.settings.markdown',
  'admin.settings.name',
  'admin.settings.slugHint',
  'admin.system.title',
])

type Leaf = readonly [path: string, text: string]

/** Every text by its path. A text that is made from values is its source, without the names of the values. */
function leavesOf(value: unknown, path: string): Leaf[] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') return [[path, /=>([\s\S]*)$/.exec(String(value))?.[1] ?? '']]
  return Object.entries(value as object).flatMap(([key, each]) => leavesOf(each, `${path}.${key}`))
}

const english = [...leavesOf(en, 't'), ...leavesOf(enAdmin, 'admin'), ...leavesOf(enOwn, 'own')]
const german = [...leavesOf(de, 't'), ...leavesOf(deAdmin, 'admin'), ...leavesOf(deOwn, 'own')]

suite('the catalogues of texts', () => {
  test('both languages have the same texts, and none is empty', () => {
    assert.ok(english.length > 350)
    const pathsOf = (leaves: Leaf[]) => leaves.map(([path]) => path).toSorted()
    assert.deepEqual(pathsOf(german), pathsOf(english))
    for (const [path, text] of [...english, ...german]) assert.ok(text.trim() !== '', path)
  })

  test('none is left in English', () => {
    const englishText = new Map(english)
    const equal = german.filter(([path, text]) => englishText.get(path) === text).map(([path]) => path)
    assert.deepEqual(equal.toSorted(), [...EQUAL].toSorted())
  })

  test('every text is used by a page', () => {
    const pages = globSync('**/*.{ts,tsx}', { cwd: SOURCES })
      .filter((file) => !/^language\/(en|de)\//.test(file))
      .map((file) => readFileSync(join(SOURCES, file), 'utf8'))
      .join('\n')
    assert.deepEqual(unusedIn(pages), [])
  })

  test('a text that no page uses is noticed', () => {
    assert.ok(unusedIn('t.cart.order t.status[status]').includes('t.cart.empty'))
    assert.ok(!unusedIn('t.cart.order t.status[status]').includes('t.cart.order'))
    assert.ok(!unusedIn('t.status[status]').includes('t.status.pending.label'))
  })

  test('the top of a served page has the words of the app', () => {
    for (const [app, { home, back, promise, welcome }] of [
      [en, SERVED_TEXTS.en],
      [de, SERVED_TEXTS.de],
    ] as const) {
      assert.deepEqual(
        [home, back, promise, welcome('Hare')],
        [app.catalogue.title, app.product.back, app.home.promise, app.home.welcome('Hare')],
      )
    }
  })

  test('German quotes, and no English ones', () => {
    for (const [path, text] of german) assert.doesNotMatch(text, /“[^”]*”|"[^"]*"/, path)
  })
})

/** A text is used when its path is named, or a shorter path that is continued by a computed key, or passed on whole. */
function unusedIn(source: string): string[] {
  const named = new Set(
    source.match(/\b(?:t|admin|own)(?:\s*\??\.\s*\w+)+(?!\w)/g)?.map((path) => path.replaceAll(/\s|\?/g, '')),
  )
  const whole = (path: string) => {
    const parts = path.split('.')
    return parts.some((_, i) => i >= 1 && named.has(parts.slice(0, i + 1).join('.')))
  }
  return english.map(([path]) => path).filter((path) => !whole(path))
}

test('each action that a service records in the audit log has words', () =>
  assert.deepEqual(
    Object.keys(enAdmin.log.actions).toSorted(),
    [...ofAccounts, ...ofProducts, ...ofOrders].toSorted(),
  ))

test('each field of changed pictures has words, and a list of pictures as JSON is shown by its texts', () => {
  const inWords = Object.keys(enAdmin.log.fields).map((key) =>
    key.replaceAll(/_(.)/g, (_, letter) => letter.toUpperCase()),
  )
  assert.deepEqual(
    PICTURE_FIELDS.filter((field) => !inWords.includes(field)),
    [],
  )
  const [front, side] = ['{"id":"a","alt":"Front \\"1\\"","focus":{"x":5,"y":5}}', '{"id":"b","alt":"Side"}']
  assert.equal(picturesText(`[${front},${side}]`), 'Front "1"; Side')
  assert.equal(picturesText(`[${front},{"id":"b","al… [99 more]`), 'Front "1" …')
  assert.equal(picturesText('[]'), '')
})

test('what is said of rows of an import has no place in a language that the service does not fill', () => {
  const placesOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!)
  for (const [code, text] of Object.entries(enAdmin.imports.noteTexts)) {
    const german = deAdmin.imports.noteTexts[code as keyof typeof deAdmin.imports.noteTexts]
    const filled = new Set([...placesOf(text), 'name'])
    assert.deepEqual(
      placesOf(german).filter((place) => !filled.has(place)),
      [],
      code,
    )
    // Only a refusal may leave out its English detail.
    const lost = placesOf(text).filter((place) => !german.includes(`{${place}}`))
    assert.deepEqual(lost, code.startsWith('refused_') ? ['detail'] : [], code)
  }
})

test('what is said of a row of an import, in the language of the page', async () => {
  const note = { code: 'stock_sold', values: { name: 'Tee', moved: 1200 } } as const
  assert.match(noteText(note)!, /^Tee: So many units .* Its stock was changed by 1,200\.$/)
  setLocale('de-DE')
  ;(await adminTexts('de'))()
  try {
    assert.match(noteText(note)!, /^Tee: Nach der Prüfung .* wurde um 1\.200 geändert\.$/)
    // Of another release: the page shows the message of the service.
    assert.equal(noteText({}), undefined)
    assert.equal(noteText({ code: 'toString' as never, values: {} }), undefined)
  } finally {
    ;(await adminTexts('en'))()
    setLocale('en')
  }
})

suite('the language of a visitor', () => {
  for (const [chosen, browser, language] of [
    [null, ['de-AT', 'en'], 'de'],
    [null, ['fr', 'DE'], 'de'],
    [null, ['fr-FR', 'ja'], 'en'],
    [null, [], 'en'],
    ['en', ['de'], 'en'],
    ['de', ['en-US'], 'de'],
    ['toString', ['de'], 'de'],
    ['', ['en-GB'], 'en'],
  ] as const) {
    test(`${chosen ?? 'no choice'}, a browser for ${browser.join(', ') || 'none'}: ${language}`, () =>
      assert.equal(chooseLanguage(chosen, browser, ['en', 'de'], 'en'), language))
  }

  test('a shop that offers others falls back to its own', () =>
    assert.equal(chooseLanguage(null, ['fr'], ['en', 'de'], 'de'), 'de'))

  test('a language that the shop does not offer is not used', () =>
    assert.equal(chooseLanguage('en', ['en-US'], ['de'], 'de'), 'de'))

  test('the country of the browser decides how numbers look', () => {
    assert.equal(localeOf('de', ['en-US', 'de-CH']), 'de-CH')
    assert.equal(localeOf('de', ['en-US']), 'de')
    assert.equal(localeOf('en', ['en-GB', 'en']), 'en-GB')
  })

  test('each language has its own name', () =>
    assert.deepEqual(
      Object.values(LANGUAGES).map(({ name }) => name),
      ['English', 'Deutsch'],
    ))
})

suite('formats in the language of the pages', () => {
  afterEach(() => setLocale('en'))

  test('money, numbers, lists and dates', () => {
    setLocale('de-DE')
    assert.equal(formatAmount('1234.50', 'EUR'), '1.234,50\u00a0€')
    assert.equal(formatNumber(12_345), '12.345')
    assert.equal(formatList(['a', 'b', 'c']), 'a, b und c')
    assert.match(formatMoment(new Date(2026, 10, 3, 14, 5)), /^03\.11\.2026, 14:05$/)
    setLocale('en-US')
    assert.equal(formatAmount('1234.50', 'EUR'), '€1,234.50')
    assert.equal(formatList(['a', 'b', 'c']), 'a, b, and c')
    assert.match(formatMoment(new Date(2026, 10, 3, 14, 5)), /Nov 3, 2026/)
  })

  test('plurals', () => {
    const count = plurals('en')
    const forms = { one: '# item', other: '# items' }
    assert.deepEqual(
      [0, 1, 2, 1234].map((n) => count(n, forms)),
      ['0 items', '1 item', '2 items', '1,234 items'],
    )
    // A language with more categories gives each its own form.
    const arabic = plurals('ar')
    assert.equal(arabic(3, { few: 'few #', other: 'other #' }), 'few 3')
    assert.equal(arabic(11, { few: 'few #', other: 'other #' }), 'other 11')
  })
})

suite('what the services say, in German', () => {
  for (const [message, sentence] of [
    ['must not be blank', 'Der Name darf nicht leer sein.'],
    ['must have at most 200 characters', 'Der Name darf höchstens 200 Zeichen haben.'],
    [
      'must not have more than 8 marks on one letter',
      'Der Name darf höchstens 8 Zusatzzeichen je Buchstabe haben.',
    ],
    ['must have at most 3 entries', 'Der Name darf höchstens 3 Einträge haben.'],
    ['must be at most 100', 'Der Name darf höchstens 100 sein.'],
    ['must be a whole number from 1 to 50', 'Der Name muss eine ganze Zahl von 1 bis 50 sein.'],
    ['must be an amount such as "19.99"', 'Der Name muss ein Betrag wie 19.99 sein.'],
    ['must be something new', 'Der Name hat ein unzulässiges Format.'],
  ] as const) {
    test(message, () => assert.equal(de.fault.of('Der Name', message), sentence))
  }
})
