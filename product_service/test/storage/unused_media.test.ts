/** Pictures that nothing shows, and files without a record, are removed by a run of the retention. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import { createRetention, createRetentionMetrics } from '@shop/service_kit/storage/retention'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import { pino } from 'pino'
import { LEFT_OVER_AFTER_MS } from '../../src/domain/media.ts'
import { UPLOAD_AGE_MAX_MS } from '../../src/domain/upload_media.ts'
import { PICTURE_MS, PICTURE_WAIT_MS } from '../../src/pictures/pictures.ts'
import { createMediaFolder } from '../../src/storage/media_folder.ts'
import { createSqliteMediaRecords } from '../../src/storage/sqlite_media_records.ts'
import { prepareMediaUses } from '../../src/storage/sqlite_media_uses.ts'
import { MIGRATIONS } from '../../src/storage/sqlite_migrations.ts'
import { createLeftOverFiles, createUnusedMedia } from '../../src/storage/unused_media.ts'
import { someMedia } from '../media_contract.ts'
import { folder } from '../worlds.ts'

const DAY_MS = 24 * 60 * 60_000
const FILES = [{ name: '320.webp', content: Buffer.from('x') }] as const

function open(t: TestContext) {
  const root = join(folder(t), 'media')
  const store = openSqlite({
    path: join(folder(t), 'products.db'),
    migrations: MIGRATIONS,
    runtime: systemRuntime,
  })
  t.after(() => store.close())
  const files = createMediaFolder(root)
  const records = createSqliteMediaRecords(store, IGNORE_UNREADABLE)
  const replace = prepareMediaUses(store.writer)
  let now = Date.parse('2026-03-01T00:00:00Z')
  const folderAt = (ms: number) => {
    const digits = ms.toString(16).padStart(12, '0')
    return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-${systemRuntime.newId().slice(-12)}`
  }
  const add = async () => {
    const media = someMedia({ folder: folderAt(now), createdAt: new Date(now).toISOString() })
    await files.put(media.folder, FILES)
    return (await records.addOnce(media)).media
  }
  const run = async () => {
    const retention = createRetention({
      tasks: [
        { days: 7, source: createUnusedMedia({ records, files }), archived: false },
        { days: 1, source: createLeftOverFiles({ records, files }), archived: false },
      ],
      lease: { take: async () => true, end: async () => undefined },
      archive: { add: () => Promise.reject(new Error('nothing is archived')), close: async () => {} },
      metrics: createRetentionMetrics(createMetrics('product_service')),
      logger: pino({ level: 'silent' }),
      runtime: { ...systemRuntime, now: () => new Date(now) },
    })
    assert.equal(await retention.run(), true)
  }
  return {
    ...{ files, records, add, run, folderAt },
    use: (owner: string, ids: readonly string[]) =>
      store.write(() => replace(owner, ids, new Date(now).toISOString())),
    pass: (days: number) => {
      now += days * DAY_MS
    },
    now: () => now,
    stored: () => readdirSync(root).flatMap((shard) => readdirSync(join(root, shard))),
  }
}

suite('the sweeper of pictures', () => {
  test('removes a picture that nothing shows for so many days, with its files, and no other', async (t) => {
    const { add, use, pass, run, records, stored } = open(t)
    const [unused, used, released, again] = [await add(), await add(), await add(), await add()]
    await use('cup', [used.id, released.id])
    pass(6)
    await use('cup', [used.id])
    await records.addOnce({ ...again, folder: someMedia().folder, createdAt: '2026-03-07T00:00:00.000Z' })
    await run()
    assert.equal(stored().length, 4)
    pass(2)
    await run()
    assert.equal(await records.find(unused.id), undefined)
    assert.deepEqual(stored().sort(), [used, released, again].map((each) => each.folder).sort())
    pass(100)
    await run()
    assert.deepEqual(stored(), [used.folder])
    assert.ok(await records.find(used.id))
  })

  test('removes files without a record after a day, those of uploads under way never', async (t) => {
    const { files, folderAt, now, run, pass, stored, add } = open(t)
    const { folder: kept } = await add()
    const [old, young] = [
      folderAt(now() - LEFT_OVER_AFTER_MS - 1),
      folderAt(now() - LEFT_OVER_AFTER_MS + 60_000),
    ]
    for (const each of [old, young, 'not ours']) await files.put(each, FILES)
    await run()
    assert.deepEqual(stored().sort(), [kept, young, 'not ours'].sort())
    pass(1)
    await run()
    assert.deepEqual(stored().sort(), [kept, 'not ours'].sort())
    assert.ok(PICTURE_WAIT_MS + PICTURE_MS < UPLOAD_AGE_MAX_MS && UPLOAD_AGE_MAX_MS < LEFT_OVER_AFTER_MS / 2)
  })
})
