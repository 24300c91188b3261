/** Pictures in backups, restores and migrations: files and records together, compared by their hashes. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PassThrough } from 'node:stream'
import { suite, type TestContext, test } from 'node:test'
import { openStores as openAuthStores } from '@shop/auth_service/storage/open_stores'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { fileName, RENDITION_EDGES, RENDITION_FORMATS } from '@shop/product_service/domain/media'
import type { FileName } from '@shop/product_service/domain/media_ports'
import { openMediaFiles } from '@shop/product_service/storage/open_media_files'
import { openStores as openProductStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { S3_BUCKET, S3_KEY, startS3 } from '../../product_service/test/s3_server.ts'
import { mediaIn } from '../../scripts/backup/media.ts'
import { copyMediaFiles, eitherOf, inStore } from '../../scripts/migrate/media.ts'
import { finish, newWorld, type World } from './running.ts'

/** A shop with a picture that is shown, and one that nothing shows. */
async function makeShop({ dataDir, env }: World) {
  const place = { DATA_DIR: dataDir, CURRENCY: 'USD', ...mediaVariables(env) }
  const products = await openProductStores(place, { runtime: systemRuntime })
  const ids = ['a', 'b'].map((digit) => digit.repeat(64)) as [string, string]
  const folders: string[] = []
  for (const id of ids) {
    const renditions = RENDITION_EDGES.flatMap((edge) =>
      RENDITION_FORMATS.map((format) => {
        const content = Buffer.from(`${id} ${edge} ${format}`)
        const sha256 = createHash('sha256').update(content).digest('hex')
        return { edge, format, width: 4, height: 3, bytes: content.length, sha256, content }
      }),
    )
    const folder = systemRuntime.newId()
    folders.push(folder)
    await products.media.files.put(
      folder,
      renditions.map((each) => ({ name: fileName(each), content: each.content })),
    )
    const createdAt = new Date().toISOString()
    await products.media.records.addOnce({
      ...{ id, folder, width: 4, height: 3, blur: '', createdAt, createdBy: 'root' },
      renditions: renditions.map(({ content: _, ...rendition }) => rendition),
    })
  }
  for (const { close } of [
    products,
    await openAuthStores(place, { runtime: systemRuntime }),
    await openOrderStores(place, { runtime: systemRuntime }),
  ])
    await close()
  const db = new DatabaseSync(join(dataDir, 'products.db'))
  db.exec(`UPDATE media SET unused_since = NULL WHERE id = '${ids[0]}'`)
  db.exec(`INSERT INTO media_uses VALUES ('cup', '${ids[0]}')`)
  db.close()
  return { ids, folders: folders as [string, string] }
}

const mediaVariables = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('MEDIA_')))

async function world(t: TestContext, media: Record<string, string> = {}) {
  const plain = await newWorld(t)
  const made = { ...plain, env: { ...plain.env, ...media } }
  return { ...made, ...(await makeShop(made)), backup: join(made.dataDir, '..', 'backup') }
}

const textOf = async (dataDir: string, folder: string) => {
  const pieces = await mediaIn(dataDir).get(folder, '640.jpg')
  return pieces && Buffer.concat(await Array.fromAsync(pieces)).toString()
}
const pathIn = (dataDir: string, folder: string) => join(dataDir, 'media', folder.slice(-2), folder)

suite('pictures are carried', () => {
  test('by a backup and its restore', async (t) => {
    const shop = await world(t)
    const made = await finish(t, 'backup.ts', shop, '--to', shop.backup)
    assert.equal(made.code, 0, made.output)
    const dataDir = `${shop.dataDir}_2`
    const restored = await finish(
      t,
      'restore.ts',
      { ...shop, dataDir, env: { ...shop.env, DATA_DIR: dataDir } },
      '--from',
      shop.backup,
    )
    assert.equal(restored.code, 0, restored.output)
    for (const [i, folder] of shop.folders.entries())
      assert.equal(await textOf(dataDir, folder), `${shop.ids[i]} 640 jpeg`)
  })

  test('by a backup from, and a restore to, an S3-compatible store', async (t) => {
    const s3 = await startS3(t)
    const shop = await world(t, {
      ...{ MEDIA_URL: `${s3.origin}/${S3_BUCKET}/shop`, MEDIA_REGION: S3_KEY.region },
      ...{ MEDIA_ACCESS_KEY_ID: S3_KEY.keyId, MEDIA_SECRET_ACCESS_KEY: S3_KEY.secret },
    })
    const before = new Map([...s3.objects].map(([key, { content }]) => [key, String(content)]))
    assert.equal(before.size, 12)
    const made = await finish(t, 'backup.ts', shop, '--to', shop.backup)
    assert.equal(made.code, 0, made.output)
    s3.objects.clear()
    const dataDir = `${shop.dataDir}_2`
    const there = { ...shop, dataDir, env: { ...shop.env, DATA_DIR: dataDir } }
    s3.failAlways('cut')
    const refused = await finish(t, 'restore.ts', there, '--from', shop.backup)
    assert.equal(refused.code, 1)
    assert.match(refused.output, /store of pictures, http/)
    assert.equal(existsSync(join(dataDir, 'products.db')), false)
    s3.failAlways(undefined)
    const restored = await finish(t, 'restore.ts', there, '--from', shop.backup)
    assert.equal(restored.code, 0, restored.output)
    assert.deepEqual(new Map([...s3.objects].map(([key, { content }]) => [key, String(content)])), before)
    assert.equal(existsSync(join(dataDir, 'media')), false)
  })

  test('or the backup is refused; one that nothing shows may be gone meanwhile', async (t) => {
    const shop = await world(t)
    rmSync(pathIn(shop.dataDir, shop.folders[1]), { recursive: true })
    assert.equal((await finish(t, 'backup.ts', shop, '--to', shop.backup)).code, 0)
    const db = new DatabaseSync(join(shop.backup, 'products.db'), { readOnly: true })
    assert.deepEqual(
      db
        .prepare('SELECT id FROM media')
        .all()
        .map(({ id }) => id),
      [shop.ids[0]],
    )
    db.close()
    writeFileSync(join(pathIn(shop.dataDir, shop.folders[0]), '640.jpg'), 'other pixels')
    const another = `${shop.backup}_2`
    const refused = await finish(t, 'backup.ts', shop, '--to', another)
    assert.equal(refused.code, 1)
    assert.match(refused.output, /Not usable: the file 640\.jpg of the picture a+ is damaged/)
    assert.deepEqual(readdirSync(another), [])
  })

  test('a backup whose files were changed is not restored', async (t) => {
    const shop = await world(t)
    assert.equal((await finish(t, 'backup.ts', shop, '--to', shop.backup)).code, 0)
    rmSync(join(pathIn(shop.backup, shop.folders[0]), '320.webp'))
    const dataDir = `${shop.dataDir}_2`
    const refused = await finish(
      t,
      'restore.ts',
      { ...shop, dataDir, env: { ...shop.env, DATA_DIR: dataDir } },
      '--from',
      shop.backup,
    )
    assert.equal(refused.code, 1)
    assert.match(refused.output, /lacks its file 320\.webp/)
    assert.equal(existsSync(join(dataDir, 'products.db')), false)
  })
})

mongoSuite('pictures of a shop that moves to MongoDB', (server) => {
  const movedTo = async (
    t: TestContext,
    media: Record<string, string>,
    shop: Awaited<ReturnType<typeof world>>,
  ) => {
    const url = server.url()
    const moved = await finish(
      t,
      'migrate.ts',
      { ...shop, env: { ...shop.env, ...media } },
      ...[...['--from', `sqlite:${shop.dataDir}`, '--to', url]],
    )
    assert.equal(moved.code, 0, moved.output)
    const place = { DATA_DIR: shop.dataDir, CURRENCY: 'USD', DATABASE_URL: url, ...media }
    const stores = await openProductStores(place, { runtime: systemRuntime })
    t.after(() => stores.close())
    return stores
  }

  test('have the same bytes there, and the logo is still used', async (t) => {
    const shop = await world(t)
    const db = new DatabaseSync(join(shop.dataDir, 'products.db'))
    const settings = JSON.stringify({ logo_media_id: shop.ids[0] })
    db.prepare(`INSERT INTO shop (id, version, settings, updated_at) VALUES ('shop', 2, ?, ?)`).run(
      settings,
      new Date().toISOString(),
    )
    db.exec(`UPDATE media_uses SET owner_id = 'shop'`)
    db.close()
    const { media, shop: moved } = await movedTo(t, {}, shop)
    const source = mediaIn(shop.dataDir)
    const bytes = async (files: typeof source, folder: string, name: FileName) =>
      Buffer.concat(await Array.fromAsync((await files.get(folder, name))!))
    for (const [i, folder] of shop.folders.entries()) {
      const record = await media.records.find(shop.ids[i]!)
      assert.equal(record?.folder, folder)
      for (const rendition of record.renditions) {
        const name = fileName(rendition)
        const there = await bytes(media.files, folder, name)
        assert.deepEqual(there, await bytes(source, folder, name))
        assert.equal(createHash('sha256').update(there).digest('hex'), rendition.sha256)
      }
    }
    assert.deepEqual((await moved.read()).logo, { width: 4, height: 3 })
    assert.equal(await media.records.removeUnused(shop.ids[0], '2099-01-01T00:00:00.000Z'), false)
  })
})

test('files that move to an S3-compatible store have the same bytes there; one that is damaged stops it', async (t) => {
  const s3 = await startS3(t)
  const shop = await world(t)
  const target = openMediaFiles(
    {
      ...{ MEDIA_URL: `${s3.origin}/${S3_BUCKET}`, MEDIA_REGION: S3_KEY.region },
      ...{ MEDIA_ACCESS_KEY_ID: S3_KEY.keyId, MEDIA_SECRET_ACCESS_KEY: S3_KEY.secret },
    },
    systemRuntime,
  )!
  const db = new DatabaseSync(join(shop.dataDir, 'products.db'), { readOnly: true })
  t.after(() => db.close())
  const source = mediaIn(shop.dataDir)
  const out = new PassThrough().resume()
  const copy = () => copyMediaFiles(db, eitherOf(source, target), inStore(target), out, async () => {})
  await copy()
  assert.equal(s3.objects.size, 12)
  assert.equal(String(s3.objects.get(`${shop.folders[1]}/640.jpg`)?.content), `${shop.ids[1]} 640 jpeg`)
  const written = s3.seen.filter((each) => each.startsWith('PUT')).length
  await copy()
  assert.equal(s3.seen.filter((each) => each.startsWith('PUT')).length, written, 'what is there stays')
  rmSync(pathIn(shop.dataDir, shop.folders[1]), { recursive: true })
  await copy()
  writeFileSync(join(pathIn(shop.dataDir, shop.folders[0]), '640.jpg'), 'other pixels')
  await assert.rejects(copy(), /not complete: the file 640\.jpg of the picture a+ is damaged/)
})
