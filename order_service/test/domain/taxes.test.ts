/** The arithmetic of taxes (domain/checkout/taxes.ts), by invariant. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { BASIS_POINTS_MAX, spread, sumsByRate, taxOf } from '../../src/domain/taxes.ts'

const AMOUNT_MAX = 1_000_000_000_000_000
const amount = fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: AMOUNT_MAX }))
const rate = fc.integer({ min: 0, max: BASIS_POINTS_MAX })

suite('the tax of an amount', () => {
  const cases: [string, number, number, boolean, number, number][] = [
    ['19 % of 19.99, included', 1999, 1900, true, 1680, 319],
    ['19 % of 19.99, added', 1999, 1900, false, 1999, 380],
    ['half a cent is rounded up: 5 % of 0.10, added', 10, 500, false, 10, 1],
    ['less than half is rounded down: 4.9 % of 0.10, added', 10, 490, false, 10, 0],
    ['half a cent, included: 100 % of 0.03', 3, 10_000, true, 1, 2],
    ['no tax', 1999, 0, true, 1999, 0],
    ['nothing', 0, 1900, true, 0, 0],
    ['the largest amount', AMOUNT_MAX, 1900, true, 840_336_134_453_782, 159_663_865_546_218],
  ]
  for (const [what, minor, basisPoints, isIncluded, netMinor, taxMinor] of cases) {
    test(what, () => {
      assert.deepEqual(taxOf(minor, basisPoints, isIncluded), {
        ...{ basisPoints, netMinor, taxMinor, grossMinor: netMinor + taxMinor },
      })
    })
  }

  test('1, 2: net + tax = gross, whole, and no other whole tax is nearer (property)', () => {
    fc.assert(
      fc.property(amount, rate, fc.boolean(), (minor, basisPoints, isIncluded) => {
        const { netMinor, taxMinor, grossMinor } = taxOf(minor, basisPoints, isIncluded)
        assert.equal(netMinor + taxMinor, grossMinor)
        assert.ok([netMinor, taxMinor, grossMinor].every((each) => Number.isSafeInteger(each) && each >= 0))
        assert.equal(isIncluded ? grossMinor : netMinor, minor)
        const base = BigInt(isIncluded ? BASIS_POINTS_MAX + basisPoints : BASIS_POINTS_MAX)
        const off = 2n * (BigInt(taxMinor) * base - BigInt(minor) * BigInt(basisPoints))
        // Half up: at most half a unit too high, and less than half a unit too low.
        assert.ok(off <= base && off > -base)
      }),
    )
  })
})

suite('what belongs to several lines', () => {
  const cases: [string, number, number[], number[]][] = [
    ['in proportion', 100, [1, 3], [25, 75]],
    ['the largest remainder gets the unit that is left', 100, [1, 1, 1], [34, 33, 33]],
    ['not the first, if its remainder is smaller', 10, [33, 34, 33], [3, 4, 3]],
    ['several units are left', 5, [1, 1, 1], [2, 2, 1]],
    ['lines that cost nothing have no share', 7, [0, 5], [0, 7]],
    ['all lines cost nothing', 7, [0, 0], [4, 3]],
    ['nothing', 0, [2, 3], [0, 0]],
  ]
  for (const [what, minor, weights, shares] of cases) {
    test(what, () => assert.deepEqual(spread(minor, weights), shares))
  }

  test('3: the shares add up, and each is its exact share rounded up or down (property)', () => {
    const weights = fc.array(amount, { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(amount, weights, (minor, given) => {
        const shares = spread(minor, given)
        assert.equal(shares.length, given.length)
        assert.equal(
          shares.reduce((sum, share) => sum + BigInt(share), 0n),
          BigInt(minor),
        )
        const all = given.reduce((sum, weight) => sum + BigInt(weight), 0n)
        if (all === 0n) return
        for (const [i, share] of shares.entries()) {
          const exact = BigInt(minor) * BigInt(given[i]!)
          assert.ok(BigInt(share) * all > exact - all && BigInt(share) * all < exact + all)
        }
      }),
    )
  })
})

test('sums by rate: the highest first, each rate once', () => {
  const sums = sumsByRate([taxOf(100, 700, true), taxOf(1999, 1900, true), taxOf(50, 700, true)])
  assert.deepEqual(
    sums.map(({ basisPoints, grossMinor }) => [basisPoints, grossMinor]),
    [
      [1900, 1999],
      [700, 150],
    ],
  )
  const [, reduced] = sums
  assert.equal(reduced!.netMinor + reduced!.taxMinor, 150)
})
