/** A backup while the shop sells. Only a server that keeps what was at a moment can show it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CLIENT_OPTIONS } from '@shop/service_kit/mongo/options'
import { plainDocumentIn } from '@shop/service_kit/mongo/tools'
import { withDatabase } from '@shop/service_kit/mongo/url'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { MONGO_DATABASE } from '../../../product_service/src/storage/open_mongo.ts'
import { openStores } from '../../../product_service/src/storage/open_stores.ts'
import { AT, add, order } from '../../../product_service/test/worlds.ts'
import { fileOf } from '../../../scripts/backup/databases.ts'
import { readDocuments } from '../../../scripts/backup/documents.ts'
import { copyDatabases } from '../../../scripts/backup/mongo_backup.ts'
import { createModelDeployment } from '../../mongo/deployment.ts'

test('all databases are copied as they are at one moment, while products are sold (invariant 2)', async (t) => {
  const mongo = createModelDeployment(systemRuntime)
  const createClient = mongo.clientFor({ name: 'a', runtime: systemRuntime })
  const DATABASE_URL = withDatabase(mongo.url, MONGO_DATABASE)
  const stores = await openStores(
    { DATABASE_URL, DATA_DIR: '', CURRENCY: 'USD' },
    { runtime: systemRuntime, createClient },
  )
  t.after(() => stores.close())
  const tea = await add(stores, { stock: 10_000 })
  let ended = false
  const selling = (async () => {
    for (; !ended; ) await stores.stock.reserve([order({ [tea.id]: 1 })], AT)
  })()
  const folder = mkdtempSync(join(tmpdir(), 'shop-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const connect = (url: string) => createClient(url, CLIENT_OPTIONS)
  await copyDatabases(mongo.url, folder, () => {}, connect)
  ended = true
  await selling

  const copied = async (collection: string) => {
    const documents = []
    for await (const bytes of readDocuments(join(folder, fileOf('shop_products', collection))))
      documents.push(plainDocumentIn(bytes))
    return documents
  }
  const [product] = await copied('products')
  const held = await copied('reservations')
  const movements = await copied('movements')
  const sold = movements.length - 1
  assert.deepEqual(
    [product?.stock, product?.reserved, held.length, product?.version],
    [10_000 - sold, sold, sold, sold + 1],
  )
})
