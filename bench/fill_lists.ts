/**
 * Fills a store of product_service with a catalogue to make lists of (lists.ts), in large transactions, by the writes of the store
 * itself and beside its words: 1,000,000 products would take half an hour through its ports. With `grouped` every other
 * product is a variant, ten to a group.
 */
import { randomUUIDv7 } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { newGroup } from '@shop/product_service/domain/change_group'
import { newProduct } from '@shop/product_service/domain/change_product'
import type { Group } from '@shop/product_service/domain/group'
import type { Change } from '@shop/product_service/domain/product'
import { NO_REFERENCES } from '@shop/product_service/domain/references'
import { groupDocument } from '@shop/product_service/storage/mongo_group_documents'
import { productDocument } from '@shop/product_service/storage/mongo_product_documents'
import { DATABASE_FILE, openStores } from '@shop/product_service/storage/open_stores'
import { prepareGroupWrites } from '@shop/product_service/storage/sqlite_groups'
import { prepareWrites } from '@shop/product_service/storage/sqlite_rows'
import { systemRuntime as runtime } from '@shop/service_kit/runtime/runtime'
import { MongoClient } from 'mongodb'
import { CURRENCY, type StoreLocation } from './fill.ts'

const CATEGORIES = 100
const AT_THE_TOP = 10
const VARIANTS = 10
const AT_ONCE = 10_000
const MONGO_AT_ONCE = 1_000
const CACHE_KIB = 512 * 1024
const STAMP = { by: 'bench', at: new Date().toISOString() }
/** Prices are spread evenly. */
export const PRICE_MAX = 100_000

type Batch = { readonly groups: readonly Group[]; readonly changes: readonly Change[] }

/** Resolves the ids of the categories: ten at the top, and nine below each. */
export async function fillLists(
  location: StoreLocation,
  count: number,
  grouped: boolean,
): Promise<readonly string[]> {
  const stores = await openStores({ ...location, CURRENCY }, { runtime })
  const categories: string[] = []
  try {
    for (let i = 0; i < CATEGORIES; i++) {
      const parentId = i < AT_THE_TOP ? null : categories[i % AT_THE_TOP]!
      const fields = { name: `Category ${i}`, description: '', parentId }
      categories.push((await stores.categories.create({ id: randomUUIDv7(), fields }, STAMP)).id)
    }
  } finally {
    await stores.close()
  }
  const batches = batchesOf(count, grouped, categories)
  if (location.DATABASE_URL) await writeMongo(location.DATABASE_URL, batches)
  else writeSqlite(join(location.DATA_DIR, DATABASE_FILE), batches)
  return categories
}

function* batchesOf(count: number, grouped: boolean, categories: readonly string[]): Generator<Batch> {
  let group: Group | undefined
  const references = { ...NO_REFERENCES, hasCategory: () => true, group: () => group }
  for (let from = 0; from < count; from += AT_ONCE) {
    const groups: Group[] = []
    const changes: Change[] = []
    for (let n = from; n < Math.min(count, from + AT_ONCE); n++) {
      const of = grouped && n % 2 === 0 ? Math.floor(n / 2 / VARIANTS) : undefined
      const shown = of ?? n
      const values = {
        colour: `colour ${(of === undefined ? n : n / 2) % 20}`,
        size: `size ${((of === undefined ? n : n / 2) * 3) % 8}`,
      }
      const attributes = {
        Material: [`material ${(shown * 7) % 50}`],
        Brand: [`brand ${(shown * 13) % 500}`],
      }
      const inCategories = [categories[AT_THE_TOP + (shown % (CATEGORIES - AT_THE_TOP))]!]
      const priceMinor = (n * 7_919) % PRICE_MAX
      const fields = { name: `Thing ${n}`, description: '', priceMinor, stock: n % 10 }
      if (of !== undefined && (n / 2) % VARIANTS === 0) {
        const options = [
          { name: 'Colour', values: Array.from({ length: 20 }, (_, i) => `colour ${i}`) },
          { name: 'Size', values: Array.from({ length: 8 }, (_, i) => `size ${i}`) },
        ]
        const given = { name: `Group ${of}`, description: '', options, categories: inCategories, attributes }
        group = newGroup(randomUUIDv7(), given, STAMP, references)
        groups.push(group)
      }
      const details =
        of === undefined
          ? {
              categories: inCategories,
              attributes: { ...attributes, Colour: [values.colour], Size: [values.size] },
            }
          : { groupId: group!.id, optionValues: [values.colour, values.size] }
      changes.push(newProduct(randomUUIDv7(), { ...fields, details }, STAMP, references))
    }
    yield { groups, changes }
  }
}

function writeSqlite(file: string, batches: Iterable<Batch>): void {
  const db = new DatabaseSync(file)
  // Nothing else has the file open, and it is thrown away.
  db.exec(`PRAGMA synchronous = OFF; PRAGMA cache_size = -${CACHE_KIB}`)
  // Made again at the end, in one go each, which takes a tenth of the time.
  const indexes = db
    .prepare(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND name LIKE 'products\\_%' ESCAPE '\\'",
    )
    .all()
  for (const { name } of indexes) db.exec(`DROP INDEX ${name}`)
  const products = prepareWrites(db)
  const groupWrites = prepareGroupWrites(db)
  for (const { groups, changes } of batches) {
    db.exec('BEGIN IMMEDIATE')
    for (const group of groups) groupWrites.add(group)
    for (const { product, movement } of changes) {
      const seq = products.addProduct(product)
      if (movement) products.addMovement(seq, movement)
    }
    db.exec('COMMIT')
  }
  for (const { sql } of indexes) db.exec(String(sql))
  db.close()
}

/** Without the ledger, which lists do not read. */
async function writeMongo(url: string, batches: Iterable<Batch>): Promise<void> {
  const client = await new MongoClient(url).connect()
  const collection = <Document extends { _id: string }>(name: string) =>
    client.db().collection<Document>(name)
  for (const { groups, changes } of batches) {
    const prices = new Map<string, number>()
    for (const { product } of changes) {
      const id = product.details.groupId
      if (id !== null) prices.set(id, Math.min(product.priceMinor, prices.get(id) ?? PRICE_MAX))
    }
    const ofGroups = groups.map((group) =>
      groupDocument({ ...group, variants: VARIANTS, inStock: true, priceFromMinor: prices.get(group.id)! }),
    )
    if (ofGroups.length > 0) await collection('groups').insertMany(ofGroups)
    for (let from = 0; from < changes.length; from += MONGO_AT_ONCE) {
      const some = changes.slice(from, from + MONGO_AT_ONCE)
      await collection('products').insertMany(some.map(({ product }) => productDocument(product)))
    }
  }
  await client.close()
}
