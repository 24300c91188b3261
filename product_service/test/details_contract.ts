/** The contract of a catalogue about the details of products: what names one product only, drafts, prices before. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { anyWords } from '../src/domain/any_products.ts'
import type { ProductFields } from '../src/domain/product.ts'
import { someMedia } from './media_contract.ts'
import { AT, add, type MakeStores, nextId, order, STAMP } from './worlds.ts'

type Details = NonNullable<ProductFields['details']>

const LATER = '2026-02-01T00:00:00.000Z'
const page = { after: undefined, limit: 10 }
const names = (products: readonly { readonly name: string }[]) => products.map(({ name }) => name)

export function detailsContract(name: string, makeStores: MakeStores, { conflicts = true } = {}) {
  suite(`details of products, ${name}`, () => {
    test('all details are stored, and a restart or another process reads the same', async (t) => {
      const [here, there] = await makeStores(t)
      const details: Details = {
        ...{
          sku: 'T-1',
          gtin: '4006381333931',
          weightGrams: 250,
          taxClass: 'reduced',
          compareAtMinor: 900,
          slug: 'the-tea',
        },
        attributes: { Taste: ['malty', 'sweet'], Origin: ['Assam'] },
      }
      const made = await add(here, { details })
      assert.deepEqual(await there.catalogue.find(made.id), made)
      assert.deepEqual({ ...made.details, ...details }, made.details)
      const cleared = await there.catalogue.edit(
        made.id,
        { details: { sku: null, gtin: null, weightGrams: null, compareAtMinor: null, attributes: {} } },
        [1],
        STAMP,
      )
      assert.deepEqual(await here.catalogue.find(made.id), cleared)
      assert.equal(cleared.details.sku, null)
      assert.deepEqual(cleared.details.attributes, {})
      assert.deepEqual((await here.audit.ledgerMismatches(undefined, 10)).mismatches, [])
    })

    test('an edit of details is an edit (invariant 7), and the same values are none', async (t) => {
      const [{ catalogue }] = await makeStores(t)
      const tea = await add({ catalogue } as never)
      const edited = await catalogue.edit(tea.id, { details: { sku: 'A' } }, [1], STAMP)
      assert.deepEqual([edited.version, edited.editVersion], [2, 2])
      await assert.rejects(catalogue.edit(tea.id, { details: { sku: 'B' } }, [1], STAMP), {
        code: 'version_conflict',
      })
      assert.equal((await catalogue.edit(tea.id, { details: { sku: 'A' } }, [2], STAMP)).version, 2)
    })

    test('a SKU is that of one product, until it is removed', async (t) => {
      const [here, there] = await makeStores(t)
      const tea = await add(here, { details: { sku: 'A' } })
      const coffee = await add(here)
      const taken = { code: 'sku_taken', payload: { owner: tea.id } }
      await assert.rejects(add(there, { details: { sku: 'A' } }), taken)
      await assert.rejects(
        there.catalogue.edit(coffee.id, { details: { sku: 'A' } }, undefined, STAMP),
        taken,
      )
      assert.equal((await add(there, { details: { sku: 'a' } })).details.sku, 'a')
      assert.deepEqual(names((await here.catalogue.listAny({ sku: 'A' }, page)).items), ['Tea'])
      await here.catalogue.remove(tea.id, undefined, STAMP)
      assert.deepEqual((await here.catalogue.listAny({ sku: 'A' }, page)).items, [])
      await there.catalogue.edit(coffee.id, { details: { sku: 'A' } }, undefined, STAMP)
    })

    test('a SKU of before, in another form of Unicode, is the same one, and stays as it is', async (t) => {
      const [here, there] = await makeStores(t)
      const [nfd, nfc] = ['U\u0301', '\u00da']
      const old = await add(here, { details: { sku: nfd } })
      await assert.rejects(add(there, { details: { sku: nfc } }), { code: 'sku_taken' })
      for (const which of [{ sku: nfc }, { words: anyWords(nfc) }, { words: anyWords('u\u0301') }])
        assert.deepEqual(names((await there.catalogue.listAny(which, page)).items), ['Tea'])
      const kept = await there.catalogue.edit(old.id, { details: { sku: nfc } }, undefined, STAMP)
      assert.deepEqual([kept.version, kept.details.sku], [1, nfd])
    })

    test('of many that take a SKU and a slug at once, exactly one gets each', async (t) => {
      const [here, there] = await makeStores(t)
      const made = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) =>
          add(i % 2 ? here : there, { name: `Tea ${i}`, details: { sku: 'A', slug: 'tea' } }),
        ),
      )
      assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 1)
      for (const each of made) {
        if (each.status === 'rejected') assert.match(each.reason.code, /^(sku|slug)_taken$/)
      }
      const all = await here.catalogue.list({ sort: 'newest', words: [], inStock: false, ...page })
      assert.equal(all.items.length, 1)
    })

    test('products of one name have different slugs; one that was renamed leads to its product', async (t) => {
      const [{ catalogue }] = await makeStores(t)
      const stores = { catalogue } as never
      const [first, second] = [await add(stores), await add(stores)]
      assert.equal(first.details.slug, 'tea')
      assert.match(second.details.slug!, /^tea-[0-9a-f]{6}$/)
      await assert.rejects(catalogue.edit(second.id, { details: { slug: 'tea' } }, undefined, STAMP), {
        code: 'slug_taken',
      })
      await catalogue.edit(first.id, { details: { slug: 'assam' } }, undefined, STAMP)
      const owner = (id: string, current: boolean) => ({ kind: 'product', id, current })
      assert.deepEqual(await catalogue.slugOwner('tea'), owner(first.id, false))
      assert.deepEqual(await catalogue.slugOwner('assam'), owner(first.id, true))
      await catalogue.edit(second.id, { details: { slug: 'tea' } }, undefined, STAMP)
      assert.deepEqual(await catalogue.slugOwner('tea'), owner(second.id, true))
      await catalogue.remove(second.id, undefined, STAMP)
      assert.deepEqual(await catalogue.slugOwner('tea'), owner(second.id, false))
      assert.equal((await add(stores)).details.slug, 'tea')
      assert.equal(await catalogue.slugOwner('nothing'), undefined)
    })

    test('products of one name whose ids end alike have different slugs', async (t) => {
      const [{ catalogue }] = await makeStores(t)
      const fields = { name: 'Mug', description: '', priceMinor: 1, stock: 1 }
      const ids = [nextId(), '0190aaaa-0000-7000-8000-000001abcdef', '0190aaaa-0000-7000-8000-000002abcdef']
      const slugs: (string | null)[] = []
      for (const id of ids) slugs.push((await catalogue.create({ id, fields }, STAMP)).details.slug)
      assert.deepEqual(slugs, ['mug', 'mug-abcdef', ids[2]])
      await assert.rejects(add({ catalogue } as never, { name: 'Cup', details: { slug: ids[2]! } }), {
        code: 'slug_taken',
      })
    })

    test('a SKU goes from one product to another, and a sale at the same time is not refused', async (t) => {
      const [stores] = await makeStores(t)
      const { catalogue, stock } = stores
      const [low, high, other] = [
        await add(stores),
        await add(stores, { details: { sku: 'X' } }),
        await add(stores),
      ]
      const done = await Promise.allSettled([
        catalogue.edit(other.id, { name: 'Cup' }, undefined, STAMP),
        catalogue.edit(high.id, { details: { sku: null } }, undefined, STAMP),
        catalogue.edit(low.id, { details: { sku: 'X' } }, undefined, STAMP),
        stock.reserve([order({ [other.id]: 1 })], AT),
      ])
      assert.deepEqual(
        done.map(({ status }) => status),
        Array.from({ length: 4 }, () => 'fulfilled'),
      )
      assert.deepEqual(
        (await catalogue.listAny({ sku: 'X' }, page)).items.map(({ id }) => id),
        [low.id],
      )
    })

    test('a draft is neither found nor sold, and can be edited, stocked, published and hidden again', async (t) => {
      const [here, there] = await makeStores(t)
      const { catalogue, stock } = here
      const draft = await add(here, { name: 'Secret', details: { draft: true } })
      const isListed = async () => {
        const query = { sort: 'newest', inStock: true, ...page } as const
        const [all, found] = [
          await catalogue.list({ ...query, words: [] }),
          await catalogue.list({ ...query, words: ['secret'] }),
        ]
        assert.equal(all.items.length, found.items.length)
        assert.equal((await there.catalogue.find(draft.id)) !== undefined, all.items.length === 1)
        assert.deepEqual(
          names((await there.catalogue.listAny({ status: 'draft' }, page)).items),
          all.items.length === 0 ? ['Secret'] : [],
        )
        return all.items.length === 1
      }
      assert.equal(await isListed(), false)
      assert.deepEqual(await there.catalogue.findAny(draft.id), draft)
      const [refused] = await stock.reserve([order({ [draft.id]: 1 })], AT)
      assert.deepEqual(
        [refused!.status, (refused as { reason?: string }).reason],
        ['rejected', 'product_not_found'],
      )
      await stock.adjust({ productId: draft.id, delta: -3, note: 'x', attempt: undefined }, STAMP)
      await catalogue.edit(draft.id, { details: { draft: false } }, undefined, STAMP)
      assert.equal(await isListed(), true)
      const held = order({ [draft.id]: 2 })
      assert.equal((await there.stock.reserve([held], AT))[0]!.status, 'held')
      await catalogue.edit(draft.id, { details: { draft: true } }, undefined, STAMP)
      assert.equal(await isListed(), false)
      assert.equal((await stock.reserve([order({ [draft.id]: 1 })], AT))[0]!.status, 'rejected')
      // What was sold before is still shipped, or comes back.
      await there.stock.release([held.orderId], AT)
      const now = await catalogue.findAny(draft.id)
      assert.deepEqual([now!.stock, now!.reserved], [7, 0])
      assert.equal(await isListed(), false)
      await catalogue.remove(draft.id, undefined, STAMP)
      assert.equal(await catalogue.findAny(draft.id), undefined)
      assert.deepEqual((await here.audit.ledgerMismatches(undefined, 10)).mismatches, [])
    })

    test('a draft is published when its time has come, once', async (t) => {
      const [here, there] = await makeStores(t)
      const { catalogue } = here
      const { id } = await add(here, { details: { draft: true, publishAt: LATER } })
      const other = await add(here, { details: { draft: true } })
      assert.deepEqual(await catalogue.due(AT, 10), [])
      assert.equal(await catalogue.publish(id, AT), false)
      assert.deepEqual(await there.catalogue.due(LATER, 10), [id])
      const published = await Promise.all([catalogue.publish(id, LATER), there.catalogue.publish(id, LATER)])
      assert.deepEqual(published.toSorted(), [false, true])
      assert.deepEqual(await catalogue.due(LATER, 10), [])
      assert.equal((await catalogue.find(id))?.details.publishAt, null)
      assert.equal(await catalogue.publish(other.id, LATER), false)
      assert.equal(await catalogue.publish(nextId(), LATER), false)
      await assert.rejects(catalogue.edit(id, { details: { publishAt: LATER } }, undefined, STAMP), {
        code: 'not_a_draft',
      })
    })

    test('the lowest price of the 30 days before a reduction is kept', async (t) => {
      const [{ catalogue }, there] = await makeStores(t)
      const { id } = await add({ catalogue } as never, { priceMinor: 1000 })
      const priced = async (priceMinor: number, at: string) => {
        const { details } = await catalogue.edit(id, { priceMinor }, undefined, { by: 'root', at })
        return details.prices.lowestMinor
      }
      assert.equal(await priced(800, '2026-02-01T00:00:00.000Z'), 1000)
      assert.equal(await priced(1200, '2026-02-10T00:00:00.000Z'), null)
      assert.equal(await priced(900, '2026-02-20T00:00:00.000Z'), 800)
      assert.equal((await there.catalogue.find(id))?.details.prices.lowestMinor, 800)
    })

    test('several products by their ids, in that order, without those that are not on sale', async (t) => {
      const [stores] = await makeStores(t)
      const [a, b] = [await add(stores, { name: 'A' }), await add(stores, { name: 'B' })]
      const draft = await add(stores, { details: { draft: true } })
      const found = await stores.catalogue.findMany([b.id, nextId(), draft.id, a.id])
      assert.deepEqual(names(found), ['B', 'A'])
    })

    test('all products of one call are added, or none', async (t) => {
      const [stores] = await makeStores(t)
      const draft = (sku: string) => ({
        id: nextId(),
        fields: { name: 'Tea', description: '', priceMinor: 1, stock: 1, details: { sku } },
      })
      await assert.rejects(stores.catalogue.createAll([draft('A'), draft('B'), draft('A')], STAMP), {
        code: 'sku_taken',
      })
      assert.deepEqual((await stores.catalogue.listAny({ sku: 'B' }, page)).items, [])
      const made = await stores.catalogue.createAll([draft('A'), draft('B')], STAMP)
      assert.equal(new Set(made.map(({ details }) => details.slug)).size, 2)
    })

    test('what is shown of a product is used; what no product shows any more can be swept', async (t) => {
      const [here, there] = await makeStores(t)
      const { records } = there.media
      const [a, b] = [someMedia(), someMedia()]
      for (const each of [a, b]) await records.addOnce(each)
      const item = ({ id }: { id: string }, alt: string) => ({ id, alt, focus: { x: 50, y: 20 } })
      const shown = async () =>
        Object.fromEntries(
          (await records.list(page)).items.map(({ id, used }) => [id === a.id ? 'a' : 'b', used]),
        )
      const made = await add(here, { details: { media: [item(a, 'A cup'), item(b, 'A pot')] } })
      const facts = { width: a.width, height: a.height, blur: a.blur }
      assert.deepEqual((await there.catalogue.find(made.id))!.details.media, [
        { ...item(a, 'A cup'), ...facts },
        { ...item(b, 'A pot'), ...facts },
      ])
      assert.deepEqual(await shown(), { a: true, b: true })
      assert.equal(await records.removeUnused(a.id, LATER), false)
      await here.catalogue.edit(made.id, { details: { media: [item(b, 'The pot')] } }, undefined, STAMP)
      assert.deepEqual(await shown(), { a: false, b: true })
      await here.catalogue.edit(made.id, { details: { draft: true } }, undefined, STAMP)
      assert.deepEqual(await shown(), { a: false, b: true })
      await here.catalogue.remove(made.id, undefined, STAMP)
      assert.deepEqual(await shown(), { a: false, b: false })
      assert.equal(await records.removeUnused(b.id, LATER), true)
      await assert.rejects(add(here, { details: { media: [item(b, 'x')] } }), { code: 'media_unknown' })
    })

    const skip = conflicts ? false : 'the wire-compatible test server lets transactions overlap'
    test('a picture that is attached while it is swept: one of the two happens', { skip }, async (t) => {
      const [here, there] = await makeStores(t)
      for (let round = 0; round < 5; round++) {
        const media = someMedia()
        await there.media.records.addOnce(media)
        const details = { media: [{ id: media.id, alt: 'A cup', focus: { x: 50, y: 50 } }] }
        const [made, removed] = await Promise.allSettled([
          add(here, { details }),
          there.media.records.removeUnused(media.id, LATER),
        ])
        assert.equal(removed.status, 'fulfilled')
        assert.equal(made.status === 'fulfilled', (removed as { value?: boolean }).value === false)
      }
    })

    test('an unknown category or picture is refused', async (t) => {
      const [stores] = await makeStores(t)
      await assert.rejects(add(stores, { details: { categories: [nextId()] } }), {
        code: 'category_unknown',
      })
      const media = [{ id: 'f'.repeat(64), alt: 'x', focus: { x: 50, y: 50 } }]
      await assert.rejects(add(stores, { details: { media } }), { code: 'media_unknown' })
    })
  })
}
