/**
 * Checks of copied databases: is each file complete, is none half a shop, may this version use it, and does the ledger
 * balance (invariant 2)?
 */
import { join } from 'node:path'
import type { PRODUCT_INDEXES } from '@shop/product_service/storage/mongo_documents'
import { MONGO_DATABASE as PRODUCTS } from '@shop/product_service/storage/open_mongo'
import { neededBy, SCHEMA } from '@shop/service_kit/mongo/schema'
import { MARK } from '@shop/service_kit/mongo/settings'
import { plainDocumentIn } from '@shop/service_kit/mongo/tools'
import { DATABASES, fileOf, SETTINGS } from './databases.ts'
import { readDocuments } from './documents.ts'

type Sums = { stock: number; movements: number; reserved: number; held: number }

/** One sentence for each fault. `counts`: documents by file. */
export async function faultsOfDatabases(
  folder: string,
  counts: Readonly<Record<string, number>>,
): Promise<string[]> {
  const faults: string[] = []
  for (const [file, expected] of Object.entries(counts)) {
    let count = 0
    for await (const _ of readDocuments(join(folder, file))) count++
    if (count !== expected) faults.push(`${file} has ${count} documents, not ${expected}`)
  }
  for (const { name, migrations } of DATABASES) {
    if (counts[fileOf(name, SETTINGS)] === undefined) continue
    for await (const bson of readDocuments(join(folder, fileOf(name, SETTINGS)))) {
      const setting = plainDocumentIn(bson)
      const { _id, value } = setting
      if (_id === MARK._id && value === MARK.value)
        faults.push(`${name} is half a shop: a restore, or a migration, did not end`)
      if (_id === SCHEMA && neededBy(setting) > migrations.length)
        faults.push(`${name} was made by a newer version: it has ${value}`)
    }
  }
  return faults.length > 0 ? faults : faultsOfLedger(folder)
}

async function faultsOfLedger(folder: string): Promise<string[]> {
  const sums = new Map<unknown, Sums>()
  const sumsOf = (id: unknown): Sums => {
    const found = sums.get(id) ?? { stock: 0, movements: 0, reserved: 0, held: 0 }
    sums.set(id, found)
    return found
  }
  const documentsOf = async function* (collection: keyof typeof PRODUCT_INDEXES) {
    for await (const bson of readDocuments(join(folder, fileOf(PRODUCTS, collection)))) {
      yield plainDocumentIn(bson)
    }
  }
  for await (const { _id, stock, reserved } of documentsOf('products')) {
    Object.assign(sumsOf(_id), { stock, reserved })
  }
  for await (const { productId, delta } of documentsOf('movements')) sumsOf(productId).movements += delta
  for await (const { status, lines } of documentsOf('reservations')) {
    if (status !== 'held') continue
    for (const { productId, quantity } of lines) sumsOf(productId).held += quantity
  }
  return [...sums]
    .filter(([, { stock, movements, reserved, held }]) => stock !== movements || reserved !== held)
    .map(([id, sum]) => `the ledger does not balance: ${JSON.stringify({ productId: id, ...sum })}`)
}
