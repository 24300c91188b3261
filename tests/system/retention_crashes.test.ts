/** A process that removes old records is killed between archive and removal, and after it: nothing is lost, on real files. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { scheduleChanged, scheduleNew } from '@shop/order_service/domain/schedule'
import { newOrder, reject } from '@shop/order_service/domain/transitions'
import { openStores as openOrders } from '@shop/order_service/storage/open_stores'
import { isOpeningBalance } from '@shop/product_service/domain/compaction'
import { openStores as openProducts } from '@shop/product_service/storage/open_stores'
import { systemRuntime as runtime } from '@shop/service_kit/runtime/runtime'

const LONG_AGO = new Date('2020-01-01T00:00:00.000Z')
const AT = LONG_AGO.toISOString()
/** More than one batch of the remover. */
const MANY = 250
const idOf = (n: number) => `016f5e66-e800-7000-8000-${String(n).padStart(12, '0')}`

function folders(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'shop-retention-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const archive = join(folder, 'archive')
  const remove = (service: string, point: string) => {
    const { signal, status, stderr } = spawnSync(
      process.execPath,
      [join(import.meta.dirname, 'remover.ts'), service, folder, archive, point],
      { encoding: 'utf8' },
    )
    if (point === 'end') assert.equal(status, 0, stderr)
    else assert.equal(signal, 'SIGKILL', stderr)
  }
  /** How often each record is in the archive. */
  const archived = (kind: string, keyOf: (record: Record<string, unknown>) => string) => {
    const counts = new Map<string, number>()
    for (const name of readdirSync(archive)) {
      for (const line of readFileSync(join(archive, name), 'utf8').split('\n').slice(0, -1)) {
        const { kind: its, record } = JSON.parse(line)
        if (its === kind) counts.set(keyOf(record), (counts.get(keyOf(record)) ?? 0) + 1)
      }
    }
    return counts
  }
  return { config: { DATA_DIR: folder, CURRENCY: 'USD' }, remove, archived }
}

suite('a kill while old records are removed', { timeout: 120_000 }, () => {
  for (const [point, twice] of [
    ['archived', 200],
    ['removed', 0],
  ] as const) {
    test(`orders, ${point}: each is in the store or in the archive (invariant 3)`, async (t) => {
      const { config, remove, archived } = folders(t)
      const ids = Array.from({ length: MANY }, (_, n) => idOf(n))
      const orders = await openOrders(config, { runtime })
      const draft = { userId: idOf(9_999), idempotencyKey: undefined, totalMinor: 100, currency: 'USD' }
      for (const id of ids) {
        const wanted = newOrder({ ...draft, lines: [{ productId: idOf(1), quantity: 1 }] }, id, LONG_AGO)
        const pending = scheduleNew(wanted, LONG_AGO)
        const rejection = { reason: 'product_not_found', unknownProducts: [idOf(1)] } as const
        await orders.orders.addOnce(pending)
        await orders.orders.save(
          scheduleChanged(reject(wanted, rejection, LONG_AGO), pending.schedule, LONG_AGO),
        )
      }
      await orders.close()

      remove('order_service', point)
      const after = await openOrders(config, { runtime })
      const left = await after.orders.statusesOf(ids)
      await after.close()
      assert.equal(left.size, point === 'archived' ? MANY : MANY - 200)
      const inArchive = () => archived('order', ({ order }) => (order as { id: string }).id)
      for (const id of ids) assert.ok(left.has(id) || inArchive().has(id), id)

      remove('order_service', 'end')
      const counts = [...inArchive().values()]
      assert.equal(counts.length, MANY)
      assert.equal(counts.filter((count) => count === 2).length, twice)
    })

    test(`movements, ${point}: each is in the ledger or in the archive, which balances (invariant 2)`, async (t) => {
      const { config, remove, archived } = folders(t)
      const [productId, stamp] = [idOf(1), { by: 'root', at: AT }]
      const fields = { name: 'Tea', description: '', priceMinor: 100, stock: 10 }
      const products = await openProducts(config, { runtime })
      await products.catalogue.create({ id: productId, fields }, stamp)
      for (let n = 1; n < MANY; n++) {
        await products.stock.adjust({ productId, delta: 1, note: 'counted', attempt: undefined }, stamp)
      }
      await products.close()
      const read = async () => {
        const stores = await openProducts(config, { runtime })
        const page = await stores.stock.movements(productId, { after: undefined, limit: 1_000 })
        assert.deepEqual((await stores.audit.ledgerMismatches(undefined, 10)).mismatches, [])
        await stores.close()
        return page!.items
      }
      const inArchive = () => archived('movement', ({ version, note }) => `${version} ${note}`)

      remove('product_service', point)
      const left = await read()
      assert.equal(left.length, point === 'archived' ? MANY : MANY - 199)
      const kept = left.filter((movement) => !isOpeningBalance(movement)).map(({ version }) => version)
      const versions = new Set([...kept, ...[...inArchive().keys()].map((key) => Number(key.split(' ')[0]))])
      assert.equal(versions.size, MANY)

      remove('product_service', 'end')
      assert.equal((await read()).length, 1)
      const counts = inArchive()
      assert.equal([...counts.keys()].filter((key) => !key.includes('Opening')).length, MANY)
      assert.equal([...counts.values()].filter((count) => count === 2).length, twice)
    })
  }
})
