/** Quotes (domain/checkout/quote.ts) and the settings they follow from (settings.ts). */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { isAt } from '../../src/domain/checkout.ts'
import { readCheckout } from '../../src/domain/checkout_record.ts'
import {
  type CheckoutSettings,
  needsRegion,
  rateAt,
  type ShippingMethod,
  settingsFault,
  shippingTo,
  TAX_CLASSES,
  type TaxRate,
} from '../../src/domain/checkout_settings.ts'
import { checkoutOf, makeQuote, type Offer, priced, TOTAL_MINOR_MAX } from '../../src/domain/quote.ts'
import { readFacts } from '../../src/domain/quote_record.ts'
import { BUYER, MUG, PEN } from '../samples.ts'

const rate = (
  taxClass: TaxRate['taxClass'],
  country: string,
  basisPoints: number,
  region: string | null = null,
) => ({
  ...{ taxClass, country, region, basisPoints },
})
const method = (id: string, changes: Partial<ShippingMethod> = {}): ShippingMethod => ({
  id,
  names: { en: id, de: id },
  countries: [],
  taxClass: 'standard',
  prices: [{ weightUpToGrams: null, goodsFromMinor: 0, priceMinor: 490 }],
  ...changes,
})
const SETTINGS: CheckoutSettings = {
  pricesIncludeTax: true,
  taxRates: [
    rate('standard', 'DE', 1900),
    rate('reduced', 'DE', 700),
    rate('standard', 'US', 0),
    rate('standard', 'US', 725, 'CA'),
  ],
  shippingMethods: [
    method('post', { countries: ['DE', 'AT'] }),
    method('courier', { countries: ['DE'], taxClass: 'as_goods' }),
  ],
}
const offer = (unitPriceMinor: number, changes: Partial<Offer> = {}): Offer => ({
  ...{ name: 'Mug', unitPriceMinor, taxClass: 'standard', weightGrams: 300, available: 9 },
  ...changes,
})
const DE = { country: 'DE', region: null }
const OFFERS = new Map([
  [MUG, offer(1999)],
  [PEN, offer(250, { taxClass: 'reduced', weightGrams: null })],
])
const LINES = [
  { productId: MUG, quantity: 2 },
  { productId: PEN, quantity: 3 },
]
const quote = (changes: object = {}, settings = SETTINGS) =>
  makeQuote(settings, 'USD', OFFERS, { lines: LINES, place: DE, shippingMethod: undefined, ...changes })

suite('the rate of a class at a place', () => {
  const cases: [string, string, string | null, number][] = [
    ['standard', 'DE', null, 1900],
    ['reduced', 'DE', null, 700],
    ['zero', 'DE', null, 0],
    ['super_reduced', 'DE', null, 1900],
    ['standard', 'CH', null, 0],
    ['standard', 'US', 'CA', 725],
    ['standard', 'US', 'NV', 0],
    ['reduced', 'US', 'CA', 725],
  ]
  for (const [taxClass, country, region, basisPoints] of cases) {
    test(`${taxClass} in ${country} ${region ?? ''}: ${basisPoints}`, () =>
      assert.equal(rateAt(SETTINGS, taxClass as never, { country, region }), basisPoints))
  }

  test('only where taxes depend on it is a region needed', () => {
    assert.deepEqual([needsRegion(SETTINGS, 'US'), needsRegion(SETTINGS, 'DE')], [true, false])
  })
})

suite('settings that do not fit together', () => {
  const cases: [string, Partial<CheckoutSettings>, string | undefined][] = [
    ['none', {}, undefined],
    ['a rate twice', { taxRates: [rate('standard', 'DE', 1), rate('standard', 'DE', 2)] }, '/tax_rates/1'],
    ['no standard rate', { taxRates: [rate('reduced', 'DE', 700)] }, '/tax_rates/0/country'],
    ['of a region alone', { taxRates: [rate('standard', 'US', 1, 'CA')] }, '/tax_rates/0/country'],
    [
      'a method twice',
      { shippingMethods: [method('a'), method('b'), method('a')] },
      '/shipping_methods/2/id',
    ],
  ]
  for (const [what, changes, path] of cases) {
    test(what, () => assert.equal(settingsFault({ ...SETTINGS, ...changes })?.path, path))
  }
})

suite('ways of shipping', () => {
  const prices = [
    { weightUpToGrams: 1_000, goodsFromMinor: 0, priceMinor: 490 },
    { weightUpToGrams: 5_000, goodsFromMinor: 0, priceMinor: 990 },
    { weightUpToGrams: null, goodsFromMinor: 5_000, priceMinor: 0 },
  ]
  const settings = { ...SETTINGS, shippingMethods: [method('post', { countries: ['DE'], prices })] }
  const cases: [string, string, number, number, number | undefined][] = [
    ['a light parcel', 'DE', 1_000, 100, 490],
    ['a gram more', 'DE', 1_001, 100, 990],
    ['too heavy', 'DE', 5_001, 4_999, undefined],
    ['free above an amount, at any weight', 'DE', 9_000, 5_000, 0],
    ['not there', 'FR', 100, 9_000, undefined],
  ]
  for (const [what, country, weightGrams, minor, price] of cases) {
    test(what, () => {
      const offered = shippingTo(settings, { country, region: null }, { weightGrams, minor })
      assert.deepEqual(
        offered.map(({ priceMinor }) => priceMinor),
        price === undefined ? [] : [price],
      )
    })
  }
})

suite('a quote', () => {
  test('has lines, shipping, taxes by rate and a total', () => {
    const { facts, priced, isComplete } = quote({ shippingMethod: 'post' })
    assert.deepEqual(
      priced.lines.map(({ netMinor, taxMinor, grossMinor }) => [netMinor, taxMinor, grossMinor]),
      [
        [3360, 638, 3998],
        [701, 49, 750],
      ],
    )
    assert.deepEqual([priced.goodsMinor, priced.totalMinor, isComplete], [4748, 5238, true])
    assert.deepEqual(
      priced.taxes.map(({ basisPoints, taxMinor, grossMinor }) => [basisPoints, taxMinor, grossMinor]),
      [
        [1900, 716, 4488],
        [700, 49, 750],
      ],
    )
    assert.deepEqual(facts.shipping, {
      method: 'post',
      names: { en: 'post', de: 'post' },
      priceMinor: 490,
      basisPoints: 1900,
    })
  })

  test('without tax in prices, taxes are added', () => {
    const { priced } = quote({ shippingMethod: 'post' }, { ...SETTINGS, pricesIncludeTax: false })
    assert.deepEqual([priced.netMinor, priced.taxMinor, priced.totalMinor], [5238, 760 + 53 + 93, 6144])
  })

  test('shipping that is taxed as the goods is spread over their rates', () => {
    const { priced } = quote({ shippingMethod: 'courier' })
    assert.deepEqual(
      priced.shipping.map(({ basisPoints, grossMinor }) => [basisPoints, grossMinor]),
      [
        [1900, 413],
        [700, 77],
      ],
    )
  })

  test('3: is complete with a way of shipping, or in a shop that has none', () => {
    assert.equal(quote().isComplete, false)
    assert.equal(quote({}, { ...SETTINGS, shippingMethods: [] }).isComplete, true)
    const elsewhere = quote({ place: { country: 'FR', region: null } })
    assert.deepEqual([elsewhere.isComplete, elsewhere.shippingMethods], [false, []])
  })

  test('a region counts only where taxes depend on it', () => {
    assert.deepEqual(quote({ place: { country: 'DE', region: 'BE' } }).facts.place, DE)
    const place = { country: 'US', region: 'CA' }
    assert.deepEqual(quote({ place }).facts.place, place)
    const address = { ...BUYER.address, country: 'US', region: 'CA' }
    assert.deepEqual(
      [isAt(address, place), isAt({ ...address, region: 'NV' }, place), isAt(BUYER.address, place)],
      [true, false, false],
    )
    assert.equal(isAt({ ...BUYER.address, region: 'BE' }, DE), true)
  })

  test('an unknown product, and a way that does not go there, are refused with what there is', () => {
    const lines = [...LINES, { productId: 'x', quantity: 1 }]
    assert.throws(() => quote({ lines }), { code: 'products_unknown', payload: { unknownProducts: ['x'] } })
    const france = { place: { country: 'AT', region: null }, shippingMethod: 'courier' }
    assert.throws(() => quote(france), {
      code: 'shipping_method_unavailable',
      payload: { offered: ['post'] },
    })
  })

  test('the largest total is possible, and one unit more is refused', () => {
    const most = (unitPriceMinor: number) =>
      makeQuote({ ...SETTINGS, shippingMethods: [] }, 'USD', new Map([[MUG, offer(unitPriceMinor)]]), {
        lines: [{ productId: MUG, quantity: 1 }],
        ...{ place: DE, shippingMethod: undefined },
      })
    assert.equal(most(TOTAL_MINOR_MAX).priced.totalMinor, TOTAL_MINOR_MAX)
    assert.throws(() => most(TOTAL_MINOR_MAX + 1), { code: 'total_too_large' })
    const added = { ...SETTINGS, pricesIncludeTax: false, shippingMethods: [] }
    assert.throws(
      () =>
        makeQuote(added, 'USD', new Map([[MUG, offer(TOTAL_MINOR_MAX)]]), {
          lines: [{ productId: MUG, quantity: 1 }],
          ...{ place: DE, shippingMethod: undefined },
        }),
      { code: 'total_too_large' },
    )
  })
})

const someSettings = fc
  .record({
    pricesIncludeTax: fc.boolean(),
    rates: fc.tuple(...[1, 2, 3, 4].map(() => fc.integer({ min: 0, max: 10_000 }))),
    taxClass: fc.constantFrom(...TAX_CLASSES, 'as_goods' as const),
    priceMinor: fc.integer({ min: 0, max: 10_000 }),
  })
  .map(
    ({ pricesIncludeTax, rates, taxClass, priceMinor }): CheckoutSettings => ({
      pricesIncludeTax,
      taxRates: TAX_CLASSES.slice(0, 4).map((each, i) => rate(each as 'standard', 'DE', rates[i]!)),
      shippingMethods: [
        method('post', { taxClass, prices: [{ weightUpToGrams: null, goodsFromMinor: 0, priceMinor }] }),
      ],
    }),
  )
const someGoods = fc.uniqueArray(
  fc.record({
    productId: fc.uuid(),
    quantity: fc.integer({ min: 1, max: 10_000 }),
    unitPriceMinor: fc.integer({ min: 0, max: 1_000_000 }),
    taxClass: fc.constantFrom(...TAX_CLASSES),
  }),
  { minLength: 1, maxLength: 50, selector: ({ productId }) => productId },
)

test('1, 2: what is charged is what was shown and what is stored, to the cent (property)', () => {
  fc.assert(
    fc.property(someSettings, someGoods, (settings, goods) => {
      const offers = new Map(
        goods.map(({ productId, unitPriceMinor, taxClass }) => [
          productId,
          offer(unitPriceMinor, { taxClass }),
        ]),
      )
      const { facts, priced: shown } = makeQuote(settings, 'USD', offers, {
        lines: goods.map(({ productId, quantity }) => ({ productId, quantity })),
        ...{ place: DE, shippingMethod: 'post' },
      })
      const amounts = [...shown.lines, ...shown.shipping]
      for (const { netMinor, taxMinor, grossMinor } of amounts) assert.equal(netMinor + taxMinor, grossMinor)
      const sum = (pick: (each: (typeof amounts)[number]) => number, of = amounts) =>
        of.reduce((total, each) => total + pick(each), 0)
      assert.equal(
        sum((each) => each.grossMinor),
        shown.totalMinor,
      )
      assert.equal(
        sum((each) => each.grossMinor, [...shown.taxes]),
        shown.totalMinor,
      )
      assert.equal(shown.netMinor + shown.taxMinor, shown.totalMinor)
      const shipping = facts.shipping!.priceMinor
      assert.equal(settings.pricesIncludeTax ? shown.totalMinor : shown.netMinor, shown.goodsMinor + shipping)
      const sent = readFacts(JSON.parse(JSON.stringify(facts)))
      assert.deepEqual(priced(sent), shown)
      const stored = readCheckout(JSON.parse(JSON.stringify(checkoutOf(sent, 'hash', BUYER))))
      assert.equal(stored.totalMinor, shown.totalMinor)
      assert.equal(JSON.stringify(stored), JSON.stringify(checkoutOf(facts, 'hash', BUYER)))
    }),
    { numRuns: 50 },
  )
})
