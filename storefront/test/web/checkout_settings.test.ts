/** Taxes and shipping as an admin types them. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ShopProblem } from '@shop/client/problem'
import * as service from '@shop/order_service/domain/checkout_settings'
import { type Draft, draftOf, hasGap, readDraft, type Wanted } from '../../web/src/admin/checkout/draft.ts'
import { changedSections, merged } from '../../web/src/admin/checkout/merge.ts'
import { basisPointsOf, percentOf } from '../../web/src/admin/checkout/percent.ts'
import { refusedPaths } from '../../web/src/admin/checkout/refused_paths.ts'
import { SHIPPING_CLASSES, TAX_CLASSES } from '../../web/src/admin/checkout/tax_classes.ts'

const EUROS = { currency: 'EUR', currency_digits: 2 }
const SETTINGS: Wanted = {
  prices_include_tax: true,
  tax_rates: [
    { tax_class: 'standard', country: 'DE', region: null, basis_points: 1900 },
    { tax_class: 'reduced', country: 'DE', region: null, basis_points: 700 },
    { tax_class: 'standard', country: 'US', region: null, basis_points: 0 },
    { tax_class: 'standard', country: 'US', region: 'CA', basis_points: 725 },
  ],
  shipping_methods: [
    {
      id: 'parcel',
      names: { en: 'Parcel', de: 'Paket' },
      countries: ['DE', 'AT'],
      tax_class: 'as_goods',
      prices: [
        { weight_up_to_grams: 2_000, goods_from: '0.00', price: '4.90' },
        { weight_up_to_grams: null, goods_from: '50.00', price: '0.00' },
      ],
    },
  ],
}

suite('a rate in percent', () => {
  for (const [text, points] of [
    ['19', 1900],
    ['7.7', 770],
    ['7,70', 770],
    ['8.25', 825],
    [' 0.05 % ', 5],
    ['0', 0],
    ['100', 10_000],
    ['007', 700],
  ] as const) {
    test(`“${text}” is ${points}`, () => assert.equal(basisPointsOf(text), points))
  }
  for (const text of ['', '-1', '8.255', '100.01', '1e1', '1.', '.5', '19 percent', '1.2.3']) {
    test(`“${text}” is none`, () => assert.equal(basisPointsOf(text), undefined))
  }
  test('each of all rates is the same after it was shown and read', () => {
    for (let points = 0; points <= 10_000; points++) assert.equal(basisPointsOf(percentOf(points)), points)
  })
})

suite('the form of taxes and shipping', () => {
  const faultsOf = (change: (draft: Draft) => Draft) => readDraft(change(draftOf(SETTINGS)), EUROS).faults
  const withRate = (at: number, next: object) => (draft: Draft) => ({
    ...draft,
    rates: draft.rates.map((rate, i) => (i === at ? { ...rate, ...next } : rate)),
  })
  const withMethod = (next: object) => (draft: Draft) => ({
    ...draft,
    methods: draft.methods.map((method) => ({ ...method, ...next })),
  })
  const withBand = (at: number, next: object) => (draft: Draft) => ({
    ...draft,
    methods: draft.methods.map((method) => ({
      ...method,
      bands: method.bands.map((band, i) => (i === at ? { ...band, ...next } : band)),
    })),
  })

  test('what was not touched is sent as it was read', () =>
    assert.deepEqual(readDraft(draftOf(SETTINGS), EUROS), { wanted: SETTINGS, faults: {} }))

  test('letters of countries, spaces and decimal commas are as people type them', () => {
    const draft = withMethod({ countries: ' de; at\nde ' })(
      withRate(0, { country: ' de', percent: '20,5 %' })(draftOf(SETTINGS)),
    )
    const { wanted, faults } = readDraft(draft, EUROS)
    assert.deepEqual(faults, {})
    assert.deepEqual(wanted.tax_rates[0], { ...SETTINGS.tax_rates[0], basis_points: 2050 })
    assert.deepEqual(wanted.shipping_methods[0]?.countries, ['DE', 'AT'])
  })

  for (const [what, change, path] of [
    ['a country that is none', withRate(1, { country: 'XX' }), '/tax_rates/1/country'],
    ['a region with spaces', withRate(3, { region: 'C A' }), '/tax_rates/3/region'],
    ['three decimals', withRate(0, { percent: '19.123' }), '/tax_rates/0/basis_points'],
    ['a rate that is there already', withRate(1, { tax_class: 'standard' }), '/tax_rates/1/country'],
    [
      'a country without its standard rate',
      withRate(0, { tax_class: 'super_reduced' }),
      '/tax_rates/0/country',
    ],
    ['an identifier with spaces', withMethod({ id: 'My parcel' }), '/shipping_methods/0/id'],
    ['a method without a name', withMethod({ de: ' ' }), '/shipping_methods/0/names/de'],
    ['countries that are none', withMethod({ countries: 'DE, EU' }), '/shipping_methods/0/countries'],
    ['a method without a price', withMethod({ bands: [] }), '/shipping_methods/0/prices'],
    ['half a gram', withBand(0, { weight: '0.5' }), '/shipping_methods/0/prices/0/weight_up_to_grams'],
    [
      'a weight beyond the limit',
      withBand(0, { weight: '1000000001' }),
      '/shipping_methods/0/prices/0/weight_up_to_grams',
    ],
    ['a price that is no amount', withBand(1, { price: 'free' }), '/shipping_methods/0/prices/1/price'],
    ['tenths of a cent', withBand(1, { from: '1.001' }), '/shipping_methods/0/prices/1/goods_from'],
    [
      'the same condition twice',
      withBand(1, { weight: '2000', from: '0' }),
      '/shipping_methods/0/prices/1/goods_from',
    ],
  ] as const) {
    test(`${what} is found at its field`, () => assert.equal(Object.keys(faultsOf(change))[0], path))
  }

  test('two ways of shipping have two identifiers', () => {
    const twice = (draft: Draft) => ({ ...draft, methods: [...draft.methods, ...draft.methods] })
    assert.deepEqual(Object.keys(faultsOf(twice)), ['/shipping_methods/1/id'])
  })

  test('a row for every order leaves no gap', () => {
    const [method] = draftOf(SETTINGS).methods
    assert.equal(hasGap(method!), true)
    assert.equal(hasGap(withBand(1, { from: '0,00' })(draftOf(SETTINGS)).methods[0]!), false)
  })

  test('what the service refuses is shown at its field, and the rest in a notice', () => {
    const refused = (path: string) =>
      new ShopProblem('validation_failed', 'no', { document: { errors: [{ path, message: 'x' }] } as never })
    assert.deepEqual(Object.keys(refusedPaths(refused('/tax_rates/3/region')) ?? {}), ['/tax_rates/3/region'])
    assert.equal(refusedPaths(refused('/version')), undefined)
    assert.equal(refusedPaths(new Error('x')), undefined)
  })

  test('the tax classes are those of the service', () => {
    assert.deepEqual(TAX_CLASSES, service.TAX_CLASSES)
    assert.deepEqual([...SHIPPING_CLASSES].toSorted(), [...service.TAX_CLASSES, service.AS_GOODS].toSorted())
  })
})

suite('two admins at taxes and shipping', () => {
  const [first, second, ...others] = SETTINGS.tax_rates
  const [parcel] = SETTINGS.shipping_methods
  const mine = { ...SETTINGS, tax_rates: [{ ...first!, basis_points: 1600 }, second!, ...others] }

  test('what only they changed stays, and so does what only I changed', () => {
    const theirs = {
      prices_include_tax: false,
      tax_rates: [first!, { ...second!, basis_points: 500 }, ...others],
      shipping_methods: [parcel!, { ...parcel!, id: 'express' }],
    }
    assert.deepEqual(changedSections(SETTINGS, mine), ['tax_rates'])
    assert.deepEqual(merged(SETTINGS, mine, theirs), {
      prices_include_tax: false,
      tax_rates: [{ ...first!, basis_points: 1600 }, { ...second!, basis_points: 500 }, ...others],
      shipping_methods: theirs.shipping_methods,
    })
  })

  test('where both changed the same, mine is saved, which its admin sees', () => {
    const theirs = { ...SETTINGS, tax_rates: [{ ...first!, basis_points: 2000 }, second!, ...others] }
    assert.deepEqual(merged(SETTINGS, mine, theirs), mine)
  })

  test('what one of them removed is gone, unless the other changed it', () => {
    const without = { ...SETTINGS, tax_rates: [first!, ...others] }
    assert.deepEqual(merged(SETTINGS, SETTINGS, without), without)
    assert.deepEqual(merged(SETTINGS, without, SETTINGS), without)
    const changed = { ...SETTINGS, tax_rates: [first!, { ...second!, basis_points: 500 }, ...others] }
    assert.deepEqual(merged(SETTINGS, changed, without).tax_rates.length, SETTINGS.tax_rates.length)
  })
})
