/** Files of pictures in an S3-compatible store, over a real connection, with a server that checks every signature. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { readConfig } from '../../src/config.ts'
import { openMediaFiles } from '../../src/storage/open_media_files.ts'
import { s3Address } from '../../src/storage/s3_address.ts'
import { KEYS_PER_PAGE } from '../../src/storage/s3_media_files.ts'
import * as s3 from '../../src/storage/s3_requests.ts'
import {
  S3_ANSWER_BYTES_MAX,
  S3_AT_ONCE,
  S3_ATTEMPTS,
  S3_WAITING_MAX,
} from '../../src/storage/s3_requests.ts'
import { bytesOf, mediaFilesContract } from '../media_contract.ts'
import { FORM, filePart, form, jpegOf } from '../pictures.ts'
import { S3_BUCKET, S3_KEY, startS3 } from '../s3_server.ts'
import { nextId, openShop } from '../worlds.ts'

type Changes = {
  path?: string
  region?: string
  keyId?: string
  secret?: string
  pageMax?: number
  countsFolders?: boolean
}
const QUICK = { attemptMs: 2_000, wholeMs: 10_000, restMs: 60_000 }

async function open(t: TestContext, changes: Changes = {}, limits = QUICK) {
  const { path = `${S3_BUCKET}/shop`, region, keyId, secret, ...server } = { ...S3_KEY, ...changes }
  const s3 = await startS3(t, server)
  let later = 0
  const runtime = { ...systemRuntime, monotonic: () => systemRuntime.monotonic() + later }
  const settings = {
    ...{ MEDIA_URL: `${s3.origin}/${path}`, MEDIA_REGION: region },
    ...{ MEDIA_ACCESS_KEY_ID: keyId, MEDIA_SECRET_ACCESS_KEY: secret },
  }
  return {
    ...s3,
    files: openMediaFiles(settings, runtime, limits)!,
    /** As long as it is left alone after a failure. */
    pass() {
      later += limits.restMs
    },
  }
}
const FILE = { name: '320.webp', content: new Uint8Array(Buffer.from('some pixels')) } as const
const unavailable = (words: RegExp) => (error: Error & { code?: string }) => {
  assert.equal(error.code, 'media_store_unavailable')
  assert.match(error.message, words)
  assert.doesNotMatch(error.message, new RegExp(S3_KEY.secret.replace('+', '\\+')))
  return true
}

mediaFilesContract('an S3-compatible store', async (t) => (await open(t)).files)
mediaFilesContract(
  'an S3-compatible store, at the root of a bucket, with pages of two',
  async (t) => (await open(t, { path: S3_BUCKET, pageMax: 2 })).files,
)
mediaFilesContract(
  'an S3-compatible store, below names that are encoded, with pages of all folders',
  async (t) => (await open(t, { path: `${S3_BUCKET}/my shop/\u00fc+%25`, countsFolders: false })).files,
)

suite('an S3-compatible store', () => {
  test('has files below the prefix, with their type, and nothing else', async (t) => {
    const { files, objects, seen } = await open(t)
    await files.put('f', [FILE])
    assert.deepEqual([...objects.keys()], ['shop/f/320.webp'])
    assert.equal(objects.get('shop/f/320.webp')?.headers['content-type'], 'image/webp')
    objects.set('other/g/320.webp', { content: Buffer.from('x'), headers: {} })
    assert.deepEqual(await files.folders(undefined, 10), { folders: ['f'], next: undefined })
    await files.remove('g')
    assert.equal(objects.size, 2)
    assert.ok(seen.every((each) => each.includes(`/${S3_BUCKET}`)))
  })

  test('has limits: their values', () => {
    assert.deepEqual(
      [S3_ATTEMPTS, s3.S3_ATTEMPT_MS, s3.S3_WHOLE_MS, s3.S3_REST_MS],
      [3, 4_000, 10_000, 2_000],
    )
    assert.deepEqual([S3_AT_ONCE, S3_WAITING_MAX, KEYS_PER_PAGE], [32, 64, 1_000])
    assert.equal(S3_ANSWER_BYTES_MAX, 8 * 1024 * 1024)
  })

  test('whose answer is too long is not read to its end, and not asked again', async (t) => {
    const { files, objects, seen } = await open(t)
    const content = Buffer.alloc(S3_ANSWER_BYTES_MAX + 1)
    objects.set('shop/f/320.webp', { content, headers: {} })
    await assert.rejects(files.get('f', FILE.name), unavailable(/too long/))
    assert.equal(seen.length, 1)
  })

  test('lists more folders than a page has', async (t) => {
    const { files, objects, seen } = await open(t)
    const folders = Array.from({ length: 2_345 }, () => nextId()).sort()
    for (const folder of folders)
      for (const name of ['320.jpg', '320.webp'])
        objects.set(`shop/${folder}/${name}`, { content: Buffer.from('x'), headers: {} })
    assert.deepEqual(await files.folders(undefined, 5_000), { folders, next: undefined })
    assert.equal(seen.length, 3)
    const { folders: some, next } = await files.folders(undefined, 1_500)
    assert.deepEqual([some, next], [folders.slice(0, 1_500), folders[1_499]])
    assert.deepEqual((await files.folders(next, 5_000)).folders, folders.slice(1_500))
  })

  for (const fault of ['cut', 'half', 'wrong_bytes', 'html', 'silent', 500, 503, 429] as const) {
    test(`${fault}: a request is repeated, and fails as unavailable if that lasts`, async (t) => {
      const limits = fault === 'silent' ? { ...QUICK, attemptMs: 500 } : QUICK
      const { files, fail, failAlways, seen, pass } = await open(t, {}, limits)
      await files.put('f', [FILE])
      fail(fault, fault)
      assert.deepEqual(await bytesOf(await files.get('f', FILE.name)), Buffer.from(FILE.content))
      assert.equal(seen.length, 1 + S3_ATTEMPTS)
      failAlways(fault)
      await assert.rejects(files.get('f', FILE.name), unavailable(/^The store of pictures, http/))
      assert.equal(seen.length, 1 + 2 * S3_ATTEMPTS)
      // Others do not wait for it meanwhile.
      await assert.rejects(files.get('f', FILE.name), unavailable(/a moment ago/))
      assert.equal(seen.length, 1 + 2 * S3_ATTEMPTS)
      failAlways(undefined)
      pass()
      assert.ok(await files.get('f', FILE.name))
    })
  }

  test('that is silent costs at most the time of one request', async (t) => {
    const { files, failAlways } = await open(t, {}, { ...QUICK, attemptMs: 10_000, wholeMs: 200 })
    failAlways('silent')
    const from = performance.now()
    await assert.rejects(files.put('f', [FILE]), unavailable(/in time/))
    assert.ok(performance.now() - from < 5_000)
  })

  test('gets a bounded number of requests at once; the rest fail', async (t) => {
    const { files, delay, mostAtOnce } = await open(t, {}, { ...QUICK, attemptMs: 5_000, wholeMs: 10_000 })
    delay(100)
    const all = S3_AT_ONCE + S3_WAITING_MAX + 5
    const outcomes = await Promise.allSettled(Array.from({ length: all }, () => files.get('f', FILE.name)))
    assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 5)
    assert.equal(mostAtOnce(), S3_AT_ONCE)
  })

  for (const [what, changes, words] of [
    ['a wrong secret', { secret: 'other' }, /SignatureDoesNotMatch.*MEDIA_SECRET_ACCESS_KEY/],
    ['an unknown key', { keyId: 'OTHER' }, /InvalidAccessKeyId.*MEDIA_ACCESS_KEY_ID/],
    ['a wrong region', { region: 'us-east-1' }, /AuthorizationHeaderMalformed.*MEDIA_REGION/],
    ['a bucket that is not there', { path: 'nowhere' }, /bucket/],
  ] as const) {
    test(`refuses ${what}: the error says so, and nothing is tried again`, async (t) => {
      const { files, seen } = await open(t, changes)
      await assert.rejects(files.put('f', [FILE]), unavailable(words))
      await assert.rejects(files.folders(undefined, 1), unavailable(words))
      await assert.rejects(files.get('f', FILE.name), unavailable(words))
      assert.equal(seen.length, 3)
    })
  }

  test('with another clock says so', async (t) => {
    const { files, setClock } = await open(t)
    setClock(60 * 60_000)
    await assert.rejects(files.put('f', [FILE]), unavailable(/clock/))
  })

  test('has no request under way when a write or a removal has failed', async (t) => {
    const { files, objects, delay, fail } = await open(t)
    const second = { ...FILE, name: '640.webp' } as const
    await files.put('f', [FILE, second])
    delay(200)
    fail(undefined, 400)
    await assert.rejects(files.remove('f'))
    assert.equal(objects.size, 1)
    objects.clear()
    fail(400)
    await assert.rejects(files.put('f', [FILE, second]))
    assert.equal(objects.size, 1)
  })

  test('that is down: pictures fail with 503, everything else is served, and the service is ready', async (t) => {
    const s3 = await open(t)
    const shop = await openShop(t, { mediaFiles: s3.files })
    const upload = async () =>
      shop.admin('POST', '/media', form(filePart(await jpegOf({ width: 64, height: 48 }))), {
        'content-type': FORM,
      })
    const stored = await upload()
    assert.equal(stored.statusCode, 201, stored.body)
    const { id } = stored.json()
    s3.failAlways('cut')
    const refused = await upload()
    assert.deepEqual([refused.statusCode, refused.json().code], [503, 'media_store_unavailable'])
    const picture = await shop.anonymous('GET', `/media/${id}/640.webp`)
    assert.deepEqual([picture.statusCode, picture.json().code], [503, 'media_store_unavailable'])
    assert.equal(picture.headers['cache-control'], 'no-store')
    for (const path of ['/products', '/readyz', `/media/${id}`])
      assert.equal((await shop.anonymous('GET', path)).statusCode, 200, path)
    s3.failAlways(undefined)
    s3.pass()
    assert.equal((await shop.anonymous('GET', `/media/${id}/640.webp`)).statusCode, 200)
    assert.equal((await upload()).statusCode, 201)
  })
})

test('the address of the bucket', () => {
  assert.deepEqual(s3Address('s3://shop/pictures/of', 'eu-central-1'), {
    bucket: 'https://s3.eu-central-1.amazonaws.com/shop',
    prefix: 'pictures/of/',
  })
  assert.equal(s3Address('s3://shop/my pictures/%C3%BC+', 'x').prefix, 'my pictures/\u00fc+/')
  assert.deepEqual(s3Address('http://minio:9000/shop/', 'x'), {
    bucket: 'http://minio:9000/shop',
    prefix: '',
  })
  for (const wrong of [
    's3://',
    'https://host',
    'https://key:secret@host/shop',
    'https://host/shop?x=1',
    's3://shop/%zz',
  ]) {
    assert.throws(() => s3Address(wrong, 'x'), /MEDIA_URL must be/)
  }
  const settings = { MEDIA_URL: 's3://shop', MEDIA_REGION: 'x', MEDIA_ACCESS_KEY_ID: 'x' }
  assert.throws(() => openMediaFiles(settings, systemRuntime), /MEDIA_SECRET_ACCESS_KEY/)
  assert.equal(openMediaFiles({}, systemRuntime), undefined)
  // Found at the start of the service, and not at the first picture.
  const env = { SERVICE_SECRET: 's'.repeat(32), MEDIA_URL: 's3://shop' }
  assert.throws(() => readConfig(env), /MEDIA_URL needs MEDIA_ACCESS_KEY_ID/)
  assert.throws(() => readConfig({ ...env, MEDIA_URL: 'ftp://shop' }), /MEDIA_URL must be s3:/)
})
