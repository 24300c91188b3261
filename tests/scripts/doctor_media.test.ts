/** `npm run doctor` on pictures: records without files, and files without a record. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LEFT_OVER_AFTER_MS } from '@shop/product_service/domain/media'
import { openStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { checkMedia } from '../../scripts/doctor/media.ts'

test('pictures without files, and old files without a picture, are found', async (t) => {
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'shop-doctor-'))
  const stores = await openStores({ DATA_DIR, CURRENCY: 'USD' }, { runtime: systemRuntime })
  t.after(async () => {
    await stores.close()
    rmSync(DATA_DIR, { recursive: true, force: true, maxRetries: 5 })
  })
  const { records, files } = stores.media
  const FILES = [{ name: '320.webp', content: Buffer.from('x') }] as const
  const add = (digit: string, folder: string) =>
    records.addOnce({
      ...{ id: digit.repeat(64), folder, width: 4, height: 3, blur: '', createdBy: 'root' },
      createdAt: new Date().toISOString(),
      renditions: ([320, 640, 1280] as const).flatMap((edge) =>
        (['webp', 'jpeg'] as const).map((format) => ({
          ...{ edge, format, width: 4, height: 3, bytes: 1, sha256: 'c'.repeat(64) },
        })),
      ),
    })
  const [whole, lost, left] = [systemRuntime.newId(), systemRuntime.newId(), systemRuntime.newId()]
  await add('a', whole)
  await files.put(whole, FILES)
  const now = () => new Date()
  assert.deepEqual(await checkMedia(stores, now), {
    name: 'Pictures',
    findings: [],
    summary: '1 with their files',
  })

  await add('b', lost)
  await files.put(left, FILES)
  const young = await checkMedia(stores, now)
  assert.deepEqual(
    young.findings.map(({ problem }) => problem),
    [`The picture ${'b'.repeat(64)} has no files.`],
  )

  const later = () => new Date(Date.now() + 3 * LEFT_OVER_AFTER_MS)
  const [first] = (await checkMedia(stores, later)).findings
  assert.match(first!.problem, new RegExp(`${left} belong to no picture`))
  await first!.fix!()
  assert.deepEqual((await files.folders(undefined, 9)).folders, [whole])
})

test('a store of pictures that does not answer is one finding, with the reason', async (t) => {
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'shop-doctor-'))
  const media = {
    MEDIA_URL: 'http://127.0.0.1:9/pictures',
    MEDIA_ACCESS_KEY_ID: 'x',
    MEDIA_SECRET_ACCESS_KEY: 'y',
  }
  const stores = await openStores({ DATA_DIR, CURRENCY: 'USD', ...media }, { runtime: systemRuntime })
  t.after(async () => {
    await stores.close()
    rmSync(DATA_DIR, { recursive: true, force: true, maxRetries: 5 })
  })
  const { findings } = await checkMedia(stores, () => new Date())
  assert.equal(findings.length, 1)
  assert.match(
    findings[0]!.problem,
    /cannot be read: The store of pictures, http:\/\/127\.0\.0\.1:9\/pictures/,
  )
})
