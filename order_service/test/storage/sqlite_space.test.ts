/** The space of removed orders: SQLite uses it again, and VACUUM of the stopped store returns it (docs/operations.md). */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openStores } from '../../src/storage/open_stores.ts'
import { ADA, AT, confirm, HELD, order, reject, SHORT } from '../samples.ts'

const MANY = 1_500

test('removed orders leave room for new ones; after VACUUM the file is small, and lists are as before', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-space-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'orders.db')
  const open = () => openStores({ DATA_DIR: folder, CURRENCY: 'USD' }, { runtime: systemRuntime })
  const place = async (count: number) => {
    const { orders, close } = await open()
    await Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const { stored } = await orders.addOnce(order({ idempotencyKey: `${count} ${n}` }))
        await orders.save(n % 10 === 0 ? confirm(stored, HELD, AT) : reject(stored, SHORT, AT))
      }),
    )
    await close()
  }
  const removeRejected = async () => {
    const { ended, close } = await open()
    for (const source of ended) {
      const { items } = await source.due('9000-01-01', undefined, MANY)
      await source.remove(items)
    }
    await close()
  }
  const kept = async () => {
    const { orders, close } = await open()
    const all = await orders.listByUser(ADA, { limit: MANY })
    const middle = all[all.length >> 1]!.order.id
    const behind = await orders.listByUser(ADA, { limit: MANY, before: middle })
    await close()
    return { all, behind }
  }
  const size = () => statSync(path).size

  await place(MANY)
  const full = size()
  await removeRejected()
  assert.equal(size(), full, 'removing alone returns nothing')
  const before = await kept()
  await place(MANY / 2)
  assert.ok(size() <= full, 'the room is used again')
  await removeRejected()

  const stopped = new DatabaseSync(path)
  stopped.exec('VACUUM')
  stopped.close()
  assert.ok(size() < full / 3, `${size()} of ${full} bytes`)
  const after = await kept()
  assert.deepEqual(after.all.slice(-before.all.length), before.all)
  assert.deepEqual(
    after.behind,
    after.all.slice((after.all.length >> 1) + 1),
    'pages continue in the same order',
  )
})
