/** The processes that make renditions: limits, crashes and hangs. Their pictures: http/media_routes.test.ts. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createPictures, PICTURES_AT_ONCE, PICTURES_WAITING_MAX } from '../src/pictures/pictures.ts'
import { createMediaFolder } from '../src/storage/media_folder.ts'
import { FORM, filePart, form, jpegOf } from './pictures.ts'
import { folder, openShop } from './worlds.ts'

const [CRASH, HANG, GOOD] = ['c', 'h', 'g'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer]

/** Stands in for the decoders, which no file of ours makes crash or hang. */
function processesOf(t: TestContext, options: { pictureMs?: number; idleMs?: number } = {}) {
  const file = join(folder(t), 'process.mjs')
  writeFileSync(
    file,
    `process.on('message', (file) => {
      if (file[0] === ${CRASH[0]}) process.kill(process.pid, 'SIGKILL')
      if (file[0] === ${HANG[0]}) for (;;) {}
      process.send({ picture: { width: process.pid, height: Object.keys(process.env).length, blur: '', files: [] } })
    })
    process.on('disconnect', () => process.exit())`,
  )
  const pictures = createPictures({ runtime: systemRuntime, process: pathToFileURL(file), ...options })
  t.after(pictures.close)
  return pictures
}

suite('making renditions', () => {
  test('a process that crashes fails its own picture, and is replaced', async (t) => {
    const { render } = processesOf(t)
    const outcomes = await Promise.allSettled([render(CRASH), render(GOOD), render(GOOD)])
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'made')),
      ['media_not_processed', 'made', 'made'],
    )
    assert.ok(await render(GOOD))
  })

  test('one that hangs is killed, and replaced', async (t) => {
    const { render } = processesOf(t, { pictureMs: 1_500 })
    await render(GOOD)
    await assert.rejects(render(HANG), { code: 'media_not_processed', message: /longer than 1500 ms/ })
    assert.ok(await render(GOOD))
  })

  test('a process makes one after the other, knows no secret, and ends when it is idle', async (t) => {
    const { render } = processesOf(t, { idleMs: 50 })
    const [first, second] = [await render(GOOD), await render(GOOD)]
    assert.equal(first.width, second.width)
    assert.equal(first.height, 0)
    const isThere = () => {
      try {
        return process.kill(first.width, 0)
      } catch {
        return false
      }
    }
    for (const deadline = performance.now() + 5_000; isThere(); await systemRuntime.sleep(20))
      assert.ok(performance.now() < deadline)
  })

  test('two are made at once, some wait, and the rest are refused at once', async (t) => {
    // Long enough for a good one, also on a busy machine.
    const { render } = processesOf(t, { pictureMs: 3_000 })
    const all = Array.from({ length: PICTURES_AT_ONCE }, () => render(HANG))
    const waiting = Array.from({ length: PICTURES_WAITING_MAX }, () => render(GOOD))
    await assert.rejects(render(GOOD), { code: 'overloaded' })
    for (const outcome of await Promise.allSettled(all)) assert.equal(outcome.status, 'rejected')
    await Promise.all(waiting)
  })
})

suite('a full disk', () => {
  test('is one clear error, leaves nothing behind, and the upload is repeated when there is room', async (t) => {
    const root = mkdtempSync(join(tmpdir(), 'shop-small-'))
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', root])
    t.after(() => {
      if (status === 0) spawnSync('umount', ['-l', root])
      rmdirSync(root)
    })
    if (status !== 0) return t.skip('ONLY AS ROOT: a small file system cannot be mounted here')
    const shop = await openShop(t, { mediaFiles: createMediaFolder(join(root, 'media')) })
    const ballast = join(root, 'ballast')
    writeFileSync(ballast, Buffer.alloc(380_000))
    const body = form(filePart(await jpegOf({ width: 320, height: 200 })))
    const send = () => shop.admin('POST', '/media', body, { 'content-type': FORM })
    const refused = await send()
    assert.deepEqual([refused.statusCode, refused.json().code], [503, 'media_store_unavailable'])
    assert.ok(!refused.body.includes(root), 'no path of ours')
    const shards = readdirSync(join(root, 'media'))
    assert.deepEqual(
      shards.flatMap((shard) => readdirSync(join(root, 'media', shard))),
      [],
    )
    assert.deepEqual((await shop.admin('GET', '/media')).json().items, [])
    writeFileSync(ballast, '')
    assert.equal((await send()).statusCode, 201)
  })
})
