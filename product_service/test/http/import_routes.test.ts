/** Imports over HTTP: the file in parts, the check, the start, the result, and the export. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { EXPORT_AT_ONCE } from '../../src/csv/write_csv.ts'
import { IMPORT_PART_BYTES_MAX, IMPORT_PARTS_MAX } from '../../src/domain/import.ts'
import { EXPORT_STALLED_MS, EXPORTS_MAX } from '../../src/http/import_routes.ts'
import { workerOf } from '../imports.ts'
import { add, nextId, openShop } from '../worlds.ts'

const BYTES = { 'content-type': 'application/octet-stream' }

async function openOffice(t: TestContext) {
  const shop = await openShop(t)
  const begin = async (name = 'a.csv') => (await shop.admin('POST', '/imports', { name })).json()
  const part = (id: string, number: number, content: string | Buffer, headers = BYTES) =>
    shop.admin('PUT', `/imports/${id}/parts/${number}`, Buffer.from(content as string), headers)
  const change = (id: string, body: object) => shop.admin('PATCH', `/imports/${id}`, body)
  const checked = async (csv: string) => {
    const { id } = await begin()
    await part(id, 0, csv)
    await change(id, { state: 'checking', parts: 1 })
    await workerOf(shop.stores).work()
    return id as string
  }
  return { ...shop, begin, part, change, checked }
}

suite('an import', () => {
  test('is sent in parts, checked, started and done', async (t) => {
    const { admin, begin, part, change, stores } = await openOffice(t)
    const begun = await begin('spring.csv')
    assert.deepEqual([begun.state, begun.part_bytes, begun.sheet], ['uploading', IMPORT_PART_BYTES_MAX, null])
    const rows = Array.from({ length: 5_000 }, (_, i) => `T-${i},Tea ${i},3.00,1`)
    const file = Buffer.from(`sku,name,price,stock,colour\n${rows.join('\n')}\n`)
    const parts = Math.ceil(file.length / IMPORT_PART_BYTES_MAX)
    assert.ok(parts > 1)
    const piece = (i: number) => file.subarray(i * IMPORT_PART_BYTES_MAX, (i + 1) * IMPORT_PART_BYTES_MAX)
    for (const i of [1, 0, 0]) assert.equal((await part(begun.id, i, piece(i))).statusCode, 204)
    const early = await change(begun.id, { state: 'applying' })
    assert.deepEqual([early.statusCode, early.json().code], [409, 'import_state_conflict'])
    const checking = (await change(begun.id, { state: 'checking', parts })).json()
    assert.equal(checking.state, 'checking')
    await workerOf(stores).work()
    const checked = (await admin('GET', `/imports/${begun.id}`)).json()
    assert.deepEqual(
      [checked.state, checked.checked.rows, checked.checked.created, checked.checked.stock_in, checked.steps],
      ['checked', 5_000, 5_000, 5_000, 5_000],
    )
    assert.deepEqual(checked.sheet.columns.at(-1), { name: 'colour', field: null })
    assert.equal((await change(begun.id, { state: 'applying' })).json().state, 'applying')
    await workerOf(stores).work()
    const done = (await admin('GET', `/imports/${begun.id}`)).json()
    assert.deepEqual([done.state, done.position, done.applied.created], ['done', 5_000, 5_000])
    const again = await change(begun.id, { state: 'cancelled' })
    assert.deepEqual([again.statusCode, again.json().current.state], [409, 'done'])
    assert.deepEqual((await admin('GET', '/imports')).json(), { items: [done], next_cursor: null })
  })

  test('is open alone, until it is cancelled', async (t) => {
    const { admin, begin, change, part } = await openOffice(t)
    const { id } = await begin()
    const second = await admin('POST', '/imports', { name: 'b.csv' })
    assert.deepEqual([second.statusCode, second.json().code], [409, 'import_under_way'])
    assert.equal(second.json().current.id, id)
    assert.equal((await change(id, { state: 'cancelled' })).json().state, 'cancelled')
    assert.equal((await part(id, 0, 'x')).json().code, 'import_state_conflict')
    assert.equal((await admin('POST', '/imports', { name: 'b.csv' })).statusCode, 201)
    assert.equal((await change(nextId(), { state: 'cancelled' })).json().code, 'import_not_found')
  })

  test('with a wrong part is refused', async (t) => {
    const { begin, part, change } = await openOffice(t)
    const { id } = await begin()
    assert.equal((await part(id, 0, Buffer.alloc(IMPORT_PART_BYTES_MAX))).statusCode, 204)
    assert.equal((await part(id, 0, Buffer.alloc(IMPORT_PART_BYTES_MAX + 1))).statusCode, 413)
    assert.equal((await part(id, 0, '')).statusCode, 415)
    assert.equal((await part(id, 0, '{}', { 'content-type': 'application/json' })).statusCode, 415)
    assert.equal((await part(id, IMPORT_PARTS_MAX, 'x')).statusCode, 400)
    const missing = await change(id, { state: 'checking', parts: 2 })
    assert.match(missing.json().detail, /1 of 2 parts/)
    assert.equal((await change(id, { state: 'checking', parts: IMPORT_PARTS_MAX + 1 })).statusCode, 400)
  })

  test('shows its faults in pages and as a table, without formulas, and starts without their rows', async (t) => {
    const { admin, checked, change } = await openOffice(t)
    const id = await checked('sku,name,price\n=cmd(),,3\nT-1,Tea,3\nT-1,Tea,3\nT-2,Tea,free\n')
    const refused = await change(id, { state: 'applying' })
    assert.deepEqual([refused.statusCode, refused.json().code], [409, 'import_has_faults'])
    const first = (await admin('GET', `/imports/${id}/notes?limit=2`)).json()
    assert.deepEqual(first.items[0], {
      ...{ row: 2, column: 'name', kind: 'fault', message: 'A new product needs a name.' },
      ...{ code: 'product_name_missing', values: {} },
    })
    const rest = (await admin('GET', `/imports/${id}/notes?cursor=${first.next_cursor}`)).json()
    assert.deepEqual([first.items.length, rest.items.length, rest.next_cursor], [2, 1, null])
    const result = await admin('GET', `/imports/${id}/result`)
    assert.equal(result.headers['content-type'], 'text/csv; charset=utf-8')
    assert.match(String(result.headers['content-disposition']), /^attachment/)
    assert.equal(
      result.body,
      '\ufeffrow,kind,column,message\r\n2,fault,name,A new product needs a name.\r\n4,fault,sku,The SKU T-1 is also in row 3.\r\n5,fault,price,“free” must be an amount in USD of at most 1000000000.00 with at most 2 digits after the point.\r\n',
    )
    const german = await admin('GET', `/imports/${id}/result?language=de`)
    assert.deepEqual(german.body.split('\r\n').slice(0, 2), [
      '\ufeffZeile,Art,Spalte,Meldung',
      '2,Fehler,name,Ein neues Produkt braucht einen Namen.',
    ])
    assert.equal((await admin('GET', `/imports/${id}/result?language=xx`)).statusCode, 400)
    assert.equal((await change(id, { state: 'applying', without_faulty: true })).json().state, 'applying')
  })
})

suite('an export', () => {
  test('has everything, in our own columns', async (t) => {
    const { admin, stores } = await openOffice(t)
    const tea = await add(stores, { name: '=Tea', details: { sku: '+1', draft: true } })
    const answer = await admin('GET', '/exports/catalogue.csv')
    assert.equal(answer.headers['content-type'], 'text/csv; charset=utf-8')
    const [head, row, end] = answer.body.split('\r\n')
    assert.match(head!, /^\ufefftype,id,version,group,sku,name,/)
    assert.equal(row, `product,${tea.id},1,,'+1,'=Tea,,1.00,,10,draft,,tea,,,standard,,,,,`)
    assert.equal(end, '')
  })

  test('that fails on the way, or of which nothing is taken, ends as an incomplete answer', async (t) => {
    const stalling = new Set<() => void>()
    const after: typeof systemRuntime.after = (ms, run, options) => {
      if (ms !== EXPORT_STALLED_MS) return systemRuntime.after(ms, run, options)
      stalling.add(run)
      return () => void stalling.delete(run)
    }
    const { app, stores } = await openShop(t, { runtime: { after } })
    const tea = await add(stores, { description: 'x'.repeat(5_000) })
    const rows = Array.from({ length: EXPORT_AT_ONCE }, () => tea)
    let pagesLeft = 2
    Object.assign(stores.exported, {
      groups: async () => [],
      products: async () => {
        if (--pagesLeft < 0) throw new Error('the store is away')
        return rows
      },
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const headers = { authorization: 'Bearer admin' }
    const ask = () => fetch(`http://127.0.0.1:${port}/exports/catalogue.csv`, { headers })
    const broken = await ask()
    assert.equal(broken.status, 200)
    await assert.rejects(broken.text())
    pagesLeft = 1_000
    const stalled = await ask()
    // Until the buffers on the way are full.
    for (let left = -1; left !== pagesLeft; ) {
      left = pagesLeft
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    assert.ok(pagesLeft > 900)
    assert.equal(stalling.size, 1)
    for (const cut of stalling) cut()
    await assert.rejects(stalled.text())
  })

  test('is read from the store as fast as the client reads it, some at a time', async (t) => {
    const { app, stores, admin } = await openOffice(t)
    for (let i = 0; i < 20; i++) {
      const drafts = Array.from({ length: 200 }, () => ({
        id: nextId(),
        fields: { name: 'Tea', description: 'x'.repeat(5_000), priceMinor: 1, stock: 1 },
      }))
      await stores.catalogue.importProducts(drafts, { by: 'root', at: '2026-01-01T00:00:00.000Z' })
    }
    let pages = 0
    const { products } = stores.exported
    Object.assign(stores.exported, {
      products: (...given: Parameters<typeof products>) => {
        pages += 1
        return products(...given)
      },
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const sockets = Array.from({ length: EXPORTS_MAX }, () => connect(port, '127.0.0.1'))
    t.after(() => {
      for (const socket of sockets) socket.destroy()
    })
    for (const socket of sockets) {
      socket.write('GET /exports/catalogue.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin\r\n\r\n')
      await once(socket, 'readable')
    }
    // 20 MB of text; what is read ahead is in the buffers of two sockets.
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.ok(pages < 2 * 15, `${pages} pages were read for clients that read nothing`)
    const third = await admin('GET', '/exports/catalogue.csv')
    assert.deepEqual([third.statusCode, third.json().code], [503, 'overloaded'])
    for (const socket of sockets) socket.destroy()
    for (let left = 100; left > 0; left--) {
      const next = await admin('GET', '/exports/catalogue.csv')
      if (next.statusCode === 200) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.fail('the slots of clients that left are not free again')
  })
})
