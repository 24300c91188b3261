/**
 * An import whose process dies at each of its crash points, and once at any moment, while customers buy and an admin edits what
 * is imported: each row takes effect once, an edit is not overwritten, and stock is the sum of its movements (invariants 1, 2
 * and 7).
 */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { call, expectStatus, type Json } from './calls.ts'
import { until } from './until.ts'
import { type Account, createWorld, newKey, storePath, type World } from './world.ts'

const POINTS = ['import_product_created', 'import_stock_moved', 'import_steps_applied'] as const
const KNOWN = 20
const NEW = 150
const IMPORT_MS = 60_000
/** Between two orders. */
const PAUSE_MS = 50

suite('an import that dies', { timeout: 240_000 }, () => {
  test('is continued, and each row takes effect once (invariants 1, 2 and 7)', async (t) => {
    const world = await createWorld(t)
    const [buyer] = await world.buyers(1)
    const { token } = world.admin
    const ask = async (method: string, path: string, body?: Json) =>
      call<Json>(method, world.products.url + path, { token, ...(body && { body }) })
    const known = await Promise.all(
      Array.from({ length: KNOWN }, async (_, i) =>
        expectStatus(
          await ask('POST', '/products', {
            name: `K ${i}`,
            description: '',
            price: '1.00',
            stock: 100,
            sku: `K-${i}`,
          }),
          201,
        ),
      ),
    )
    const rows = [
      ...known.map((_, i) => `K-${i},Known ${i},1.00,150`),
      ...Array.from({ length: NEW }, (_, i) => `N-${i},New ${i},2.00,3`),
    ]
    const id = await checked(world, ask, `sku,name,price,stock\n${rows.join('\n')}\n`)
    // After the check, before its turn comes.
    const edited = known[KNOWN - 1]!
    await ask('PATCH', `/products/${edited.id}`, { name: 'Edited meanwhile' })
    expectStatus(await ask('PATCH', `/imports/${id}`, { state: 'applying' }), 200)

    const buying = buyAll(world, buyer!, String(known[0]!.id))
    t.after(buying.end)
    await world.products.stop()
    for (const point of POINTS) {
      // It dies when the lease of the dead one before has passed.
      await world.products.start({ NODE_ENV: 'test', CRASH_POINT: point })
      assert.equal((await world.products.ended()).signal, 'SIGKILL', point)
    }
    await world.products.start()
    await until('some steps were applied', IMPORT_MS, async () => {
      const { position } = (await ask('GET', `/imports/${id}`)).body
      return Number(position) > 0
    })
    await world.products.kill()
    await world.products.start()
    const done = await until('the import is done', IMPORT_MS, async () => {
      const job = (await ask('GET', `/imports/${id}`)).body
      return job.state === 'done' && job
    })
    const sold = await buying.stop()

    const { created, changed, unchanged, conflicts, refused } = done.applied as Record<string, number>
    assert.deepEqual([created, changed! + unchanged!, conflicts, refused], [NEW, KNOWN - 1, 1, 0])
    const db = new DatabaseSync(storePath(world.dataDir, 'product_service'), { readOnly: true })
    t.after(() => db.close())
    const imported = db
      .prepare(
        `SELECT p.sku, p.name, p.stock, count(m.version) AS movements, coalesce(sum(m.delta), 0) AS moved
           FROM products p LEFT JOIN movements m ON m.product_seq = p.seq AND m.note LIKE 'import %' GROUP BY p.seq`,
      )
      .all() as { sku: string; name: string; stock: number; movements: number; moved: number }[]
    assert.equal(imported.length, KNOWN + NEW)
    for (const { sku, name, stock, movements, moved } of imported) {
      const isEdited = sku === `K-${KNOWN - 1}`
      const isBought = sku === 'K-0'
      const before = sku.startsWith('K') ? 100 : 0
      const units = isEdited ? 0 : sku.startsWith('K') ? 50 : 3
      assert.deepEqual([sku, movements, moved], [sku, isEdited ? 0 : 1, units])
      assert.equal(stock, before + units - (isBought ? sold : 0), sku)
      assert.match(name, isEdited ? /^Edited meanwhile$/ : /^(Known|New) \d+$/)
    }
    const unbalanced = db
      .prepare(
        'SELECT id FROM products p WHERE stock <> (SELECT coalesce(sum(delta), 0) FROM movements m WHERE m.product_seq = p.seq)',
      )
      .all()
    assert.deepEqual(unbalanced, [])
    const notes = (await ask('GET', `/imports/${id}/notes`)).body.items as Json[]
    assert.deepEqual(
      notes.map(({ row, kind }) => [row, kind]),
      [[KNOWN + 1, 'conflict']],
    )
  })
})

type Ask = (method: string, path: string, body?: Json) => ReturnType<typeof call<Json>>

async function checked({ products, admin }: World, ask: Ask, csv: string): Promise<string> {
  const { id } = expectStatus(await ask('POST', '/imports', { name: 'spring.csv' }), 201)
  const sent = await fetch(`${products.url}/imports/${id}/parts/0`, {
    ...{ method: 'PUT', body: csv },
    headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/octet-stream' },
  })
  assert.equal(sent.status, 204)
  expectStatus(await ask('PATCH', `/imports/${id}`, { state: 'checking', parts: 1 }), 200)
  await until(
    'the file is checked',
    IMPORT_MS,
    async () => (await ask('GET', `/imports/${id}`)).body.state === 'checked',
  )
  return String(id)
}

/** One order after the other, also while the service is down; `stop` resolves the units that were sold. */
function buyAll(world: World, buyer: Account, productId: string) {
  let stopped = false
  const orders: string[] = []
  const buying = (async () => {
    while (!stopped) {
      const lines = [{ product: { id: productId, price: '1.00' }, quantity: 1 }]
      const answer = await world.place(buyer, { lines, key: newKey(), total: '1.00' })
      // Sold out.
      if (answer.status === 409) return
      orders.push(expectStatus(answer, 201, 202).id)
      await sleep(PAUSE_MS)
    }
  })()
  buying.catch(() => {})
  const end = async () => {
    stopped = true
  }
  return {
    end,
    async stop() {
      await end()
      await buying
      const settled = await Promise.all(orders.map((id) => world.settled(buyer, id)))
      assert.ok(settled.length > 5, `${settled.length} orders were made`)
      return settled.filter(({ status }) => status === 'confirmed').length
    },
  }
}
