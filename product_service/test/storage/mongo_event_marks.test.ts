import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newProduct } from '../../src/domain/change_product.ts'
import { AT_ONCE } from '../../src/domain/unpublished.ts'
import { eventMarks } from '../../src/storage/mongo_event_marks.ts'
import { AT, STAMP } from '../worlds.ts'

const FIELDS = { name: 'Tea', description: '', priceMinor: 100, stock: 1 }
const onSale = { ...newProduct('id', FIELDS, STAMP).product, version: 4, editVersion: 2 }
const hidden = { ...onSale, deletedAt: AT }

test('a change marks what it changes of a product that is or was on sale', () => {
  const both = { stockDue: AT_ONCE, productDue: AT_ONCE }
  assert.deepEqual(eventMarks(undefined, onSale), both)
  assert.deepEqual(eventMarks(onSale, { ...onSale, version: 5 }), { stockDue: AT_ONCE })
  assert.deepEqual(eventMarks(onSale, { ...hidden, version: 5, editVersion: 5 }), both)
  assert.deepEqual(eventMarks(hidden, { ...onSale, version: 5, editVersion: 5 }), both)
  assert.deepEqual(eventMarks(undefined, hidden), {})
  assert.deepEqual(eventMarks(hidden, { ...hidden, version: 5, editVersion: 5 }), {})
})
