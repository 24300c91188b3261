/** The contract of imports and exports, on every store. Invariants: domain/import.ts. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { changed, type ImportStep, NO_CHECK, NOTHING_APPLIED, newImport } from '../src/domain/import.ts'
import { ADJUSTMENTS_MAX } from '../src/imports/apply_step.ts'
import { apply, check, exportOf, request, run, seen, send, workerOf } from './imports.ts'
import { AT, type AuditedStores, add, type MakeStores, nextId, order, STAMP } from './worlds.ts'

const LATER = '2026-02-01T00:00:00.000Z'
const HEAD = 'sku,name,description,price,stock'

const bySku = async ({ catalogue }: AuditedStores, sku: string) =>
  (await catalogue.listAny({ sku }, { after: undefined, limit: 1 })).items[0]
const movementsOf = async (stores: AuditedStores, id: string) =>
  (await stores.stock.movements(id, { after: undefined, limit: 20 }))!.items.map(
    ({ delta, reason, note, by }) => `${delta} ${reason} ${note ?? ''} ${by}`,
  )
const balanced = async ({ audit }: AuditedStores) =>
  assert.deepEqual((await audit.ledgerMismatches(undefined, 100)).mismatches, [])

export function importsContract(name: string, makeStores: MakeStores) {
  suite(`imports, ${name}`, () => {
    test('4: one import at a time is open', async (t) => {
      const [here, there] = await makeStores(t)
      const first = await here.imports.create(newImport(nextId(), 'a.csv', STAMP))
      await assert.rejects(there.imports.create(newImport(nextId(), 'b.csv', STAMP)), {
        code: 'import_under_way',
        payload: { current: first },
      })
      assert.deepEqual(await there.imports.open(), first)
      await request(there, first.id, { state: 'cancelled' })
      assert.equal(await here.imports.open(), undefined)
      const second = await there.imports.create(newImport(nextId(), 'b.csv', STAMP))
      const page = await here.imports.list({ after: undefined, limit: 1 })
      assert.deepEqual(page, { items: [second], next: [second.id] })
      const rest = await here.imports.list({ after: page.next, limit: 1 })
      assert.deepEqual(
        rest.items.map(({ state }) => state),
        ['cancelled'],
      )
      assert.equal(await here.imports.find(nextId()), undefined)
    })

    test('3: a change of a version that is not the last one is not stored', async (t) => {
      const [here, there] = await makeStores(t)
      const job = await here.imports.create(newImport(nextId(), 'a.csv', STAMP))
      const step: ImportStep = {
        ...{ number: 1, row: 2, id: nextId(), name: 'Tea', seen: null, of: 'product', delta: 3 },
        fields: { name: 'Tea', details: { attributes: { 'a.b': ['$x'], ['__proto__']: ['y'] } } },
      }
      const note = { row: 2, column: null, kind: 'warning', message: 'no' } as const
      const next = changed(job, { state: 'checking', steps: 1 }, LATER)
      assert.equal(await there.imports.save(next, { steps: [step], notes: [{ number: 1, note }] }), true)
      assert.equal(await here.imports.save(changed(job, { state: 'cancelled' }, AT)), false)
      assert.deepEqual(await here.imports.find(job.id), next)
      assert.deepEqual(await here.imports.steps(job, 0, 10), [step])
      assert.deepEqual(await here.imports.steps(job, 1, 10), [])
      assert.deepEqual(await here.imports.notes(job, 0, 10), [{ number: 1, note }])
      assert.deepEqual(await here.imports.notes({ ...job, attempt: nextId() }, 0, 10), [])
    })

    test('parts are replaced by their number, and belong to an import that is there', async (t) => {
      const [here, there] = await makeStores(t)
      const { id } = await here.imports.create(newImport(nextId(), 'a.csv', STAMP))
      await here.imports.putPart(id, 0, Buffer.from('old'))
      await there.imports.putPart(id, 0, Buffer.from([0, 255]))
      await there.imports.putPart(id, 2, Buffer.from('c'))
      assert.deepEqual(Buffer.from((await here.imports.part(id, 0))!), Buffer.from([0, 255]))
      assert.equal(await here.imports.part(id, 1), undefined)
      assert.deepEqual([await here.imports.partsBelow(id, 2), await here.imports.partsBelow(id, 3)], [1, 2])
      await here.imports.putPart(nextId(), 0, Buffer.from('x'))
      await assert.rejects(request(here, id, { state: 'checking', parts: 2 }), {
        code: 'import_state_conflict',
      })
    })

    test('an old import is removed with all that belongs to it, and a young one is not', async (t) => {
      const [here, there] = await makeStores(t)
      const { job } = await run(here, `${HEAD}\nT-1,Tea,,3,5\nT-2,,,3,5\n`)
      assert.deepEqual(await there.imports.old(job.updatedAt, undefined, 5), { items: [], next: undefined })
      assert.equal(await there.imports.remove(job.id, job.updatedAt), false)
      const found = await there.imports.old('2099-01-01', undefined, 1)
      assert.deepEqual(
        found.items.map(({ id }) => id),
        [job.id],
      )
      assert.deepEqual(await there.imports.old('2099-01-01', found.next, 1), { items: [], next: undefined })
      assert.equal(await here.imports.remove(job.id, '2099-01-01'), true)
      assert.equal(await there.imports.find(job.id), undefined)
      assert.deepEqual(await there.imports.steps(job, 0, 5), [])
      assert.deepEqual(await there.imports.notes(job, 0, 5), [])
      assert.equal(await there.imports.part(job.id, 0), undefined)
      assert.equal(await here.imports.remove(job.id, '2099-01-01'), false)
    })

    test('a file makes products, and the same file again changes nothing', async (t) => {
      const [here, there] = await makeStores(t)
      const csv = `${HEAD}\nT-1,Tea,Green,3.50,5\nT-2,Cake,,10,0\n`
      const checked = await check(here, csv, 'spring.csv')
      assert.equal(await bySku(there, 'T-1'), undefined)
      assert.deepEqual(checked.job.checked, { ...NO_CHECK, rows: 2, created: 2, stockIn: 5 })
      const { job, lines } = await apply(there, checked.job.id)
      assert.deepEqual(lines, [])
      assert.equal(job.state, 'done')
      assert.deepEqual(job.applied, { ...NOTHING_APPLIED, created: 2, stockIn: 5 })
      const tea = (await bySku(there, 'T-1'))!
      assert.deepEqual([tea.name, tea.description, tea.priceMinor, tea.stock], ['Tea', 'Green', 350, 5])
      assert.deepEqual(await movementsOf(here, tea.id), ['5 adjustment import spring.csv, row 2 root'])
      await balanced(here)
      const again = await check(here, csv)
      assert.deepEqual(again.job.checked, { ...NO_CHECK, rows: 2, unchanged: 2 })
      assert.equal((await bySku(here, 'T-1'))!.version, tea.version)
    })

    test('2: of a changed file only what differs is changed, stock by a movement', async (t) => {
      const [here, there] = await makeStores(t)
      const tea = await add(here, {
        stock: 10,
        description: 'Green',
        details: { sku: 'T-1', gtin: '40063813' },
      })
      const { job } = await run(there, 'sku,price,stock\nT-1,2.00,7\n')
      assert.deepEqual(job.checked, { ...NO_CHECK, rows: 1, changed: 1, stockOut: 3 })
      assert.deepEqual(job.applied, { ...NOTHING_APPLIED, changed: 1, stockOut: 3 })
      const after = (await here.catalogue.find(tea.id))!
      assert.deepEqual([after.priceMinor, after.stock, after.description], [200, 7, 'Green'])
      assert.equal(after.details.gtin, '40063813')
      assert.equal((await movementsOf(here, tea.id))[0], '-3 adjustment import test.csv, row 2 root')
      await balanced(here)
    })

    test('faults are found by row and column, all at once, and their rows are left out', async (t) => {
      const [here] = await makeStores(t)
      await add(here, { details: { sku: 'T-9' } })
      const { job, lines } = await check(
        here,
        [
          'sku,name,price,stock,gtin,status,pictures,categories',
          'T-1,Tea,3,5,,,,',
          'T-1,Again,3,5,,,,',
          ',No key,3,5,,,,',
          'T-2,,3,5,,,,',
          'T-3,No price,,5,,,,',
          'T-4,Bad,3.999,-1,123,gone,,',
          `T-5,Picture,3,1,,,${'a'.repeat(64)} A cup,`,
          'T-6,Category,3,1,,,,none',
          'T-9,Known,,,,draft,,',
        ].join('\n'),
      )
      assert.deepEqual(lines, [
        '3 fault sku: The SKU T-1 is also in row 2.',
        '4 fault -: A product needs a sku, an id or a slug.',
        '5 fault name: A new product needs a name.',
        '6 fault price: A new product needs a price.',
        '7 fault status: “gone” must be draft or published.',
        '7 fault gtin: “123” must be 8, 12, 13 or 14 digits with a right check digit.',
        '7 fault price: “3.999” must be an amount in USD of at most 1000000000.00 with at most 2 digits after the point.',
        '7 fault stock: “-1” must be a whole number from 0 to 1000000000.',
        `8 fault pictures: There is no picture ${'a'.repeat(64)}. Upload it first.`,
        '9 fault categories: There is no category none.',
      ])
      assert.deepEqual(job.checked, {
        ...{ ...NO_CHECK, rows: 9, created: 1, changed: 1, faults: 10, stockIn: 5 },
      })
      await assert.rejects(request(here, job.id, { state: 'applying' }), { code: 'import_has_faults' })
      const done = await apply(here, job.id)
      assert.deepEqual(done.job.applied, { ...NOTHING_APPLIED, created: 1, changed: 1, stockIn: 5 })
      assert.equal((await bySku(here, 'T-9'))!.details.draft, true)
    })

    test('a file that cannot be read fails the import, with the reason', async (t) => {
      const [here] = await makeStores(t)
      for (const [csv, reason] of [
        ['name,price\nTea,3\n', /no column that says which product/],
        [Buffer.from([0x73, 0x6b, 0x75, 0x0a, 0xff, 0x0a]), /not UTF-8/],
      ] as const) {
        const { job } = await check(here, csv)
        assert.equal(job.state, 'failed')
        assert.match(job.failure!, reason)
      }
    })

    test('1: what was edited after the check is reported, and not overwritten', async (t) => {
      const [here, there] = await makeStores(t)
      const tea = await add(here, { details: { sku: 'T-1' } })
      const cake = await add(here, { details: { sku: 'T-2' } })
      const gone = await add(here, { details: { sku: 'T-3' } })
      const counted = await add(here, { details: { sku: 'T-4' } })
      const { job } = await check(here, 'sku,name,stock\nT-1,Theirs,5\nT-2,Cake,12\nT-3,Gone,1\nT-4,Tea,20\n')
      await there.catalogue.edit(tea.id, { name: 'Mine' }, undefined, STAMP)
      await there.catalogue.remove(gone.id, undefined, STAMP)
      await there.stock.adjust(
        { productId: counted.id, delta: 7, note: 'counted', attempt: undefined },
        STAMP,
      )
      assert.equal((await there.stock.reserve([order({ [cake.id]: 4 })], AT))[0]!.status, 'held')
      const done = await apply(here, job.id)
      assert.deepEqual(done.lines, [
        '2 conflict -: Tea: It was changed or removed after the check, and is left as it is.',
        '4 conflict -: Tea: It was changed or removed after the check, and is left as it is.',
        '5 conflict -: Tea: Its stock was changed by hand after the check, and is left as it is.',
      ])
      assert.deepEqual(done.job.applied, { ...NOTHING_APPLIED, changed: 1, conflicts: 3, stockIn: 2 })
      const stocks = [tea, cake, counted].map(async ({ id }) => (await here.catalogue.find(id))!)
      assert.deepEqual(
        (await Promise.all(stocks)).map(({ name, stock }) => [name, stock]),
        // 10 were there, the file says 12, and 4 were sold meanwhile.
        [
          ['Mine', 10],
          ['Cake', 8],
          ['Tea', 17],
        ],
      )
      await balanced(here)
    })

    test('1: stock that is set by hand in the very moment of its turn is reported, and sales are not', async (t) => {
      const [here, there] = await makeStores(t)
      const counted = await add(here, { stock: 10, details: { sku: 'T-1' } })
      const sold = await add(here, { stock: 10, details: { sku: 'T-2' } })
      const busy = await add(here, { stock: 99, details: { sku: 'T-3' } })
      const { job } = await check(here, 'sku,stock\nT-1,20\nT-2,20\nT-3,100\n')
      const adjustByHand = (productId: string, delta: number) =>
        there.stock.adjust({ productId, delta, note: 'counted', attempt: undefined }, STAMP)
      const tries: string[] = []
      /** Comes between the look at the stock and its change. */
      const meanwhile: Readonly<Record<string, () => Promise<unknown>>> = {
        [counted.id]: () => adjustByHand(counted.id, -4),
        [sold.id]: () => there.stock.reserve([order({ [sold.id]: 1 })], AT),
        [busy.id]: () => there.stock.reserve([order({ [busy.id]: 1 })], AT),
      }
      const adjust: typeof here.stock.adjust = async (adjustment, stamp) => {
        const { productId } = adjustment
        const isFirst = !tries.includes(productId)
        tries.push(productId)
        if (isFirst || productId === busy.id) await meanwhile[productId]!()
        return here.stock.adjust(adjustment, stamp)
      }
      const done = await apply(here, job.id, { stock: { ...here.stock, adjust } })
      assert.deepEqual(done.lines, [
        '2 conflict -: Tea: Its stock was changed by hand after the check, and is left as it is.',
        '4 conflict -: Tea: Its stock changes all the time, and is left as it is. Import the row again.',
      ])
      const stockOf = async ({ id }: { id: string }) => (await here.catalogue.find(id))!.stock
      assert.deepEqual([await stockOf(counted), await stockOf(sold)], [6, 19])
      assert.equal(tries.filter((id) => id === busy.id).length, ADJUSTMENTS_MAX)
      assert.equal(await stockOf(busy), 99 - ADJUSTMENTS_MAX)
      assert.deepEqual(done.job.applied, { ...NOTHING_APPLIED, changed: 1, conflicts: 2, stockIn: 10 })
      await balanced(here)
    })

    test('1: a count behind many sales is found, and a new product that was counted is left as it is', async (t) => {
      const [here, there] = await makeStores(t)
      const known = await add(here, { stock: 500, details: { sku: 'T-1' } })
      const { job } = await check(here, `${HEAD}\nT-1,,,,600\nT-2,Tea,,3,5\n`)
      const hand = { delta: -1, note: 'broken', attempt: undefined }
      await there.stock.adjust({ ...hand, productId: known.id }, STAMP)
      const sales = Array.from({ length: 120 }, () => order({ [known.id]: 1 }))
      assert.ok((await there.stock.reserve(sales, AT)).every(({ status }) => status === 'held'))
      const [, made] = await here.imports.steps(job, 0, 5)
      const dying = workerOf(here, {
        reached(place) {
          if (place === 'import_product_created') throw new Error('the process died')
        },
      })
      await request(here, job.id, { state: 'applying' })
      await assert.rejects(dying.work(), /died/)
      await there.stock.adjust({ ...hand, productId: made!.id, delta: 7 }, STAMP)
      await workerOf(here).work()
      const { lines } = await seen(here, job.id)
      assert.deepEqual(lines, [
        '2 conflict -: Tea: Its stock was changed by hand after the check, and is left as it is.',
        '3 conflict -: Tea: Its stock was changed by hand after the check, and is left as it is.',
      ])
      assert.equal((await bySku(here, 'T-2'))!.stock, 7)
      await balanced(here)
    })

    test('2: what was made and then removed, before the step was counted, does not come back nor stop the import', async (t) => {
      const [here, there] = await makeStores(t)
      const csv =
        'type,slug,sku,name,price,options,stock\ngroup,shirt,,Shirt,,Size: S,\nproduct,,T-1,Tea,3,,5\nproduct,,T-2,Cake,3,,\n'
      const { job } = await check(here, csv)
      const [group, tea] = await here.imports.steps(job, 0, 5)
      const dying = workerOf(here, {
        reached(place) {
          if (place === 'import_steps_applied') throw new Error('the process died')
        },
      })
      await request(here, job.id, { state: 'applying' })
      await assert.rejects(dying.work(), /died/)
      await there.groups.remove(group!.id, undefined, STAMP)
      await there.catalogue.remove(tea!.id, undefined, STAMP)
      await workerOf(there).work()
      const done = await seen(here, job.id)
      assert.deepEqual([done.job.state, done.job.applied.created, done.job.applied.conflicts], ['done', 1, 2])
      assert.equal(await bySku(here, 'T-1'), undefined)
      await balanced(here)
    })

    test('1: what changed since the export is left as it is, by the version in the file', async (t) => {
      const [here] = await makeStores(t)
      const sold = await add(here, { details: { sku: 'T-1' } })
      const edited = await add(here, { details: { sku: 'T-2' } })
      const file = (await exportOf(here)).replaceAll(',Tea,', ',Other,')
      await here.stock.reserve([order({ [sold.id]: 4 })], AT)
      await here.catalogue.edit(edited.id, { priceMinor: 5 }, undefined, STAMP)
      const { job, lines } = await run(here, file)
      assert.deepEqual(lines, [
        '2 conflict stock: It has changed since the export (version 1, now 2): its stock is left as it is.',
        '3 conflict -: It has changed since the export (version 1, now 2): the row is left as it is.',
      ])
      assert.deepEqual(job.applied, { ...NOTHING_APPLIED, changed: 1 })
      const after = (await here.catalogue.find(sold.id))!
      assert.deepEqual([after.name, after.stock], ['Other', 6])
    })

    test('categories are named by slug, id or path; one that was removed is no change', async (t) => {
      const [here, there] = await makeStores(t)
      const category = (name: string, parentId: string | null = null) =>
        here.categories.create({ id: nextId(), fields: { name, description: '', parentId } }, STAMP)
      const home = await category('Home')
      const kitchen = await category('Kitchen', home.id)
      const gone = await category('Gone')
      const csv = `sku,name,price,categories\nT-1,Tea,3,home > Kitchen; gone\nT-2,Cup,3,${home.id}\nT-3,Pot,3,kitchen\n`
      assert.deepEqual((await run(there, csv)).lines, [])
      const of = async (sku: string) => (await bySku(here, sku))!.details.categories
      assert.deepEqual(await Promise.all(['T-1', 'T-2', 'T-3'].map(of)), [
        ...[[kitchen.id, gone.id], [home.id], [kitchen.id]],
      ])
      await here.categories.remove(gone.id, undefined, STAMP)
      const { job, lines } = await check(here, await exportOf(here))
      assert.deepEqual([job.checked.unchanged, job.checked.changed, lines], [3, 0, []])
      await request(here, job.id, { state: 'cancelled' })
      assert.match((await check(here, csv)).lines[0]!, /There is no category gone/)
    })

    test('rows of Shopify become groups with variants, and again nothing changes', async (t) => {
      const [here, there] = await makeStores(t)
      const csv = [
        'Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Status',
        'shirt,Shirt,<p>Soft &amp; light</p>,Hare,Size,S,Colour,red,S-1,200,3,19.99,25.00,https://x/1.jpg,active',
        'shirt,,,,,M,,red,S-2,210,-2,19.99,,,',
        'shirt,,,,,,,,,,,,,https://x/2.jpg,',
        'mug,Mug,,,Title,Default Title,,,M-1,300,4,8.00,,,draft',
      ].join('\r\n')
      const { job, lines } = await run(here, csv)
      assert.deepEqual(
        lines.map((line) => line.slice(0, 30)),
        [
          '2 warning Image Src: Pictures ',
          '3 warning Variant Inventory Qt',
          '4 warning Image Src: Pictures ',
        ],
      )
      assert.equal(job.sheet!.format, 'shopify')
      assert.deepEqual(job.applied, { ...NOTHING_APPLIED, created: 4, stockIn: 7 })
      const [group] = (await there.groups.list({ after: undefined, limit: 5 })).items
      assert.deepEqual(
        [group!.name, group!.slug, group!.description, group!.attributes, group!.options],
        [
          ...['Shirt', 'shirt', 'Soft & light', { Brand: ['Hare'] }],
          [
            { name: 'Size', values: ['S', 'M'] },
            { name: 'Colour', values: ['red'] },
          ],
        ],
      )
      const small = (await bySku(there, 'S-1'))!
      assert.deepEqual(
        [small.name, small.stock, small.details.weightGrams, small.details.compareAtMinor],
        ['Shirt – S / red', 3, 200, 2500],
      )
      assert.deepEqual(small.details.optionValues, ['S', 'red'])
      assert.equal((await bySku(there, 'M-1'))!.details.draft, true)
      assert.deepEqual((await check(here, csv)).job.checked.unchanged, 4)
    })

    test('rows of Google become products, groups and variants', async (t) => {
      const [here] = await makeStores(t)
      const csv = [
        'id\ttitle\tdescription\tprice\tsale_price\tbrand\titem_group_id\tcolor\tquantity\timage_link\tavailability',
        'G-1\tLamp\tBright\t20.00 USD\t15.00 USD\tHare\t\twhite\t2\t\tin_stock',
        'G-2\tVase red\tTall\t9 USD\t\tHare\tVASE\tred\t1\t\tin_stock',
        'G-3\tVase blue\tTall\t9 EUR\t\tHare\tVASE\tblue\t1\t\tin_stock',
      ].join('\n')
      const { job, lines } = await run(here, csv)
      assert.deepEqual(lines, [
        '4 fault price: “9 EUR” must be an amount in USD of at most 1000000000.00 with at most 2 digits after the point.',
      ])
      assert.equal(job.applied.created, 3)
      const lamp = (await bySku(here, 'G-1'))!
      assert.deepEqual(
        [lamp.priceMinor, lamp.details.compareAtMinor, lamp.details.attributes],
        [1500, 2000, { Brand: ['Hare'], Color: ['white'] }],
      )
      assert.equal((await bySku(here, 'G-2'))!.name, 'Vase red')
    })

    test('a group from another shop keeps the options and variants that its file does not have', async (t) => {
      const [here] = await makeStores(t)
      const options = [{ name: 'Size', values: ['XL'] }]
      const fields = { name: 'Shirt', description: '', options, attributes: { Fit: ['slim'] } }
      const group = await here.groups.create({ id: nextId(), fields }, STAMP)
      await add(here, { details: { groupId: group.id, optionValues: ['XL'] } })
      const head = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant Price'
      const { job } = await run(here, `${head}\nshirt,Shirt,Hare,Size,S,3\nshirt,,,,XL,4\n`)
      assert.deepEqual(job.applied, { ...NOTHING_APPLIED, created: 1, changed: 2 })
      const after = (await here.groups.find(group.id))!
      assert.deepEqual(after.options, [{ name: 'Size', values: ['XL', 'S'] }])
      assert.deepEqual(after.attributes, { Fit: ['slim'], Brand: ['Hare'] })
      assert.deepEqual([after.priceFromMinor, after.priceToMinor], [300, 400])
    })

    test('2: work that was interrupted anywhere is continued, and each step takes effect once', async (t) => {
      const [here, there] = await makeStores(t)
      const known = await add(here, { details: { sku: 'K' } })
      const rows = Array.from({ length: 60 }, (_, i) => `N-${i},New ${i},,3,2`)
      const { job } = await check(here, `${HEAD}\nK,Known,,1,15\n${rows.join('\n')}\n`)
      await request(here, job.id, { state: 'applying' })
      class Died extends Error {}
      for (const place of ['import_product_created', 'import_stock_moved', 'import_steps_applied']) {
        const dying = workerOf(here, {
          reached: (at) => {
            if (at === place) throw new Died()
          },
        })
        await assert.rejects(dying.work(), Died)
      }
      assert.equal((await here.imports.find(job.id))!.position, 0)
      await workerOf(there).work()
      const done = await seen(there, job.id)
      assert.equal(done.job.state, 'done')
      assert.deepEqual(done.lines, [])
      assert.equal(done.job.applied.created, 60)
      assert.deepEqual(await movementsOf(there, known.id), [
        '5 adjustment import test.csv, row 2 root',
        '10 initial  root',
      ])
      for (const i of [0, 59]) assert.equal((await bySku(there, `N-${i}`))!.stock, 2)
      await balanced(there)
    })

    test('3: a check that was interrupted begins again, and what it left is not used', async (t) => {
      const [here, there] = await makeStores(t)
      const rows = Array.from({ length: 450 }, (_, i) => `N-${i},New ${i},,3,2`)
      const { id } = await send(here, `${HEAD}\n${rows.join('\n')}\n`)
      let saves = 0
      const imports = {
        ...here.imports,
        save: async (...given: Parameters<typeof here.imports.save>) => {
          if (++saves === 3) throw new Error('the process died')
          return here.imports.save(...given)
        },
      }
      await assert.rejects(workerOf(here, { imports }).work(), /died/)
      const left = (await there.imports.find(id))!
      assert.deepEqual([left.state, left.steps], ['checking', 200])
      await workerOf(there).work()
      const { job } = await seen(here, id)
      assert.deepEqual([job.state, job.steps, job.checked.created], ['checked', 450, 450])
      assert.deepEqual(
        (await here.imports.steps(job, 0, 1_000)).map(({ number }) => number),
        [...Array.from({ length: 450 }, (_, i) => i + 1)],
      )
    })

    test('a cancelled import stops after its batch, and counts what that did', async (t) => {
      const [here, there] = await makeStores(t)
      const rows = Array.from({ length: 250 }, (_, i) => `N-${i},New ${i},,3,1`)
      const { job } = await check(here, `${HEAD}\n${rows.join('\n')}\n`)
      await request(here, job.id, { state: 'applying' })
      let batches = 0
      const imports = {
        ...here.imports,
        save: async (...given: Parameters<typeof here.imports.save>) => {
          if (++batches === 2) await request(there, job.id, { state: 'cancelled' })
          return here.imports.save(...given)
        },
      }
      await workerOf(here, { imports }).work()
      const after = (await here.imports.find(job.id))!
      assert.deepEqual([after.state, after.position, after.applied.created], ['cancelled', 200, 200])
      assert.equal(await bySku(here, 'N-210'), undefined)
      assert.equal(await workerOf(here).work(), false)
    })
  })
}
