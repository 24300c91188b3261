/** The doctor finds categories that another program broke. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openSqliteStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { checkCategories } from '../../scripts/doctor/categories.ts'

test('categories that are no tree any more, or have lost their address, are named', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-doctor-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const path = join(folder, 'products.db')
  const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
  t.after(() => stores.close())
  const stamp = { by: 'root', at: '2026-01-01T00:00:00.000Z' }
  const add = (id: string, parentId: string | null) =>
    stores.categories.create({ id, fields: { name: id, description: '', parentId } }, stamp)
  await add('home', null)
  await add('mugs', 'home')
  assert.deepEqual(await checkCategories(stores), {
    name: 'Categories',
    findings: [],
    summary: '2 form a tree',
  })
  const db = new DatabaseSync(path)
  db.exec(
    "UPDATE categories SET path = '/gone/mugs/' WHERE id = 'mugs'; UPDATE slugs SET current = 0 WHERE slug = 'home'",
  )
  db.exec('UPDATE category_tree SET revision = revision + 1')
  db.close()
  assert.deepEqual(
    (await checkCategories(stores)).findings.map(({ problem }) => problem),
    [
      'In the categories mugs is not below a category that is there.',
      'The category home is not found at its address home.',
    ],
  )
})
