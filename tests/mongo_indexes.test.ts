/** docs/operations.md names every index of the MongoDB stores, and no other. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { AUTH_INDEXES } from '../auth_service/src/storage/open_mongo.ts'
import { ORDER_INDEXES } from '../order_service/src/storage/mongo_order_store.ts'
import { PRODUCT_INDEXES } from '../product_service/src/storage/mongo_documents.ts'

test('the documented indexes are those that are made', () => {
  const text = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8')
  const section = text.slice(text.indexOf('### Indexes'), text.indexOf('### Sharding'))
  const documented: string[] = []
  let collection = ''
  for (const [, named, index] of section.matchAll(/^\| (?:`(\w+)`)? ?\| `(\w+)` \|/gm)) {
    collection = named ?? collection
    documented.push(`${collection}.${index}`)
  }
  const made = Object.entries({ ...AUTH_INDEXES, ...ORDER_INDEXES, ...PRODUCT_INDEXES }).flatMap(
    ([name, indexes]) => indexes.map((index) => `${name}.${index.name}`),
  )
  assert.deepEqual(documented.sort(), made.sort())
})
