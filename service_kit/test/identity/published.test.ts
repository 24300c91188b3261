import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { fetchPublished, readCache, refreshRepeatedly, writeCache } from '../../src/identity/published.ts'
import { fetchRemoteKeys } from '../../src/identity/remote_keys.ts'
import { fetchWithdrawnTokens } from '../../src/identity/withdrawn_tokens.ts'
import { type Runtime, systemRuntime } from '../../src/runtime/runtime.ts'
import { createVirtualRuntime } from '../../test_support/virtual_runtime.ts'

async function publisher(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const isList = (value: unknown) => Array.isArray(value)

suite('a published document', () => {
  test('comes from the first that has it, with its ETag', async (t) => {
    const asked: string[] = []
    const from = (name: string, status: number, body: string) =>
      publisher(t, (_request, response) => {
        asked.push(name)
        response.writeHead(status, status === 200 ? { etag: '"1"' } : {}).end(body)
      })
    const urls = [
      await from('away', 503, '[]'),
      await from('something else', 200, '{}'),
      await from('no JSON', 200, '['),
      await from('good', 200, '[1]'),
      await from('not asked', 200, '[2]'),
    ]
    assert.deepEqual(await fetchPublished(urls, systemRuntime, isList), { value: [1], etag: '"1"' })
    assert.deepEqual(asked, ['away', 'something else', 'no JSON', 'good'])
    await assert.rejects(
      fetchPublished(urls.slice(0, 2), systemRuntime, isList),
      /answered with something else$/,
    )
    await assert.rejects(fetchPublished(urls.slice(0, 1), systemRuntime, isList), /answered 503$/)
  })

  test('that has not changed is not returned again', async (t) => {
    const seen: unknown[] = []
    const url = await publisher(t, (request, response) => {
      seen.push(request.headers['if-none-match'])
      if (seen.length === 1) response.end('[]')
      else response.writeHead(304).end()
    })
    assert.deepEqual(await fetchPublished([url], systemRuntime, isList), { value: [], etag: undefined })
    assert.equal(await fetchPublished([url], systemRuntime, isList, '"1"'), undefined)
    assert.deepEqual(seen, [undefined, '"1"'])
  })

  test('may say when to ask again; a redirection is not followed', async (t) => {
    const away = await publisher(t, (_request, response) =>
      response.writeHead(503, { 'retry-after': '3' }).end(),
    )
    await assert.rejects(fetchPublished([away], systemRuntime, isList), { retryAfterMs: 3_000 })
    const moved = await publisher(t, (_request, response) =>
      response.writeHead(302, { location: '/there' }).end(),
    )
    await assert.rejects(fetchPublished([moved], systemRuntime, isList))
  })

  test('that does not come within two seconds is asked of the next', async (t) => {
    const asked = Promise.withResolvers<void>()
    const hangs = await publisher(t, () => asked.resolve())
    const runtime = createVirtualRuntime()
    const good = await publisher(t, (_request, response) => response.end('["é"]'))
    const answer = fetchPublished([hangs, good], runtime, isList)
    await asked.promise
    assert.deepEqual(runtime.waiting(), [2_000])
    await runtime.advance(2_000)
    assert.deepEqual((await answer)?.value, ['é'])
  })
})

suite('a kept document', () => {
  test('is its owner’s alone, whole, and read only where it is good', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-kept-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'kept.json')
    assert.equal(readCache(file, isList), undefined)
    writeCache(file, '[1]')
    assert.deepEqual(readCache(file, isList), [1])
    assert.equal(statSync(file).mode & 0o777, 0o600)
    writeCache(file, '[2]')
    assert.deepEqual([readdirSync(folder), readFileSync(file, 'utf8')], [['kept.json'], '[2]'])
    for (const text of ['{}', '[', '']) {
      writeFileSync(file, text)
      assert.equal(readCache(file, isList), undefined, text)
    }
    writeCache(join(folder, 'no', 'such', 'folder'), '[]') // A disk that takes nothing only costs the file.
    mkdirSync(join(folder, 'in the way', 'of'), { recursive: true })
    writeCache(join(folder, 'in the way'), '[]')
    writeCache(join(file, 'below a file'), '[]')
    assert.deepEqual(readdirSync(folder), ['in the way', 'kept.json'], 'nothing unfinished is left')
  })
})

suite('what is published is fetched again', () => {
  /** How long is waited before each look, of which so many are made. */
  async function waits(
    chance: number,
    count: number,
    follow: (runtime: Runtime) => { stop(): void },
  ): Promise<number[]> {
    const delays: number[] = []
    const enough = Promise.withResolvers<void>()
    const after: Runtime['after'] = (ms, run) => {
      delays.push(ms)
      if (delays.length > count) enough.resolve()
      return systemRuntime.after(0, delays.length > count ? () => {} : run)
    }
    const followed = follow({ ...systemRuntime, random: () => chance, after })
    await enough.promise
    followed.stop()
    return delays.slice(1)
  }

  for (const [random, good, bad] of [
    [0, [1_500, 1_500], [1_000, 1_000, 1_000]],
    [1, [2_500, 2_500], [3_000, 5_000, 9_000]],
  ] as const) {
    test(`withdrawn tokens: every two seconds or so, less often the longer it fails (${random})`, async (t) => {
      let status = 200
      const url = await publisher(t, (_request, response) =>
        response.writeHead(status).end('{"withdrawn":[]}'),
      )
      const follow = (runtime: Runtime) => fetchWithdrawnTokens([url], runtime)
      assert.deepEqual(await waits(random, 2, follow), good)
      status = 503
      const failing = await waits(random, 3, follow)
      assert.deepEqual(failing, bad)
    })
  }

  for (const [random, good] of [
    [0, 300_000],
    [1, 225_000],
  ] as const) {
    test(`keys: every five minutes at the latest, soon after a failure (${random})`, async (t) => {
      let status = 200
      const url = await publisher(t, (_request, response) => response.writeHead(status).end('{"keys":[]}'))
      assert.deepEqual(await waits(random, 1, (runtime) => fetchRemoteKeys(url, runtime)), [good])
      status = 503
      const failing = await waits(random, 2, (runtime) => fetchRemoteKeys(url, runtime))
      assert.deepEqual(failing, random === 0 ? [0, 0] : [500, 1_000])
    })
  }
})

suite('what is kept fresh', () => {
  const REFRESH_MS = 1_000

  test('is fetched once, and again after a pause that begins at the end of each fetch', async () => {
    const runtime = createVirtualRuntime()
    let looks = 0
    refreshRepeatedly(
      runtime,
      async () => void looks++,
      () => REFRESH_MS,
    )
    await runtime.advance(0)
    assert.equal(looks, 1)
    await runtime.advance(REFRESH_MS - 1)
    assert.equal(looks, 1)
    await runtime.advance(1)
    assert.equal(looks, 2)
  })

  test('is not fetched again if it was stopped during a fetch', async () => {
    const runtime = createVirtualRuntime()
    const answered = Promise.withResolvers<void>()
    let looks = 0
    const look = () => {
      looks++
      return answered.promise
    }
    const stop = refreshRepeatedly(runtime, look, () => REFRESH_MS)
    await runtime.advance(0)
    stop()
    answered.resolve()
    await runtime.advance(10 * REFRESH_MS)
    assert.deepEqual({ looks, waiting: runtime.waiting() }, { looks: 1, waiting: [] })
  })
})
