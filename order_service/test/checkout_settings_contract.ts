/** What every store promises of the settings of the checkout (domain/checkout/ports.ts). */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import {
  type CheckoutSettings,
  DEFAULT_CHECKOUT_SETTINGS,
  UNCHANGED_SETTINGS,
} from '../src/domain/checkout_settings.ts'
import { type AuditedStores, entriesIn } from './audit_log_contract.ts'
import { AT, ROOT } from './samples.ts'

const STAMP = { by: ROOT, at: AT.toISOString() }
const GERMANY: CheckoutSettings = {
  ...DEFAULT_CHECKOUT_SETTINGS,
  taxRates: [{ taxClass: 'standard', country: 'DE', region: null, basisPoints: 1900 }],
}
const ADDED: CheckoutSettings = {
  pricesIncludeTax: false,
  taxRates: Array.from({ length: 9 }, (_, i) => ({
    ...{ taxClass: 'standard', country: `D${i}`, region: null, basisPoints: 100 * i },
  })),
  shippingMethods: [
    {
      ...{ id: 'post', names: { en: 'Post', de: 'Post' }, countries: [], taxClass: 'as_goods' },
      prices: [{ weightUpToGrams: null, goodsFromMinor: 0, priceMinor: 490 }],
    },
  ],
}

export function checkoutSettingsContract(
  name: string,
  open: (t: TestContext) => Promise<readonly [AuditedStores, AuditedStores]>,
) {
  suite(`settings of the checkout, ${name}`, () => {
    test('are the defaults at version 1, until they are changed for everyone', async (t) => {
      const [here, there] = await open(t)
      assert.deepEqual(await here.checkoutSettings.read(), UNCHANGED_SETTINGS)
      const changed = await here.checkoutSettings.change(GERMANY, [1], STAMP)
      assert.deepEqual(changed, { settings: GERMANY, version: 2, updatedAt: STAMP.at })
      assert.deepEqual(await there.checkoutSettings.read(), changed)
      const again = await there.checkoutSettings.change(ADDED, undefined, STAMP)
      assert.deepEqual(await here.checkoutSettings.read(), again)
      assert.equal(again.version, 3)
    })

    test('of two changes of one version one is refused, with what is there (invariant 7)', async (t) => {
      const [here, there] = await open(t)
      const changed = await here.checkoutSettings.change(GERMANY, [1], STAMP)
      await assert.rejects(there.checkoutSettings.change(ADDED, [1], STAMP), {
        code: 'settings_changed',
        payload: { current: changed },
      })
      assert.deepEqual(await there.checkoutSettings.read(), changed)
      // A request that got no answer is repeated.
      assert.deepEqual(await here.checkoutSettings.change(GERMANY, [1], STAMP), changed)
      assert.equal((await entriesIn(there)).length, 1)
    })

    test('the audit log has each rate and each method that differs, in entries of a few', async (t) => {
      const [here, there] = await open(t)
      await here.checkoutSettings.change(GERMANY, undefined, STAMP)
      const [first] = await entriesIn(there)
      assert.deepEqual(
        [first!.by, first!.action, first!.subject.id],
        [ROOT, 'checkout.settings_changed', 'checkout'],
      )
      assert.deepEqual(first!.changes, [{ field: 'tax_rates DE standard', before: null, after: '19 %' }])
      await here.checkoutSettings.change(ADDED, undefined, STAMP)
      const [...entries] = (await entriesIn(there)).filter(({ id }) => id !== first!.id)
      assert.deepEqual(
        entries.map(({ changes }) => changes.length).sort((a, b) => b - a),
        [8, 4],
      )
      const fields = entries.flatMap(({ changes }) => changes).map(({ field, after }) => `${field}: ${after}`)
      for (const wanted of [
        'prices_include_tax: false',
        'tax_rates DE standard: null',
        'tax_rates D8 standard: 8 %',
      ]) {
        assert.ok(fields.includes(wanted), wanted)
      }
    })
  })
}
