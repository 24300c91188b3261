/** An export that is imported again changes nothing, and imported into an empty shop makes the same catalogue. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textFault } from '@shop/service_kit/http/text'
import fc from 'fast-check'
import { normalSku } from '../../src/domain/details.ts'
import { NO_CHECK } from '../../src/domain/import.ts'
import { TAX_CLASSES } from '../../src/domain/tax_class.ts'
import { check, exportOf, run } from '../imports.ts'
import { add, inMemory, nextId, STAMP } from '../worlds.ts'

const RUNS = 25
/** Texts that mean something to a spreadsheet, to CSV, or to our lists. */
const nasty = fc.constantFrom(
  ...[
    '=1+1',
    "'=x",
    '@SUM(A1)',
    '-5',
    '+49',
    'a;b',
    'a: b',
    '\\',
    ' x ',
    '"',
    'a,b',
    "'",
    '漢 🦊',
    'كعكة',
    '\u00a0x',
    'null',
    '__proto__',
  ],
)
const line = (max = 40) =>
  fc
    .oneof(nasty, fc.string({ unit: 'grapheme', minLength: 1, maxLength: max }))
    .filter((text) => text.length <= max && textFault(text, 'line') === undefined && text.isWellFormed())
const prose = fc
  .oneof(nasty, fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\t', '"', ',', ';', '=') }))
  .filter((text) => textFault(text, 'prose') === undefined)
const money = fc.integer({ min: 0, max: 10_000_000 })
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const names = fc.uniqueArray(line(), { minLength: 1, maxLength: 3 })
/** JSON may not name a field so, and an attribute is one. */
const attribute = line().filter((name) => name !== '__proto__')
const attributes = fc
  .uniqueArray(fc.tuple(attribute, names), { maxLength: 3, selector: ([name]) => name })
  .map((entries) => Object.fromEntries(entries))
const product = fc.record({
  name: line(),
  description: prose,
  priceMinor: money,
  stock: fc.integer({ min: 0, max: 1_000 }),
  details: fc.record({
    sku: fc.constant(null),
    draft: fc.boolean(),
    weightGrams: orNull(fc.integer({ min: 0, max: 10_000 })),
    taxClass: fc.constantFrom(...TAX_CLASSES),
    compareAtMinor: orNull(money),
    attributes,
  }),
})
const catalogue = fc.record({
  products: fc.array(product, { maxLength: 5 }),
  groups: fc.array(
    fc.record({
      name: line(),
      description: prose,
      draft: fc.boolean(),
      attributes,
      option: line(),
      values: names,
    }),
    { maxLength: 2 },
  ),
  skus: fc.uniqueArray(line().map(normalSku), { maxLength: 5 }),
})

/** Without what is of one shop alone: ids, versions. */
const comparable = (csv: string) =>
  csv.replaceAll(/^(product|variant|group),[0-9a-f-]{36},\d+,/gm, '$1,,,').replaceAll(/[0-9a-f-]{36}/g, 'id')

test('an export imported again changes nothing, and makes the same catalogue elsewhere', async (t) => {
  await fc.assert(
    fc.asyncProperty(catalogue, async ({ products, groups, skus }) => {
      const [stores] = await inMemory(t)
      for (const [i, { details, ...fields }] of products.entries()) {
        await add(stores, { ...fields, details: { ...details, sku: skus[i] ?? null } })
      }
      for (const { option, values, ...fields } of groups) {
        const options = [{ name: option, values }]
        const group = await stores.groups.create({ id: nextId(), fields: { ...fields, options } }, STAMP)
        for (const value of values) {
          await add(stores, { name: value, details: { groupId: group.id, optionValues: [value] } })
        }
      }
      const file = await exportOf(stores)
      const variants = groups.reduce((sum, { values }) => sum + values.length, 0)
      const rows = products.length + groups.length + variants
      const again = await check(stores, file)
      assert.deepEqual(again.lines, [])
      assert.deepEqual(again.job.checked, { ...NO_CHECK, rows, unchanged: rows })

      const [empty] = await inMemory(t)
      const foreign = file.replaceAll(/^(product|variant|group),[0-9a-f-]{36},\d+,/gm, '$1,,,')
      const { job, lines } = await run(empty, foreign)
      assert.deepEqual(lines, [])
      assert.equal(job.applied.created, rows)
      assert.equal(comparable(await exportOf(empty)), comparable(file))
    }),
    { numRuns: RUNS },
  )
})
