/** Slugs, numbers of goods, choices and prices before: the rules that no store knows. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { productCreated } from '../../src/domain/audit.ts'
import { withGroup } from '../../src/domain/change_group.ts'
import { editProduct, newProduct } from '../../src/domain/change_product.ts'
import { choicesOf } from '../../src/domain/choices.ts'
import { isGtin, SLUG_LENGTH_MAX } from '../../src/domain/details.ts'
import { PRICE_CHANGES_MAX, type PricesBefore, recordPrice } from '../../src/domain/price_history.ts'
import { NO_REFERENCES } from '../../src/domain/references.ts'
import { isSlug, slugChoices, slugOf } from '../../src/domain/slug.ts'

const ID = '0190aaaa-0000-7000-8000-000000abcdef'
const STAMP = { by: 'root', at: '2026-01-01T00:00:00.000Z' }

suite('slugs', () => {
  for (const [name, slug] of [
    ['Café-Crème 2', 'cafe-creme-2'],
    ['Straßenlampe Ł', 'strassenlampe-l'],
    ['  A  &  B  ', 'a-b'],
    ['北欧 チェア', '北欧-チェア'],
    ['™', 'tm'],
    ['—', undefined],
  ] as const) {
    test(`of ${name}`, () => assert.equal(slugOf(name), slug))
  }

  test('of any name is valid, and so are the choices for a product', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (name) => {
        const slug = slugOf(name)
        assert.ok(slug === undefined || (isSlug(slug) && slug.length <= SLUG_LENGTH_MAX))
        for (const choice of slugChoices(name, ID)) assert.ok(isSlug(choice), choice)
      }),
    )
  })

  test('the other choices have letters of the id, so that one of them is free', () => {
    assert.deepEqual(slugChoices('Tea', ID), ['tea', 'tea-abcdef', ID])
    assert.deepEqual(slugChoices('—', ID), ['abcdef', ID])
    assert.ok(slugChoices('a'.repeat(200), ID).every((slug) => slug.length <= SLUG_LENGTH_MAX))
  })
})

test('a GTIN has a right check digit and one of four lengths', () => {
  for (const gtin of ['4006381333931', '036000291452', '96385074', '10614141000415'])
    assert.ok(isGtin(gtin), gtin)
  for (const gtin of ['4006381333932', '0', '12345', '', '400638133393x', '9638507', '4006381333931 ']) {
    assert.ok(!isGtin(gtin), gtin)
  }
})

suite('the lowest price before a reduction', () => {
  const DAY = 86_400_000
  const at = (day: number) => new Date(Date.UTC(2026, 0, 1) + day * DAY).toISOString()
  const asked = (minor: number, hidden = false) => ({ minor, hidden })
  const after = (...changes: [day: number, from: number, to: number][]) =>
    changes.reduce<PricesBefore>(
      (prices, [day, from, to]) => recordPrice(prices, asked(from), asked(to), at(day)),
      {
        changes: [],
        lowestMinor: null,
      },
    )

  test('counts every price that was in effect in the 30 days before, also one that began earlier', () => {
    assert.equal(after([1, 500, 900], [20, 900, 700]).lowestMinor, 500)
    // 500 ended on day 1, and 900 was in effect since.
    assert.equal(after([1, 500, 900], [31.5, 900, 700]).lowestMinor, 900)
    assert.equal(after([1, 500, 900]).lowestMinor, null)
    // 30 days of a calendar may have 721 hours, because of summer time.
    assert.equal(after([1, 500, 900], [31 + 0.9 / 24, 900, 700]).lowestMinor, 500)
    assert.equal(after([1, 500, 900], [31 + 1 / 24, 900, 700]).lowestMinor, 900)
  })

  test('equals a naive scan of all prices, and the list stays short', () => {
    const day = fc.integer({ min: 1, max: 20 })
    fc.assert(
      fc.property(fc.array(fc.tuple(day, fc.integer({ min: 1, max: 50 })), { maxLength: 40 }), (steps) => {
        let prices: PricesBefore = { changes: [], lowestMinor: null }
        let now = 0
        let price = 25
        const ended: { price: number; end: number }[] = []
        for (const [days, next] of steps) {
          if (next === price) continue
          now += days
          ended.push({ price, end: now })
          prices = recordPrice(prices, asked(price), asked(next), at(now))
          const naive = Math.min(...ended.filter(({ end }) => end >= now - 30).map((each) => each.price))
          assert.equal(prices.lowestMinor, next < price ? naive : null)
          price = next
        }
      }),
    )
  })

  test('counts no price of a draft, and each that ended because the product left sale', () => {
    const history = (...steps: [day: number, minor: number, hidden: boolean][]) => {
      let [prices, before]: [PricesBefore, ReturnType<typeof asked>] = [
        { changes: [], lowestMinor: null },
        asked(100, steps[0]![2]),
      ]
      for (const [day, minor, hidden] of steps) {
        const next = asked(minor, hidden)
        prices = recordPrice(prices, before, next, at(day))
        before = next
      }
      return prices.lowestMinor
    }
    // A typing error in a draft, that was never on sale.
    assert.equal(history([1, 1, true], [2, 900, true], [3, 900, false], [9, 700, false]), 900)
    assert.equal(history([1, 900, true], [2, 500, true], [3, 500, false]), null)
    // It left sale at 100, was made 50 as a draft, and came back.
    assert.equal(history([1, 100, false], [2, 100, true], [3, 50, true], [4, 50, false]), 100)
    assert.equal(history([1, 100, false], [2, 50, true], [3, 50, false]), 100)
    // That was longer ago than 30 days.
    assert.equal(history([1, 100, false], [2, 100, true], [40, 50, true], [41, 50, false]), null)
    // A reduction is one after a pause, too.
    assert.equal(history([1, 100, false], [2, 80, false], [3, 80, true], [4, 80, false]), 100)
  })

  test('a variant whose group leaves sale has had its price until then', () => {
    const tea = newProduct('1', { name: 'Tea', description: '', priceMinor: 900, stock: 1 }, STAMP).product
    const hidden = withGroup(tea, 'hidden', { by: 'root', at: at(5) })
    const cheaper = editProduct(hidden, { priceMinor: 700 }, undefined, { by: 'root', at: at(6) }).product
    assert.equal(withGroup(cheaper, 'shown', { by: 'root', at: at(7) }).details.prices.lowestMinor, 900)
  })

  test('a price that changes all the time keeps a bounded list, and never a higher lowest price', () => {
    const changes = Array.from({ length: 300 }, (_, i): [number, number, number] => [
      i / 100,
      1000 + i,
      999 + i,
    ])
    const { changes: kept, lowestMinor } = after(...changes)
    assert.equal(kept.length, PRICE_CHANGES_MAX)
    assert.equal(lowestMinor, 1000)
  })
})

test('choices equal a naive search of the variants', () => {
  const value = fc.constantFrom('a', 'b', 'c')
  const variants = fc.uniqueArray(
    fc.record({ id: fc.uuid(), optionValues: fc.tuple(value, value, value), inStock: fc.boolean() }),
    { selector: ({ optionValues }) => optionValues.join(), maxLength: 27 },
  )
  const chosen = fc.tuple(...Array.from({ length: 3 }, () => fc.option(value, { nil: undefined })))
  const options = ['x', 'y', 'z'].map((name) => ({ name, values: ['a', 'b', 'c'] }))
  fc.assert(
    fc.property(variants, chosen, (all, wanted) => {
      const found = choicesOf(options, all, wanted)
      for (const [i, { values }] of found.options.entries()) {
        for (const { value, exists, inStock } of values) {
          const fits = all.filter(({ optionValues }) =>
            optionValues.every((each, j) => (j === i ? each === value : (wanted[j] ?? each) === each)),
          )
          assert.deepEqual([exists, inStock], [fits.length > 0, fits.some((each) => each.inStock)])
        }
      }
      const exact = all.filter(({ optionValues }) => optionValues.every((each, j) => each === wanted[j]))
      assert.equal(found.variantId, exact[0]?.id ?? null)
      const suggested = all.find(({ id }) => id === found.suggestedId)
      const fitting = all.filter(({ optionValues }) =>
        optionValues.every((each, j) => (wanted[j] ?? each) === each),
      )
      assert.equal(suggested !== undefined, fitting.length > 0)
      if (suggested)
        assert.equal(
          suggested.inStock,
          fitting.some(({ inStock }) => inStock),
        )
    }),
  )
})

test('a slug that was chosen for a new product is in the audit log; one that follows from its name is not', () => {
  const stamp = { by: 'root', at: '2026-01-01T00:00:00.000Z' }
  const fields = { name: 'Tea', description: '', priceMinor: 1, stock: 0 }
  const recorded = (slug?: string) =>
    productCreated(
      newProduct(ID, { ...fields, details: slug === undefined ? {} : { slug } }, stamp, NO_REFERENCES)
        .product,
    )
      .flatMap(({ changes }) => changes)
      .filter(({ field }) => field === 'slug')
  assert.deepEqual(recorded(), [])
  assert.deepEqual(recorded('green-tea'), [{ field: 'slug', before: null, after: 'green-tea' }])
})
