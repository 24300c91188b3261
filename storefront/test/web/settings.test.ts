/** The patch that the settings form sends, and the colours as the tokens of the pages. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { SOFT_SHARE } from '@shop/product_service/domain/change_shop_settings'
import { DEFAULT_SETTINGS, LANGUAGES as OFFERED } from '@shop/product_service/domain/shop_settings'
import { changesIn, faultText, type Values } from '../../web/src/admin/settings/draft.ts'
import { LANGUAGES } from '../../web/src/language/languages.ts'
import { coloursAsProperties } from '../../web/src/settings/accent.ts'

const VALUES = DEFAULT_SETTINGS as Values

suite('the settings form', () => {
  test('sends what was changed alone, at any depth; a list as a whole', () => {
    const contact = { ...VALUES.contact, address: ['Lane 1'] }
    const tagline = { ...VALUES.tagline, de: 'Neu' }
    assert.deepEqual(changesIn(VALUES, { ...VALUES, contact, tagline }), {
      tagline: { de: 'Neu' },
      contact: { address: ['Lane 1'] },
    })
    assert.deepEqual(changesIn(VALUES, { ...VALUES }), {})
  })

  test('says why the service would refuse', () => {
    const { light, dark } = VALUES.colours
    assert.equal(faultText(VALUES), undefined)
    assert.match(faultText({ ...VALUES, languages: ['de'] }) ?? '', /must be one that is offered/)
    assert.match(
      faultText({ ...VALUES, colours: { light: { ...light, text: '#888888' }, dark } }) ?? '',
      /hard to read/,
    )
  })

  test('the pages have the languages that the service knows', () =>
    assert.deepEqual(Object.keys(LANGUAGES), [...OFFERED]))
})

suite('colours of the shop', () => {
  test('the defaults leave the tokens as they are', () =>
    assert.deepEqual(coloursAsProperties(VALUES.colours), {}))

  test('others replace them, with the soft share that the service checks', () => {
    const colours = { ...VALUES.colours, light: { accent: '#4a1f63', text: '#ffffff' } }
    const properties = coloursAsProperties(colours)
    assert.equal(properties['--accent'], 'light-dark(#4a1f63, #86d3b3)')
    assert.ok(properties['--accent-soft']?.includes(`#4a1f63 ${Math.round(SOFT_SHARE * 100)}%`))
  })

  test('a stored value that is no colour reaches no style', () =>
    assert.deepEqual(
      coloursAsProperties({ ...VALUES.colours, light: { accent: 'url(//x)', text: '#ffffff' } }),
      {},
    ))
})
