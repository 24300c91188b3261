import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DEFAULT_SETTINGS } from '@shop/product_service/domain/shop_settings'
import type { Content } from '../../src/pages/content.ts'
import { fillPage } from '../../src/pages/index_page.ts'
import { renderPage } from '../../src/pages/render_page.ts'
import { viewOf } from '../../src/pages/view.ts'

const HOSTILE = `$&$'</title></script><!--<script>"' onload=x <h1>\u202e\u2028\ud800]]>`
const INDEX = '<html lang="en"><head><!--head--><!--/head--></head><body><div id="root"></div></body></html>'

const picture = (id: string, more = {}) => ({
  ...{ id: `${id}"><h1>`, alt: HOSTILE, width: 900, height: 600 },
  ...{ blur: 'data:image/webp;base64,AAAA', focus: { x: 20, y: 80 } },
  ...more,
})
const product = (media: readonly object[]) => ({
  ...{
    id: 'p',
    slug: 'a"><h1>',
    name: HOSTILE,
    description: HOSTILE,
    sku: HOSTILE,
    option_values: [HOSTILE],
  },
  ...{ price: '1.00', compare_at_price: null, currency: 'EUR', currency_digits: 2, stock: 1 },
  ...{ media, categories: [], attributes: { [HOSTILE]: [HOSTILE] } },
})
const category = { id: 'c', slug: 'a"><h1>', name: HOSTILE, description: HOSTILE }
const above = [category]

function rendered(content: object) {
  const lines = { en: HOSTILE, de: HOSTILE }
  const names = { name: HOSTILE, tagline: lines, announcement: lines }
  const logo = { logo_media_id: 'l"><h1>', logo: { width: 300, height: 50 } }
  const settings = { ...DEFAULT_SETTINGS, ...names, ...logo, version: 1, updated_at: null }
  const view = viewOf(settings as never, 'en', 'https://shop.example')
  return renderPage(fillPage(INDEX, {})!, { view, content: content as Content, canonical: '/' })
}

suite('the top of a served page', () => {
  const pages = {
    product: { kind: 'product', above, product: product([picture('a'), picture('b')]) },
    'product without a picture': { kind: 'product', above, product: product([]) },
    home: { kind: 'list', above: [], home: true, next: null, items: [] },
    category: { kind: 'list', above, home: false, next: null, items: [], category },
  }
  for (const [name, content] of Object.entries(pages)) {
    test(`${name}: no name ends an element or an attribute, and there is one heading`, () => {
      const { text } = rendered(content)
      const count = (what: string) => text.split(what).length - 1
      assert.deepEqual([count('<h1'), count('<main'), count('<title'), count('<!--')], [1, 1, 1, 0])
      const scripts = /<script type="application\/(ld\+)?json"/g
      assert.equal(count('<script'), text.match(scripts)!.length)
      assert.equal(count('<script'), count('</script>'))
      assert.doesNotMatch(text.replaceAll(/"[^"]*"/g, '""'), /<[a-z][^<>]* onload=/)
    })
  }

  test('a style has what is expected of a picture, or nothing', () => {
    const styled = (more: object) =>
      rendered({ ...pages.product, product: product([picture('a', more)]) }).styles
    assert.equal(styled({}).length, 1)
    assert.deepEqual(styled({ blur: 'data:image/webp;base64,")}</style>' }), [])
    assert.deepEqual(styled({ focus: { x: '1%}', y: 1 } }), [])
  })

  test('what is empty until the app fills it is not announced, and not shown without scripts', () => {
    const places = (content: object) =>
      [...rendered(content).text.matchAll(/<(\w+)([^>]*) class="served-places /g)].map(
        ([, kind, more]) => kind! + more,
      )
    assert.deepEqual(places(pages.product), ['ul aria-hidden="true"'])
    assert.deepEqual(places(pages['product without a picture']), ['div'])
    assert.deepEqual(places(pages.home), ['div aria-hidden="true"'])
  })
})
