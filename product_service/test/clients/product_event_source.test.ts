import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { BYTES_PER_CALL_MAX } from '@shop/service_kit/events/publisher'
import { DATA_BYTES_MAX, TYPE } from '../../../notification_service/src/domain/event.ts'
import { createProductEventSource, productEvent, stockEvent } from '../../src/clients/product_event_source.ts'
import { newProduct } from '../../src/domain/change_product.ts'
import {
  CATEGORIES_PER_PRODUCT_MAX,
  type EditableDetails,
  SKU_LENGTH_MAX,
  SLUG_LENGTH_MAX,
} from '../../src/domain/details.ts'
import { OPTION_VALUE_LENGTH_MAX, OPTIONS_MAX } from '../../src/domain/group.ts'
import { DESCRIPTION_LENGTH_MAX, NAME_LENGTH_MAX, type Product } from '../../src/domain/product.ts'
import { AT, nextId, STAMP } from '../worlds.ts'

const SHOWN_AS = {
  currency: 'USD',
  digits: () => 2,
  categories: { has: (id: string) => id !== 'gone' },
}

function product(details: Partial<EditableDetails> = {}, more: Partial<Product> = {}): Product {
  const fields = { name: 'Tea', description: 'hot', priceMinor: 1_999, stock: 10, details }
  const references = { hasCategory: () => true, slugOwner: () => undefined, skuOwner: () => undefined }
  return { ...newProduct(nextId(), fields, STAMP, references as never).product, ...more }
}

suite('events of products', () => {
  test('have what is shown of a product on sale, by the number of its edit', () => {
    const tea = product(
      { sku: 'T-1', categories: ['kitchen', 'gone'], weightGrams: 50 },
      { version: 7, editVersion: 3, stock: 4 },
    )
    assert.deepEqual(productEvent(tea, SHOWN_AS), {
      ...{ aggregate: `product:${tea.id}`, sequence: 3, type: 'product.changed', time: AT, coalesced: true },
      data: {
        ...{ product_id: tea.id, version: 3, name: 'Tea', price: '19.99', currency: 'USD' },
        ...{ compare_at_price: null, sku: 'T-1', gtin: null, slug: tea.details.slug, weight_grams: 50 },
        ...{ tax_class: 'standard', group_id: null, option_values: [], categories: ['kitchen'] },
      },
    })
    assert.deepEqual(stockEvent(tea), {
      ...{ aggregate: `stock:${tea.id}`, sequence: 7, type: 'stock.changed', time: AT, coalesced: true },
      data: { product_id: tea.id, version: 7, available: 4, reserved: 0 },
    })
  })

  test('have nothing but ids and numbers of one that is not on sale', () => {
    const draft = product({ draft: true, sku: 'SECRET' })
    const removed = productEvent(draft, SHOWN_AS)
    assert.deepEqual([removed.type, removed.data], ['product.removed', { product_id: draft.id, version: 1 }])
    assert.deepEqual(stockEvent(draft).data, { product_id: draft.id, version: 1, available: 0 })
    assert.ok([removed, stockEvent(draft)].every(({ type }) => TYPE.test(type)))
  })

  test('of the longest product fit into the log, a hundred of them into a call', () => {
    const wide = (length: number) => '\u{1F375}'.repeat(length / 2)
    const longest = product(
      {
        ...{ sku: wide(SKU_LENGTH_MAX), slug: 'x'.repeat(SLUG_LENGTH_MAX), gtin: '4006381333931' },
        categories: Array.from({ length: CATEGORIES_PER_PRODUCT_MAX }, nextId),
      },
      { name: wide(NAME_LENGTH_MAX), description: wide(DESCRIPTION_LENGTH_MAX) },
    )
    const optionValues = Array.from({ length: OPTIONS_MAX }, () => wide(OPTION_VALUE_LENGTH_MAX))
    const variant = { ...longest, details: { ...longest.details, groupId: nextId(), optionValues } }
    const { data } = productEvent(variant, SHOWN_AS)
    const bytes = Buffer.byteLength(JSON.stringify(data))
    assert.ok(bytes < DATA_BYTES_MAX && bytes * 100 < BYTES_PER_CALL_MAX, `${bytes}`)
  })

  test('are one, of the latest number, whatever number the log expects', async () => {
    const tea = product({}, { version: 7 })
    const listed = { id: tea.id, number: 7, published: 2, updatedAt: AT, product: () => tea }
    const calls: unknown[] = []
    const unpublished = {
      list: async () => [listed],
      markPublished: async (marked: unknown) => void calls.push(marked),
      postpone: async (...given: unknown[]) => void calls.push(given),
      backlog: async () => ({ count: 1, oldestAt: AT }),
      sweep: async () => false,
    }
    const lease = { take: async () => true, end: async () => undefined }
    const source = createProductEventSource({ ...SHOWN_AS, kind: 'stock', unpublished, lease })
    const [thing] = await source.unpublished(AT, 1)
    assert.partialDeepStrictEqual(thing, { aggregate: `stock:${tea.id}`, last: 7, published: 2 })
    for (const from of [1, 3, 7])
      assert.deepEqual(
        thing!.eventsFrom(from, 100).map(({ sequence }) => sequence),
        [7],
      )
    assert.deepEqual([thing!.eventsFrom(8, 100), thing!.eventsFrom(3, 0)], [[], []])
    await source.markPublished([thing!])
    await source.postpone([thing!.aggregate], AT)
    assert.deepEqual(calls, [[{ id: tea.id, number: 7 }], [[tea.id], AT]])
  })
})
