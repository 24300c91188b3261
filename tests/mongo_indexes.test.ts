/** docs/operations.md lists the indexes of the MongoDB stores with their keys and options, and no others. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { AUTH_INDEXES } from '@shop/auth_service/storage/open_mongo'
import { NOTIFICATION_INDEXES } from '@shop/notification_service/storage/open_mongo'
import { ORDER_INDEXES } from '@shop/order_service/storage/mongo_order_documents'
import { PAYMENT_INDEXES } from '@shop/payment_service/storage/mongo_payment_documents'
import { PRODUCT_INDEXES } from '@shop/product_service/storage/mongo_documents'

const ALL_INDEXES = {
  ...AUTH_INDEXES,
  ...ORDER_INDEXES,
  ...PRODUCT_INDEXES,
  ...NOTIFICATION_INDEXES,
  ...PAYMENT_INDEXES,
}

test('the documented indexes are those that the services create', () => {
  const text = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8')
  const section = text.slice(text.indexOf('### Indexes'), text.indexOf('### Sharding'))
  const documented: string[] = []
  let collection = ''
  for (const [, named, index, key, remarks] of section.matchAll(
    /^\| (?:`(\w+)`)? ?\| `(\w+)` \| (?:`([^`]+)`|[^|`]*)([^|]*?) ?\|/gm,
  )) {
    collection = named ?? collection
    documented.push(`${collection}.${index} ${index === '_id_' ? '_id' : key}${specialIn(remarks!)}`)
  }
  const made = Object.entries(ALL_INDEXES).flatMap(([name, indexes]) =>
    indexes.map((index) => `${name}.${index.name} ${keyOf(index)}${specialOf(index)}`),
  )
  assert.deepEqual(documented.sort(), made.sort())
})

test('each key is ascending or descending', () => {
  for (const [name, indexes] of Object.entries(ALL_INDEXES)) {
    for (const { key } of indexes) {
      assert.ok(
        Object.values(key).every((direction) => direction === 1 || direction === -1),
        `${name} ${JSON.stringify(key)}`,
      )
    }
  }
})

// The test server accepts any filter; MongoDB refuses a partial index on a field that does not exist.
test('a partial index needs an existing field, or a value of it', () => {
  for (const [name, indexes] of Object.entries(ALL_INDEXES)) {
    for (const { partialFilterExpression = {} } of indexes) {
      for (const part of Object.values(partialFilterExpression)) {
        if (typeof part === 'object') assert.deepEqual(part, { $exists: true }, name)
      }
    }
  }
})

type Index = (typeof AUTH_INDEXES)[string][number]

const keyOf = ({ key }: Index) => Object.keys(key).join(', ')

const DAY_SECONDS = 86_400

const specialOf = ({ unique, sparse, partialFilterExpression, expireAfterSeconds }: Index) =>
  [
    unique ? ' unique' : '',
    sparse ? ' sparse' : '',
    partialFilterExpression ? ' partial' : '',
    expireAfterSeconds === undefined ? '' : ` expires after ${expireAfterSeconds / DAY_SECONDS} days`,
  ].join('')

const specialIn = (remarks: string) =>
  [
    /\bunique\b/.test(remarks) ? ' unique' : '',
    /\bsparse\b/.test(remarks) ? ' sparse' : '',
    /\bonly\b|where there is/.test(remarks) ? ' partial' : '',
    ...(/ expires after \d+ days/.exec(remarks) ?? []),
  ].join('')
