/** What every store promises of the shop's settings (src/domain/change_shop_settings.ts). */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DEFAULT_SETTINGS, UNCHANGED } from '../src/domain/shop_settings.ts'
import { recorded } from './audit_log_contract.ts'
import { someMedia } from './media_contract.ts'
import { AT, type MakeStores, STAMP } from './worlds.ts'

const NEVER = '2099-01-01T00:00:00.000Z'

export function shopContract(name: string, makeStores: MakeStores) {
  suite(`settings of the shop, ${name}`, () => {
    test('a shop that never changed anything has the defaults, at version 1', async (t) => {
      const [{ shop }] = await makeStores(t)
      assert.deepEqual(await shop.read(), UNCHANGED)
    })

    test('a patch changes what it names, at any depth, for everyone; lists are replaced', async (t) => {
      const [{ shop }, other] = await makeStores(t)
      const address = ['Lane 1', 'Town']
      await shop.change({ contact: { phone: '+1 2', address } }, [1], STAMP)
      const changed = await shop.change(
        { name: 'Hare', contact: { address: ['Lane 2'] }, legal: { imprint: { text: { de: '# Wir' } } } },
        [2],
        STAMP,
      )
      const { contact, legal } = DEFAULT_SETTINGS
      const settings = {
        ...DEFAULT_SETTINGS,
        name: 'Hare',
        contact: { ...contact, phone: '+1 2', address: ['Lane 2'] },
        legal: { ...legal, imprint: { ...legal.imprint, text: { en: '', de: '# Wir' } } },
      }
      assert.deepEqual(changed, { settings, logo: null, version: 3, updatedAt: AT })
      assert.deepEqual(await other.shop.read(), changed)
    })

    test('the audit log has each field, before and after', async (t) => {
      const [{ shop }, other] = await makeStores(t)
      await shop.change({ name: 'Hare', colours: { light: { accent: '#000000' } } }, undefined, STAMP)
      assert.deepEqual(await recorded(other), [
        [
          'root',
          'shop.settings_changed',
          'shop',
          'name: Fairhold -> Hare',
          'colours.light.accent: #17573f -> #000000',
        ],
      ])
    })

    test('a change of many fields has several entries', async (t) => {
      const [{ shop }, other] = await makeStores(t)
      const title = { en: 'A', de: 'B' }
      const pages = ['imprint', 'privacy', 'terms', 'withdrawal', 'shipping'] as const
      await shop.change(
        { legal: Object.fromEntries(pages.map((page) => [page, { title }])) },
        undefined,
        STAMP,
      )
      const fields = (await recorded(other)).map((entry) => entry.length - 3)
      assert.deepEqual(fields, [8, 2])
    })

    test('a change that changes nothing makes no version and no entry', async (t) => {
      const [stores] = await makeStores(t)
      assert.deepEqual(await stores.shop.change({ name: 'Fairhold' }, [1], STAMP), UNCHANGED)
      assert.deepEqual(await recorded(stores), [])
    })

    test('a version that is not the current one is refused with the current settings (7)', async (t) => {
      const [{ shop }, other] = await makeStores(t)
      const current = await shop.change({ name: 'Hare' }, [1], STAMP)
      await assert.rejects(other.shop.change({ name: 'Fox' }, [1], STAMP), {
        code: 'settings_changed',
        payload: { current },
      })
      assert.deepEqual(await shop.read(), current)
    })

    test('a logo is a picture that is there, is read with its size, and is not removed while it is the logo (4)', async (t) => {
      const [stores, other] = await makeStores(t)
      const { shop, media } = stores
      const [first, second] = [someMedia(), someMedia({ width: 300, height: 100 })]
      for (const each of [first, second]) await media.records.addOnce(each)
      const missing = 'f'.repeat(64)
      await assert.rejects(shop.change({ logo_media_id: missing }, undefined, STAMP), {
        code: 'media_unknown',
        payload: { picture: missing },
      })
      assert.deepEqual([await shop.read(), await recorded(stores)], [UNCHANGED, []])

      const chosen = await shop.change({ logo_media_id: first.id }, [1], STAMP)
      assert.deepEqual([chosen.version, chosen.logo], [2, { width: 640, height: 480 }])
      assert.deepEqual(await other.shop.read(), chosen)
      assert.equal(await media.records.removeUnused(first.id, NEVER), false)
      await other.shop.change({ name: 'Hare' }, [2], STAMP)
      assert.equal(await media.records.removeUnused(first.id, NEVER), false, 'another change leaves it')

      const changed = await shop.change({ logo_media_id: second.id }, [3], STAMP)
      assert.deepEqual(changed.logo, { width: 300, height: 100 })
      assert.equal(await media.records.removeUnused(first.id, NEVER), true)
      assert.equal(await media.records.removeUnused(second.id, NEVER), false)
      const none = await shop.change({ logo_media_id: null }, [4], STAMP)
      assert.deepEqual([none.logo, (await other.shop.read()).logo], [null, null])
      assert.equal(await media.records.removeUnused(second.id, NEVER), true)
    })

    test('settings that do not go together are refused, and nothing is stored', async (t) => {
      const [stores] = await makeStores(t)
      const { shop } = stores
      for (const [patch, path] of [
        [{ languages: ['de'] }, '/default_language'],
        [{ legal: { terms: { slug: 'imprint' } } }, '/legal/terms/slug'],
        [{ colours: { light: { text: '#17573f' } } }, '/colours/light/text'],
        [{ colours: { dark: { accent: '#333333', text: '#ffffff' } } }, '/colours/dark/accent'],
      ] as const) {
        await assert.rejects(
          shop.change(patch, undefined, STAMP),
          (error: Error & { payload?: { path: string } }) => {
            assert.equal((error as { code?: string }).code, 'settings_refused')
            return error.payload?.path === path
          },
        )
      }
      assert.deepEqual([await shop.read(), await recorded(stores)], [UNCHANGED, []])
    })
  })
}

/** Only where transactions that overlap are real. */
export function shopRaceContract(name: string, makeStores: MakeStores) {
  test(`settings of the shop, ${name}: of ten changes of one version one is applied (7)`, async (t) => {
    const [{ shop }, other] = await makeStores(t)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? other.shop : shop).change({ name: `Shop ${i}` }, [1], STAMP),
      ),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.equal((await shop.read()).version, 2)
  })
}
